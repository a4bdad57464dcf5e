"""The model card: make, check, show, compare."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from forecasting.cli.options import Artefacts, Data, Json

app = typer.Typer(help="The model card: identity, performance and known failures of the model.")
Card = Annotated[Path, typer.Argument(metavar="CARD", help="JSON file of a card.")]
SHOWN = 20


@app.callback(invoke_without_command=True)
def card(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: exit 1 if the latest stored card is not current.")
    ] = False,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the cards. Default: reports/card; with --check, card beside the record."),
    ] = None,
    version: Annotated[str | None, typer.Option("--version", help="Of the card. Default: the package's.")] = None,
    artefacts: Artefacts = Path("artefacts"),
) -> None:
    """Make the card of this record and code: HTML, Markdown and JSON; or check the latest stored one."""
    if context.invoked_subcommand is not None:
        return
    if check:
        raise typer.Exit(_check(data, out))
    from forecasting.documents.card.keeping import make_card
    from forecasting.record.history import load_history

    for path in make_card(load_history(data), out or Path("reports/card"), version, artefacts):
        print(path)


@app.command()
def show(card: Card, data: Data = None, out: Annotated[Path, typer.Option("--out")] = Path("reports/card")) -> None:
    """Write the pages of a stored card; a stale card is marked as such at their top."""
    from forecasting.documents.card.keeping import show_card
    from forecasting.store.package_data import shipped

    pages, stale = show_card(card, data or shipped("data"), out)
    for path in pages:
        print(path)
    for one in stale:
        print(f"stale: {one}", file=sys.stderr)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="JSON file of the earlier card.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="JSON file of the later card.")],
    as_json: Json = False,
) -> None:
    """Print every number and text that differs between two cards, section by section."""
    from forecasting.documents.card.diff import differences
    from forecasting.documents.card.form import read_card

    found = differences(read_card(before), read_card(after))
    if as_json:
        told = [
            {"pointer": one.pointer, "section": one.section, "before": one.said, "after": one.found} for one in found
        ]
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    for one in found:
        print(one.change)
    if not found:
        print("no difference")


def _check(data: Path | None, home: Path | None) -> int:
    """Check the latest card against this record and code: 1, with the differences printed, if it is stale, else 0."""
    from forecasting.documents.card.home import home_of
    from forecasting.documents.card.keeping import check_card
    from forecasting.record.history import load_history

    history = load_history(data)
    path, found, said = check_card(history, home or home_of(history.record.folder))
    for line in (*said, *found[:SHOWN]):
        print(f"{path.name}: {line}", file=sys.stderr)
    if not found:
        print(f"{path}: current")
        return 0
    if len(found) > SHOWN:
        print(f"{path.name}: {len(found) - SHOWN} more", file=sys.stderr)
    print(f"{path}: not current. `forecasting card --out {path.parent}` makes it anew", file=sys.stderr)
    return 1
