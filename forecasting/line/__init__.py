"""The command line: each module declares some commands and calls what does them."""

import typer

from forecasting.line import card, forecasts, lab, ledger, proof, record, reports, templates, verification

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Does an informal arms-control arrangement become a formal agreement, collapse, or fade?",
)
for group in (record, forecasts, reports, templates, proof, verification, lab):
    app.add_typer(group.app)
app.add_typer(ledger.app, name="ledger")
app.add_typer(card.app, name="card")
