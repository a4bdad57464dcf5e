"""The record, its features, a case of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import record as commands
from forecasting.line.options import Case, Data, Json

app = typer.Typer()


@app.command()
def check(data: Data = None, as_json: Json = False) -> None:
    """Validate the record and print every fault as file, row, case, what was wanted and what came."""
    raise typer.Exit(commands.check(data, as_json))


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
