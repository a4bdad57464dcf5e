"""Publishing of reports: schedule, sign-off, and public pages."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from forecasting.cli.options import CellSeconds, Data, Jobs, Json, Megabytes, Out, RunSeconds, limits_of
from forecasting.store.errors import UsageError

app = typer.Typer()


@app.command()
def run(
    due: Annotated[bool, typer.Option("--due", help="Run what is due now (required).")] = False,
    schedule: Annotated[Path, typer.Option("--schedule", help="The schedule file.")] = Path("schedule.toml"),
    now: Annotated[str | None, typer.Option("--now", help="Another time than now, as 2026-09-01T06:30 (UTC).")] = None,
    out: Out = Path("reports"),
    jobs: Jobs = 1,
    cell_seconds: CellSeconds = None,
    run_seconds: RunSeconds = None,
    memory: Megabytes = None,
    as_json: Json = False,
) -> None:
    """Render the reports of a schedule that are due, each once, and note every run in `manifest.jsonl`."""
    if not due:
        raise typer.BadParameter("expected --due, got nothing to run; add --due", param_hint="--due")
    limits = limits_of(cell_seconds, run_seconds, memory)
    from datetime import UTC, datetime

    from forecasting.publish.schedule.plan import read_plan
    from forecasting.publish.schedule.run import run_due
    from forecasting.publish.schedule.times import moment

    outcome = run_due(read_plan(schedule), out, moment(now) if now is not None else datetime.now(UTC), jobs, limits)
    for said in (*outcome.remarks, *outcome.failures):
        print(said, file=sys.stderr)
    if as_json:
        print(json.dumps(outcome.runs, indent=1))
    else:
        for line in outcome.runs:
            counts = ", ".join(f"{count} {status}" for status, count in line["counts"].items()) or "no report"
            print(f"{line['entry']}, due {line['due']}: {line['status']} ({counts})")
        if not outcome.runs:
            print("nothing is due")
    raise typer.Exit(1 if outcome.failures else 0)


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
) -> None:
    """Build the index (no server, no script) and the Atom feed over the reports."""
    from forecasting.publish.site import publish as build
    from forecasting.review import EDITED

    left_out = build(reports, out, require_approval)
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
