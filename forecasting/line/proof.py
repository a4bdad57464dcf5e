"""How good it is."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import proof as commands
from forecasting.line.options import AsOf, Data, Jobs, Json, Target

app = typer.Typer()


@app.command()
def backtest(
    design: Annotated[
        str, typer.Option("--design", help="cluster (components left out), rolling (as of each year), era or dyad.")
    ],
    target: Target = "concluded",
    jobs: Jobs = 1,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder of finished folds; an interrupted run goes on from it.")
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option("--tables", help="Folder for the tables of results as CSV; DATA/evaluation is what reports read."),
    ] = None,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="CSV file for the rolling forecasts; DATA/evaluation/track_record.csv is what reports read."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Forecast past days by models that could not know them, and print the skill over the base rates."""
    commands.backtest(design, target, jobs, resume, tables, data, out, as_json)


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
