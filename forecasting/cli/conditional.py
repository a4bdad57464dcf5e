"""Conditional forecasts: `forecasting conditional`."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.cli.options import AsOf, Case, Data, Horizons, Json, Ledger, Overlay, Target, print_rows
from forecasting.record.months import HORIZONS, parse_day, parse_horizons

app = typer.Typer()
WORDS = {"taken": "if it is taken", "not taken": "if it is not", "whole": "on the whole"}


@app.command()
def conditional(
    case: Case,
    step: Annotated[
        str, typer.Argument(metavar="STEP", help='A step of its ladder, by a part of its words: "talks get a date".')
    ],
    by: Annotated[str, typer.Option("--by", help="Last day on which the step counts, YYYY-MM-DD.")],
    issue: Annotated[bool, typer.Option("--issue", help="Record it in the ledger as well.")] = False,
    as_of: AsOf = None,
    horizons: Horizons = None,
    target: Target = "concluded",
    data: Data = None,
    overlay: Overlay = None,
    ledger: Ledger = Path("ledger"),
    as_json: Json = False,
) -> None:
    """Print how a case ends if it takes a step by a day, and if it does not; weighted, the two add up to the whole."""
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.explain.conditional import conditional as conditional_forecast
    from forecasting.record.history import load_history
    from forecasting.record.overlays import hashes_line

    history = load_history(data, day, overlay)
    found = conditional_forecast(history, case, step, by, months, target)
    if issue:
        from forecasting.ledger import issue_conditional

        for path in issue_conditional(found, ledger, history).paths:
            typer.echo(str(path), err=True)
    table = found.table()
    if as_json:
        print_rows(table, history.record)
        return
    seen = f"{found.n_moved} past cases came there from a level as low"
    print(f"{case} as of {found.as_of}: {found.step} by {found.by}")
    print(f"chance {found.chance:.1%} (80 %: {found.chance_lower:.1%} to {found.chance_upper:.1%}); {seen}")
    if found.is_outside_history:
        print("fewer than 5: what follows the step lies outside history")
    for branch, words in WORDS.items():
        own = table[table["branch"].eq(branch)].pivot(index="cause", columns="horizon", values="probability")
        print(f"\n{words}")
        print(own.rename_axis(index=None, columns="months").to_string(float_format=lambda value: f"{value:.3f}"))
    if history.record.overlays:
        print(f"\n{hashes_line(history.record)}")
