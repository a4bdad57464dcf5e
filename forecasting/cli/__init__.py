"""The command line: each command once, a function with its options.

A function imports the libraries it needs when it is called, so that `--help` answers at once.
"""

from typing import Annotated

import typer

import forecasting
from forecasting.cli import (
    backtest,
    card,
    conditional,
    data,
    forecasts,
    lab,
    ledger,
    models,
    news,
    own,
    publish,
    record,
    reports,
    streams,
    templates,
    verify,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Does an informal arms-control arrangement become a formal agreement, collapse, or fade?",
)


@app.callback(invoke_without_command=True)
def told(
    version: Annotated[bool, typer.Option("--version", help="Print the version of the package.")] = False,
) -> None:
    """Print the version where that is asked for."""
    if version:
        print(forecasting.__version__)
        raise typer.Exit


for family in (record, own, news, forecasts, conditional, models, reports, publish, templates, backtest, verify, lab):
    app.add_typer(family.app)
app.add_typer(ledger.app, name="ledger")
app.add_typer(card.app, name="card")
app.add_typer(data.app, name="data")
app.add_typer(streams.app, name="streams")
