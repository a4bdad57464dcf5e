"""The model card."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import card as commands
from forecasting.line.options import Artefacts, Data, Json

app = typer.Typer(help="The model card: what the model is, how good it is, and where it fails.")
Card = Annotated[Path, typer.Argument(metavar="CARD", help="JSON file of a card.")]


@app.callback(invoke_without_command=True)
def card(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: exit 1 if the latest card kept is not current.")
    ] = False,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the cards. Default: reports/card; with --check, card beside the record."),
    ] = None,
    version: Annotated[str | None, typer.Option("--version", help="Of the card. Default: the package's.")] = None,
    artefacts: Artefacts = Path("artefacts"),
) -> None:
    """Make the card of this record and code: HTML, Markdown and JSON; or check the one that is kept."""
    if context.invoked_subcommand is None:
        if check:
            raise typer.Exit(commands.check(data, out))
        commands.make(data, out or Path("reports/card"), version, artefacts)


@app.command()
def show(card: Card, data: Data = None, out: Annotated[Path, typer.Option("--out")] = Path("reports/card")) -> None:
    """Write the pages of a card that is kept; a stale one says so at their top."""
    commands.show(card, data, out)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="JSON file of the earlier card.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="JSON file of the later card.")],
    as_json: Json = False,
) -> None:
    """Print every number and text that differs between two cards, section by section."""
    commands.diff(before, after, as_json)
