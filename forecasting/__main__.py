"""The command line: one vocabulary everywhere (--data --as-of --horizons --target --out --json)."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from forecasting import commands
from forecasting.errors import ForecastingError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Does an informal arms-control arrangement become a formal agreement, collapse, or fade?",
)

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
Population = Annotated[str, typer.Option("--population", help="Cases the rates come from: forward or pooled.")]
Models = Annotated[
    str | None, typer.Option("--models", help="Models, for example primary,base_rate. Default: the base rates.")
]
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
    as_json: Json = False,
) -> None:
    """Print the probability of each ending of a case within each horizon."""
    commands.print_forecast(case, as_of, horizons, target, population, models, data, as_json)


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
    cases: Annotated[list[str], typer.Argument(metavar="CASE...", help="Case ids.")],
    as_of: AsOf = None,
    horizons: Horizons = None,
    target: Target = "concluded",
    data: Data = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the reports.")] = Path("reports"),
    as_json: Json = False,
) -> None:
    """Render the report of each case: one HTML file, the executed notebook and a JSON sidecar."""
    commands.report(cases, as_of, horizons, target, data, out, as_json)


@app.command()
def backtest(
    design: Annotated[
        str, typer.Option("--design", help="cluster (components left out), rolling (as of each year), era or dyad.")
    ],
    target: Target = "concluded",
    jobs: Annotated[int, typer.Option("--jobs", help="Processes at once.")] = 1,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder that keeps finished folds; a run cut off goes on from it.")
    ] = None,
    tables: Annotated[
        Path | None, typer.Option("--tables", help="Folder for the breakdowns, calibration and power as CSV.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Forecast past days by models that could not know them, and print the skill over the base rates."""
    commands.backtest(design, target, jobs, resume, tables, data, as_json)


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
