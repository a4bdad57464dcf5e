"""One case: its forecast, the models behind it, what moved it."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import forecasts as commands
from forecasting.line.options import Artefacts, AsOf, Case, Data, Horizons, Json, Models, Population, Target

app = typer.Typer()


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
