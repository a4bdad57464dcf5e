"""The command line: each module declares some commands and calls what does them."""

import typer

from forecasting.line import forecasts, ledger, proof, record, reports, verification

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Does an informal arms-control arrangement become a formal agreement, collapse, or fade?",
)
for group in (record, forecasts, reports, proof, verification):
    app.add_typer(group.app)
app.add_typer(ledger.app, name="ledger")
