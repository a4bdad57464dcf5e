"""A news text: the acts and steps of the ladders that it proposes."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Artefacts, Data, Json, Overlay, names_in
from forecasting.store.errors import UsageError

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
    overlay: Overlay = None,
    accept: Annotated[
        str | None,
        typer.Option("--accept", help="Acts to write into the overlay, by number: 1,3, or `ticked`. Default: none."),
    ] = None,
    source: Annotated[str, typer.Option("--source", help="With --accept: address of the text, or source_id.")] = "",
    title: Annotated[str, typer.Option("--title", help="With --accept: title of the text.")] = "",
    publisher: Annotated[str, typer.Option("--publisher", help="With --accept: who published it.")] = "",
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Propose dated acts and steps of the ladders from a news text; writes those alone that are accepted by number."""
    from forecasting.reading import read_news, rows_of

    reading = read_news(file, case, as_of, data, overlay)
    if accept is not None:
        from forecasting.cli.own import print_effect
        from forecasting.explain.effects import keep_accepted

        chosen = rows_of(_accepted(reading, accept))
        settings = {"title": title, "publisher": publisher, "data": data, "artefacts": artefacts}
        print_effect(keep_accepted(chosen, source, overlay=overlay, **settings), as_json)
        return
    if as_json:
        print(json.dumps(reading.as_dict(), indent=1))
        return
    _print_reading(reading)


def _accepted(reading: "Reading", accept: str) -> "list[Proposal]":
    """Proposals by their numbers in the list."""
    if accept == "ticked":
        return [one for one in reading.proposals if one.is_act]
    numbers = names_in(accept)
    known = [str(number) for number in range(1, len(reading.proposals) + 1)]
    if wrong := [number for number in numbers if number not in known]:
        raise UsageError(f"expected numbers of proposals up to {len(known)}, such as 1,2, or `ticked`, got {wrong[0]}")
    return [reading.proposals[int(number) - 1] for number in numbers]


def _print_reading(reading: "Reading") -> None:
    told = "told by the text" if reading.dateline_told else "the as-of day: the text tells none"
    print(f"{reading.case_id}: {reading.sentences} sentences of {reading.dateline} ({told})")
    if not reading.proposals:
        print("no act found; add one by hand if there is one")
    for place, proposal in enumerate(reading.proposals, start=1):
        _print_proposal(place, proposal)
    for step in reading.steps:
        stands = f"; it stands at {step.stands}" if step.stands else ""
        print(
            f"\nstep?  {step.ladder} to {step.level} {step.status} by sentence {step.act.number}: {step.note}{stands}"
        )
    print("\n[x] told as done, [ ] to be decided. Nothing is written but what --accept 1,2 names, into --overlay DIR.")


def _print_proposal(place: int, proposal: "Proposal") -> None:
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
        f"\n{place}. [{'x' if proposal.is_act else ' '}] {day}  {proposal.kind}  {who}{towards}  "
        f"{proposal.standing}{form}{known}"
    )
    print(f"    {numbers}: {proposal.sentence}")
