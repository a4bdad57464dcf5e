"""Every number proved."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import verification as commands
from forecasting.line.options import Artefacts, Data, Json

app = typer.Typer()


@app.command()
def verify(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="Page (.html or .json), entry (FILE or FILE:LINE) or ledger folder.")
    ],
    explain: Annotated[
        str | None,
        typer.Option("--explain", help="JSON pointer or a number as printed: tell it from its sources to the page."),
    ] = None,
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    refit: Annotated[bool, typer.Option("--refit", help="Fit anew, whatever artefact is there.")] = False,
    as_json: Json = False,
) -> None:
    """Derive every number of a page or a ledger again from record and code, and name the first that differs."""
    if explain is not None:
        commands.explain(path, explain, data, artefacts, refit, as_json)
        return
    raise typer.Exit(commands.verify(path, data, artefacts, refit, as_json))
