"""The command line: one vocabulary everywhere (--data --as-of --horizons --target --out --json)."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from forecasting import commands, ledger_line
from forecasting.errors import ForecastingError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Does an informal arms-control arrangement become a formal agreement, collapse, or fade?",
)
app.add_typer(ledger_line.app, name="ledger")

Case = Annotated[str, typer.Argument(metavar="CASE", help="Case id, for example new-start-post-expiry-2026.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder with a record of your own. Default: the record shipped.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Use only what was known on this day, YYYY-MM-DD. Default: the record's end."),
]
Horizons = Annotated[str | None, typer.Option("--horizons", help="Months after the as-of day, for example 6,12,24.")]
Target = Annotated[str, typer.Option("--target", help="What counts as formal: concluded or in_force.")]
Population = Annotated[str, typer.Option("--population", help="Cases the rates come from: forward, pooled or every.")]
Models = Annotated[
    str | None,
    typer.Option("--models", help="Models, such as primary,base_rate. Default: an artefact's, else the base rates."),
]
Artefacts = Annotated[
    Path, typer.Option("--artefacts", help="Folder with the fitted models that `forecasting train` wrote.")
]
Out = Annotated[Path, typer.Option("--out", help="Folder for the reports.")]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes at once.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(data: Data = None, as_json: Json = False) -> None:
    """Validate the record and print every fault as file, row, case, what was wanted and what came."""
    raise typer.Exit(commands.check(data, as_json))


@app.command("forecast")
def forecast_case(
    case: Case,
    as_of: AsOf = None,
    horizons: Horizons = None,
    target: Target = "concluded",
    population: Population = "forward",
    models: Models = None,
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Print the probability of each ending of a case within each horizon."""
    commands.print_forecast(case, as_of, horizons, target, population, models, data, artefacts, as_json)


@app.command()
def train(
    as_of: AsOf = None,
    target: Target = "concluded",
    population: Population = "forward",
    models: Models = None,
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Fit the models and write them, so that forecasts and reports of that record and day need not fit them again."""
    commands.train(as_of, target, population, models, data, artefacts, as_json)


@app.command()
def features(as_json: Json = False) -> None:
    """Print the catalogue of features: role, unit, range, what each measures and why it should matter."""
    commands.print_features(as_json)


@app.command("new-case")
def new_case(
    case: Case,
    data: Annotated[
        Path, typer.Option("--data", help="Folder of your record; made from the shipped one if it does not exist.")
    ],
) -> None:
    """Add a template of a new case to a record of your own; edit it, then run `forecasting check --data DIR`."""
    commands.add_case(case, data)


@app.command()
def report(
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE...]", help="Case ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every case that goes on.")] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="CSV (a column per parameter) or JSONL file, one report a row.")
    ] = None,
    template: Annotated[str, typer.Option("--template", help="case, portfolio or data-quality.")] = "case",
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
    jobs: Jobs = 1,
    force: Annotated[bool, typer.Option("--force", help="Render reports that stand unchanged, too.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="A tagged PDF beside each page (needs Chromium).")] = False,
    as_json: Json = False,
) -> None:
    """Render reports: one HTML file each, the executed notebook and a JSON sidecar. An unchanged one is left alone."""
    given = {"as_of": as_of, "horizons": horizons, "target": target, "data": data, "artefacts": artefacts}
    raise typer.Exit(commands.report(cases or [], every, batch, template, given, out, jobs, force, pdf, as_json))


@app.command()
def run(
    due: Annotated[bool, typer.Option("--due", help="Run what is due now (required).")] = False,
    schedule: Annotated[Path, typer.Option("--schedule", help="The schedule file.")] = Path("schedule.toml"),
    now: Annotated[str | None, typer.Option("--now", help="Another time than now, as 2026-09-01T06:30 (UTC).")] = None,
    out: Out = Path("reports"),
    jobs: Jobs = 1,
    as_json: Json = False,
) -> None:
    """Render the reports of a schedule that are due, each once, and note every run in `manifest.jsonl`."""
    if not due:
        raise typer.BadParameter("wanted --due; came nothing to run", param_hint="--due")
    raise typer.Exit(commands.run_due(schedule, now, out, jobs, as_json))


@app.command()
def approve(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="Page of a report (.html).")],
    by: Annotated[str, typer.Option("--by", help="Name of who approves.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the reports.")] = Path("reports"),
) -> None:
    """Sign a report off: it is a draft before, and again once its page differs."""
    commands.approve(report, by, out)


@app.command()
def publish(
    out: Annotated[Path, typer.Option("--out", help="Public folder to build; may be the folder of reports itself.")],
    reports: Annotated[Path, typer.Option("--reports", help="Folder of the reports.")] = Path("reports"),
    require_approval: Annotated[bool, typer.Option("--require-approval", help="Only approved reports.")] = False,
) -> None:
    """Build the index (no server, no script) and the Atom feed over the reports."""
    raise typer.Exit(commands.publish(reports, out, require_approval))


@app.command()
def backtest(
    design: Annotated[
        str, typer.Option("--design", help="cluster (components left out), rolling (as of each year), era or dyad.")
    ],
    target: Target = "concluded",
    jobs: Jobs = 1,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder that keeps finished folds; a run cut off goes on from it.")
    ] = None,
    tables: Annotated[
        Path | None, typer.Option("--tables", help="Folder for the breakdowns, calibration and power as CSV.")
    ] = None,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="CSV file to keep the rolling forecasts in; DATA/track_record.csv is what reports read."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Forecast past days by models that could not know them, and print the skill over the base rates."""
    commands.backtest(design, target, jobs, resume, tables, data, out, as_json)


@app.command()
def changes(
    case: Case,
    since: Annotated[str, typer.Option("--from", help="The earlier day, YYYY-MM-DD.")],
    until: Annotated[str, typer.Option("--to", help="The later day, YYYY-MM-DD.")],
    target: Target = "concluded",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Print what moved the hazard model's forecast of a case between two days, and the acts behind it."""
    commands.print_changes(case, since, until, target, data, as_json)


@app.command()
def multiverse(
    cases: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE...]", help="Open cases. Default: all core cases still open.")
    ] = None,
    as_of: AsOf = None,
    specifications: Annotated[int, typer.Option("--specifications", help="How many, at least 30.")] = 600,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes at once.")] = 1,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the tables behind it and what reports read of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Refit and score under other codings, definitions and settings: how much rests on our own choices."""
    commands.multiverse(cases or [], as_of, specifications, jobs, data, out, as_json)


def main() -> None:
    """Run the command line; a `ForecastingError` becomes one message on stderr and its exit code."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        sys.stdout = None
        print(f"OSError: wanted to write the output; came {error.strerror}", file=sys.stderr)
        sys.exit(1)
    except ForecastingError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
