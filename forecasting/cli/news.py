"""A news text: the acts and steps of the ladders that it proposes."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Data, Json

if TYPE_CHECKING:
    from forecasting.reading import Proposal, Reading

app = typer.Typer()


@app.command("read")
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A news text in English, as a plain text file.")],
    case: Annotated[
        str, typer.Option("--case", metavar="CASE", help="Case id, for example new-start-post-expiry-2026.")
    ],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Day of the text, YYYY-MM-DD, unless it begins with one. Default: today."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose dated acts and steps of the ladders from a news text; nothing is written."""
    from forecasting.reading import read_news

    reading = read_news(file, case, as_of, data)
    if as_json:
        print(json.dumps(reading.as_dict(), indent=1))
        return
    _print_reading(reading)


def _print_reading(reading: "Reading") -> None:
    told = "told by the text" if reading.dateline_told else "the as-of day: the text tells none"
    print(f"{reading.case_id}: {reading.sentences} sentences of {reading.dateline} ({told})")
    if not reading.proposals:
        print("no act found; add one by hand if there is one")
    for proposal in reading.proposals:
        _print_proposal(proposal)
    for step in reading.steps:
        stands = f"; it stands at {step.stands}" if step.stands else ""
        print(
            f"\nstep?  {step.ladder} to {step.level} {step.status} by sentence {step.act.number}: {step.note}{stands}"
        )
    print("\n[x] told as done, [ ] to be decided. Nothing is written: --json gives the rows.")


def _print_proposal(proposal: "Proposal") -> None:
    day = proposal.day.isoformat() if proposal.day else "no day told"
    if proposal.day and not proposal.day_told and proposal.form != "denied":
        day += " (day of the text)"
    elif proposal.precision != "day":
        day += f" ({proposal.precision})"
    who = ";".join(proposal.actor) or "-"
    towards = f" towards {';'.join(proposal.target)}" if proposal.target else ""
    form = "" if proposal.form == "act" else f", {proposal.form.upper()}"
    known = f"  in the record: {proposal.in_record}" if proposal.in_record else ""
    numbers = ", ".join(str(number) for number in (proposal.number, *proposal.also))
    print(
        f"\n[{'x' if proposal.is_act else ' '}] {day}  {proposal.kind}  {who}{towards}  "
        f"{proposal.standing}{form}{known}"
    )
    print(f"    {numbers}: {proposal.sentence}")
