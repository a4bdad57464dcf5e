"""The list of models: `forecasting models`."""

import json

import typer

from forecasting.cli.options import Data, Json

app = typer.Typer()
COLUMNS = ("model", "status", "registered", "card", "skill on formalization [95 %]", "what it is")


@app.command()
def models(data: Data = None, as_json: Json = False) -> None:
    """Print every model: its status, what it is, where it was registered, its card and its skill on formalization."""
    from forecasting.documents.model_list import listed_models
    from forecasting.store.package_data import shipped

    listed = listed_models(data or shipped("data"))
    if as_json:
        print(json.dumps([each.values() for each in listed], indent=1, ensure_ascii=False))
        return
    lines = [COLUMNS, *(each.line() for each in listed)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS) - 1)]
    for *cells, what in lines:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), what]))
