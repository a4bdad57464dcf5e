"""Publishing of reports: schedule, sign-off, and public pages."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.cli.options import CellSeconds, Data, Jobs, Json, Megabytes, Out, RunSeconds, limits_of
from forecasting.store.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from forecasting.publish.schedule.run import Outcome

app = typer.Typer()


@app.command()
def run(
    due: Annotated[bool, typer.Option("--due", help="Run what is due now (required).")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Run nothing: print how each entry stands; exit 1 if one is overdue.")
    ] = False,
    schedule: Annotated[Path, typer.Option("--schedule", help="The schedule file.")] = Path("schedule.toml"),
    now: Annotated[str | None, typer.Option("--now", help="A trial at another time (UTC): 2026-09-01T06:30.")] = None,
    out: Out = Path("reports"),
    jobs: Jobs = 1,
    cell_seconds: CellSeconds = None,
    run_seconds: RunSeconds = None,
    memory: Megabytes = None,
    as_json: Json = False,
) -> None:
    """Do what is due of a schedule, each once, and note every run in `manifest.jsonl`; or say how it stands."""
    if due == status:
        got = "both" if due else "nothing to run"
        raise typer.BadParameter(f"expected --due or --status, got {got}; give one", param_hint="--due")
    limits = limits_of(cell_seconds, run_seconds, memory)
    from datetime import UTC, datetime

    from forecasting.publish.schedule.times import moment

    when = moment(now) if now is not None else datetime.now(UTC)
    if status:
        raise typer.Exit(_print_status(schedule, out, when, as_json))
    from forecasting.publish.schedule.call import run_schedule

    outcome, error = run_schedule(schedule, out, when, jobs, limits, trial=now is not None)
    _print_outcome(outcome, as_json)
    if error is not None:
        raise error
    raise typer.Exit(1 if outcome.failures else 0)


def _print_outcome(outcome: "Outcome", as_json: bool) -> None:
    """Print what was done on standard output, and what was not on standard error."""
    for said in outcome.failures:
        print(said, file=sys.stderr)
    for page in outcome.to_sign:
        print(f"to sign: {page}", file=sys.stderr)
    for one in outcome.moved:
        moves = ", ".join(f"{cause} {points:+.1f}" for cause, points in one["points"].items())
        print(
            f"moved since {one['since']}: {one['page']} ({moves} points; {len(one['rungs'])} new steps)",
            file=sys.stderr,
        )
    if as_json:
        print(json.dumps(outcome.told, indent=1))
        return
    for line in outcome.runs:
        counts = ", ".join(f"{count} {status}" for status, count in line["counts"].items()) or "no report"
        print(f"{line['entry']}, due {line['due']}: {line['status']} ({counts})")
        for one in (*line.get("issued", ()), *line.get("entries", ())):
            print(f"  issued: {one['entry']}, sha256 {one['sha256']}")
    if not outcome.runs and not outcome.failures:
        print("nothing is due")


def _print_status(schedule: Path, out: Path, now: "datetime", as_json: bool) -> int:
    """Print how each entry stands; 1 if one is overdue or was not made, else 0."""
    from forecasting.publish.schedule.manifest import Manifest
    from forecasting.publish.schedule.plan import read_plan
    from forecasting.publish.schedule.status import lines_of, standings

    found = standings(read_plan(schedule), Manifest(out), now)
    if as_json:
        print(json.dumps([one.told for one in found], indent=1))
    else:
        print("\n".join(lines_of(found)))
    return 1 if any(one.is_bad for one in found) else 0


@app.command()
def approve(
    report: Annotated[Path, typer.Argument(metavar="REPORT|CARD", help="Page of a report (.html), or card (.json).")],
    by: Annotated[str, typer.Option("--by", help="Name of who approves.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the reports, or of the cards. Default: reports, card beside the record."),
    ] = None,
    request_changes: Annotated[
        bool, typer.Option("--request-changes", help="Ask for changes instead (a card; needs --comment).")
    ] = False,
    comment: Annotated[str, typer.Option("--comment", help="Remark; shown on the card.")] = "",
    section: Annotated[
        str | None, typer.Option("--section", help="Section of the card that the remark is about.")
    ] = None,
    answers: Annotated[int | None, typer.Option("--answers", help="Number of the remark that this answers.")] = None,
    data: Data = None,
) -> None:
    """Sign off a report or a card; without a sign-off of its exact bytes it is a draft."""
    said = {"request_changes": request_changes, "comment": comment, "section": section, "answers": answers}
    if report.suffix == ".json":
        _sign_card(report, by, out, said, data)
        return
    if any(said.values()):
        raise UsageError(
            "expected a card (.json) to comment on or to request changes of, got a page of a report; "
            "leave those options out to approve the page"
        )
    from forecasting.review import approve as sign_off

    line = sign_off(report, by, out or Path("reports"))
    print(f"{line.document}: approved by {line.by}, sha256 {line.sha256}")


@app.command()
def publish(
    out: Annotated[Path, typer.Option("--out", help="Public folder to build; may be the folder of reports itself.")],
    reports: Annotated[Path, typer.Option("--reports", help="Folder of the reports.")] = Path("reports"),
    require_approval: Annotated[bool, typer.Option("--require-approval", help="Only approved reports.")] = False,
    base: Annotated[
        str | None,
        typer.Option("--base", envvar="FORECASTING_BASE", help="Address of the public folder, for the feed's links."),
    ] = None,
) -> None:
    """Build the index (no server, no script) and the Atom feed over the reports."""
    from forecasting.publish.site import publish as build
    from forecasting.review import EDITED

    left_out = build(reports, out, require_approval, base)
    for said in left_out:
        print(f"left out: {said}", file=sys.stderr)
    print(out / "index.html")
    raise typer.Exit(1 if any(said.endswith(EDITED) for said in left_out) else 0)


def _sign_card(card: Path, by: str, out: Path | None, said: dict[str, Any], data: Path | None) -> None:
    from forecasting.documents.card.home import home_of
    from forecasting.documents.card.keeping import sign_card
    from forecasting.store.package_data import shipped

    record = data or shipped("data")
    signed = sign_card(card, by, out or home_of(record), record, **said)
    print(f"{signed.document}: {signed.decision} by {signed.by}, sha256 {signed.sha256}")
