"""The templates of reports and what each takes."""

import json
from typing import Annotated

import typer

from forecasting.cli.options import Json

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
    from forecasting.publish.parameter_schema import parameters_of, schema_of
    from forecasting.publish.parameters import TEMPLATES, template_named

    kinds = [TEMPLATES[name] for name in ([template_named(template)] if template is not None else TEMPLATES)]
    if as_json:
        print(json.dumps({kind.command: schema_of(kind.command) for kind in kinds}, indent=1))
        return
    for kind in kinds:
        print(kind.command)
        for one in parameters_of(kind.command):
            default = f" [{one.default}]" if one.default else ""
            print(f"  {one.name:14} {one.kind:24} {one.description}{default}")
