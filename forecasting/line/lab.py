"""JupyterLab on the notebooks."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import lab as commands

app = typer.Typer()


@app.command("lab")
def open_lab(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            help="Folder for a copy of the notebooks. Default: those of the clone, else ./forecasting-notebooks.",
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port. Default: 8888 or the next one free.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")] = True,
) -> None:
    """Open the notebooks in JupyterLab, beginning with the tour; notebooks of your own are never overwritten."""
    commands.open_lab(folder, port, browser)
