"""The command line of the ledger: `forecasting ledger ...`."""

from pathlib import Path
from typing import Annotated

import typer

from forecasting.commands import ledger as commands

app = typer.Typer(
    no_args_is_help=True,
    help="What was said, when, and how good it was: files that are only added, each sealed by the next.",
)

Ledger = Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder with a record of your own. Default: the record shipped.")
]
Target = Annotated[str, typer.Option("--target", help="What counts as formal: concluded or in_force.")]
Models = Annotated[str, typer.Option("--models", help="Models to issue; the base rate always stands beside.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="YYYY-MM-DD. Default: the record's end.")]
DEFAULT = Path("ledger")
MODELS = "primary,base_rate"


@app.command()
def issue(
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE...", help="Case ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All cases not known to have ended.")] = False,
    as_of: AsOf = None,
    horizons: Annotated[str | None, typer.Option("--horizons", help="Months after the as-of day.")] = None,
    models: Models = MODELS,
    target: Target = "concluded",
    data: Data = None,
    ledger: Ledger = DEFAULT,
) -> None:
    """Forecast open cases and keep what was said, with the rule that will settle it."""
    commands.issue(cases or [], every, as_of, horizons, models, target, data, ledger)


@app.command()
def replay(
    first: Annotated[int, typer.Option("--from", help="First year.")],
    last: Annotated[int, typer.Option("--to", help="Last year.")],
    models: Models = MODELS,
    target: Target = "concluded",
    jobs: Annotated[int, typer.Option("--jobs", help="Processes at once.")] = 1,
    data: Data = None,
    ledger: Ledger = DEFAULT,
) -> None:
    """Issue, marked as replay, what would have been said on each 1 January of all cases then open."""
    commands.replay(first, last, models, target, jobs, data, ledger)


@app.command()
def resolve(data: Data = None, ledger: Ledger = DEFAULT) -> None:
    """Settle what the record settles: the state at each deadline, void with a reason, or pending still."""
    commands.resolve(data, ledger)


@app.command()
def score(
    ledger: Ledger = DEFAULT, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Print how much was issued, how much of it counts, and how good it was beside the base rate."""
    commands.score(ledger, as_json)


@app.command()
def retract(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="File or number of the entry.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in one line.")],
    ledger: Ledger = DEFAULT,
) -> None:
    """Withdraw a forecast: it stays, is flagged, and is scored as issued."""
    commands.retract(entry, reason, ledger)


@app.command()
def verify(
    ledger: Ledger = DEFAULT,
    head: Annotated[str | None, typer.Option("--head", help="A sha256 that `ledger head` printed before.")] = None,
) -> None:
    """Find any byte that was edited, dropped, moved, cut or put in, and name the first file concerned."""
    raise typer.Exit(commands.verify(ledger, head))


@app.command()
def head(ledger: Ledger = DEFAULT) -> None:
    """Print the last file and its sha256: published elsewhere, it shows a later rewrite of the whole."""
    commands.head(ledger)


@app.command()
def add(
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="CSV: case_id,horizon,cause,probability.")
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Case id.")] = None,
    cause: Annotated[str | None, typer.Option("--cause", help="formalized, collapsed, faded or ongoing.")] = None,
    horizon: Annotated[str | None, typer.Option("--horizon", help="Months after the as-of day.")] = None,
    probability: Annotated[str | None, typer.Option("--probability", help="From 0 to 1.")] = None,
    as_of: AsOf = None,
    target: Target = "concluded",
    ledger: Ledger = DEFAULT,
) -> None:
    """Enter the probability of a person or a market beside the model's, to be scored on the same questions."""
    commands.add(file, case, cause, horizon, probability, by, as_of, target, ledger)


@app.command()
def export(out: Annotated[Path, typer.Option("--out", help="Folder of the hub.")], ledger: Ledger = DEFAULT) -> None:
    """Write the forecasts in the layout of a forecasting hub (hubverse): model-output/ and hub-config/tasks.json."""
    commands.export(ledger, out)
