"""The templates of reports and what each takes."""

from typing import Annotated

import typer

from forecasting.commands import templates as commands
from forecasting.line.options import Json

app = typer.Typer()


@app.command()
def templates(
    template: Annotated[
        str | None,
        typer.Argument(metavar="[TEMPLATE]", help="case, portfolio, scorecard or data-quality. Default: all."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the parameters of report templates: name, kind, default, meaning; as JSON, their JSON Schema.

    They are the same everywhere: `forecasting report --set NAME=VALUE`, columns of a batch file, `parameters` of a
    schedule, and JupyterLab's job form.
    """
    commands.print_templates(template, as_json)
