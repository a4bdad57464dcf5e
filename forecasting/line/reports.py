"""Reports: rendered, on schedule, signed off and published."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import reports as commands
from forecasting.line.options import AsOf, CellSeconds, Data, Horizons, Jobs, Json, Megabytes, Out, RunSeconds

app = typer.Typer()


@app.command()
def report(
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE...]", help="Case ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every case that goes on.")] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="CSV (a column per parameter) or JSONL file, one report a row.")
    ] = None,
    template: Annotated[str, typer.Option("--template", help="case, portfolio, scorecard or data-quality.")] = "case",
    as_of: AsOf = None,
    horizons: Horizons = None,
    target: Annotated[
        str | None, typer.Option("--target", help="What counts as formal: concluded (default) or in_force.")
    ] = None,
    data: Data = None,
    out: Out = Path("reports"),
    artefacts: Annotated[
        Path | None, typer.Option("--artefacts", help="Folder of trained models. Default: artefacts, if it is there.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Any parameter of the template; `forecasting templates` lists them."
        ),
    ] = None,
    jobs: Jobs = 1,
    force: Annotated[bool, typer.Option("--force", help="Render reports that stand unchanged, too.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="A tagged PDF beside each page (needs Chromium).")] = False,
    cell_seconds: CellSeconds = None,
    run_seconds: RunSeconds = None,
    memory: Megabytes = None,
    as_json: Json = False,
) -> None:
    """Render reports: one HTML file each, the executed notebook and a JSON sidecar. An unchanged one is left alone."""
    given = {"as_of": as_of, "horizons": horizons, "target": target, "data": data, "artefacts": artefacts}
    defaults = commands.with_settings(given, settings or [])
    limits = commands.limits_of(cell_seconds, run_seconds, memory)
    raise typer.Exit(
        commands.report(cases or [], every, batch, template, defaults, out, jobs, force, pdf, as_json, limits)
    )


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
        raise typer.BadParameter("wanted --due; came nothing to run", param_hint="--due")
    limits = commands.limits_of(cell_seconds, run_seconds, memory)
    raise typer.Exit(commands.run_due(schedule, now, out, jobs, as_json, limits))


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
    comment: Annotated[str, typer.Option("--comment", help="What is said of it; shown on the card.")] = "",
    section: Annotated[str | None, typer.Option("--section", help="Section of the card that it is about.")] = None,
    answers: Annotated[int | None, typer.Option("--answers", help="Number of the remark that this answers.")] = None,
    data: Data = None,
) -> None:
    """Sign a report or a card off: it is a draft before, and again once it differs."""
    said = {"request_changes": request_changes, "comment": comment, "section": section, "answers": answers}
    commands.approve(report, by, out, said, data)


@app.command()
def publish(
    out: Annotated[Path, typer.Option("--out", help="Public folder to build; may be the folder of reports itself.")],
    reports: Annotated[Path, typer.Option("--reports", help="Folder of the reports.")] = Path("reports"),
    require_approval: Annotated[bool, typer.Option("--require-approval", help="Only approved reports.")] = False,
) -> None:
    """Build the index (no server, no script) and the Atom feed over the reports."""
    raise typer.Exit(commands.publish(reports, out, require_approval))
