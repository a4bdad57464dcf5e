"""The ledger: `forecasting ledger ...`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Case, Data, Jobs, Json, Ledger, Target, names_in
from forecasting.record.months import HORIZONS, parse_day, parse_horizons
from forecasting.store.errors import UsageError
from forecasting.store.settings import LEDGER_FOLDER

if TYPE_CHECKING:
    from forecasting.ledger import Written

app = typer.Typer(
    no_args_is_help=True,
    help="Issued forecasts and their scores: an append-only chain of files, each sealed by the next.",
)

Models = Annotated[
    str | None,
    typer.Option(
        "--models",
        help="Models to issue; the base rate is always included. Default: the headline, the forecasts that it is made "
        "of or stands beside, and the first registration's model.",
    ),
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="YYYY-MM-DD. Default: the record's end.")]
DEFAULT = Path(LEDGER_FOLDER)
ONE_FORECAST = "--case, --cause, --horizon and --probability"


@app.command()
def issue(
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE...", help="Case ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All cases not known to have ended.")] = False,
    as_of: AsOf = None,
    horizons: Annotated[str | None, typer.Option("--horizons", help="Months after the as-of day.")] = None,
    models: Models = None,
    target: Target = "concluded",
    data: Data = None,
    ledger: Ledger = DEFAULT,
) -> None:
    """Forecast open cases and append the forecasts not issued before, with their rules of resolution."""
    if bool(cases) == every:
        raise UsageError(f"expected cases or --all, got {'both' if every else 'neither'}; give one of them")
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.ledger import MODELS_ISSUED
    from forecasting.ledger.registration import issue_once
    from forecasting.record.history import load_history

    history = load_history(data, day)
    names = names_in(models) if models is not None else MODELS_ISSUED
    written = issue_once(history, ledger, models=names, target=target, cases=cases or None, horizons=months)
    _print_written(written)
    if not written.paths:
        print(f"nothing to issue that was not issued before as of {history.as_of}", file=sys.stderr)


@app.command()
def replay(
    first: Annotated[int, typer.Option("--from", help="First year.")],
    last: Annotated[int, typer.Option("--to", help="Last year.")],
    models: Models = None,
    target: Target = "concluded",
    jobs: Jobs = 1,
    data: Data = None,
    ledger: Ledger = DEFAULT,
) -> None:
    """Issue, marked as replay, the forecasts of each 1 January for all cases then open."""
    from forecasting.ledger import MODELS_ISSUED
    from forecasting.ledger import replay as put
    from forecasting.record.history import load_history

    names = names_in(models) if models is not None else MODELS_ISSUED
    for written in put(load_history(data), ledger, first, last, models=names, target=target, jobs=jobs):
        _print_written(written)


@app.command()
def resolve(data: Data = None, ledger: Ledger = DEFAULT) -> None:
    """Resolve matured forecasts from the record: the state at each deadline, void with a reason, or still pending."""
    from forecasting.ledger import resolve as settle
    from forecasting.record.history import load_history

    written = settle(ledger, load_history(data))
    if written.paths:
        _print_written(written)
    else:
        print("nothing to resolve that was not resolved before")


@app.command()
def score(
    ledger: Ledger = DEFAULT,
    reports: Annotated[
        Path | None, typer.Option("--reports", help="Folder of reports: count also how many of theirs were issued.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print counts of issued and scored forecasts, and their skill over the base rate."""
    from forecasting.ledger import score as scored

    card = scored(ledger)
    steps = None
    if reports is not None:
        from forecasting.publish.funnel import funnel

        steps = funnel(reports, ledger).told
    tables = {name: getattr(card, name) for name in ("forecasts", "causes", "others", "conditionals")}
    if as_json:
        rows = {
            name: json.loads(table.to_json(orient="records", double_precision=15)) for name, table in tables.items()
        }
        beside = {"funnel": steps} if steps is not None else {}
        print(json.dumps({"settled_on": card.settled_on} | beside | rows, indent=1))
        return
    if steps is not None:
        print(f"forecasts on the pages of {reports}: " + ", ".join(f"{n} {step}" for step, n in steps.items()))
    print(f"resolved from a record up to {card.settled_on or '(not resolved yet: forecasting ledger resolve)'}")
    for name, table in tables.items():
        if len(table):
            print(f"\n{name}")
            print(table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.3f}"))


@app.command()
def retract(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="File or number of the entry.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in one line.")],
    ledger: Ledger = DEFAULT,
) -> None:
    """Withdraw a forecast: it stays, is flagged, and is scored as issued."""
    from forecasting.ledger import retract as withdraw

    _print_written(withdraw(ledger, entry, reason))


@app.command()
def verify(
    ledger: Ledger = DEFAULT,
    head: Annotated[str | None, typer.Option("--head", help="A sha256 that `ledger head` printed before.")] = None,
) -> None:
    """Find any byte that was edited, removed, moved, truncated or inserted, and name the first file concerned."""
    from forecasting.ledger import verify as examine

    chain = examine(ledger, head)
    for line in (*chain.notes, *chain.faults):
        print(line)
    if not chain.faults:
        print(f"no faults: {len(chain.links)} entries; head {chain.head} {chain.last}")
        raise typer.Exit(0)
    count = f"{len(chain.faults)} fault{'s' if len(chain.faults) > 1 else ''}"
    print(f"{count} in {ledger}, that of the earliest file first")
    raise typer.Exit(1)


@app.command()
def head(ledger: Ledger = DEFAULT) -> None:
    """Print the last file and its sha256: published elsewhere, it reveals a later rewrite of the ledger."""
    from forecasting.ledger import read_chain

    chain = read_chain(ledger)
    print(f"{chain.head}  {chain.last}")


@app.command()
def add(
    by: Annotated[str, typer.Option("--by", help="Name of the person or market.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="CSV: case_id,horizon,cause,probability.")
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Case id.")] = None,
    cause: Annotated[str | None, typer.Option("--cause", help="formalized, collapsed, faded or ongoing.")] = None,
    horizon: Annotated[str | None, typer.Option("--horizon", help="Months after the as-of day.")] = None,
    probability: Annotated[str | None, typer.Option("--probability", help="From 0 to 1.")] = None,
    metaculus: Annotated[
        Path | None, typer.Option("--metaculus", help="Folder of an unpacked export of Metaculus; with --questions.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option("--questions", help="CSV: question_id,case_id,horizon,cause.")
    ] = None,
    hub: Annotated[Path | None, typer.Option("--hub", help="Folder of a hub (hubverse); with --model.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Folder of the model in the hub: TEAM-MODEL.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="Why, in one line; shown on the page of the case.")] = None,
    as_of: AsOf = None,
    target: Target = "concluded",
    ledger: Ledger = DEFAULT,
) -> None:
    """Enter the probabilities of a person or a market beside the model's, to be scored on the same questions."""
    options = {"--case": case, "--horizon": horizon, "--cause": cause, "--probability": probability}
    given = {name: value for name, value in options.items() if value is not None}
    named = {"FILE": file, "--metaculus": metaculus, "--hub": hub}
    sources = [name for name, value in named.items() if value is not None]
    if len(sources) + bool(given) != 1 or 0 < len(given) < len(options):
        got = " and ".join([*sources, *given]) or "neither"
        raise UsageError(
            f"expected a FILE, --metaculus, --hub, or {ONE_FORECAST} together, got {got}; give one of them whole"
        )
    _require_together({"--metaculus": metaculus, "--questions": questions, "--as-of": as_of if metaculus else None})
    _require_together({"--hub": hub, "--model": model, "--as-of": as_of if hub else None})
    day = parse_day(as_of) if as_of is not None else None
    from forecasting.ledger import add as put
    from forecasting.ledger import hub_opinions, metaculus_opinions, read_opinions
    from forecasting.ledger.additions import opinion

    if metaculus is not None and questions is not None and day is not None:
        said = metaculus_opinions(metaculus, questions, day)
    elif hub is not None and model is not None and day is not None:
        said = hub_opinions(hub, model, day, target)
    else:
        said = read_opinions(file) if file is not None else [opinion("", *given.values())]
    _print_written(put(ledger, said, by, as_of=day, target=target, note=note))


@app.command()
def pool(
    case: Case,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", help="A model, person or market; repeat it. Default: headline, base rates, all people."),
    ] = None,
    weight: Annotated[list[float] | None, typer.Option("--weight", help="Weight of each --of, in order.")] = None,
    as_of: AsOf = None,
    target: Target = "concluded",
    ledger: Ledger = DEFAULT,
    as_json: Json = False,
) -> None:
    """Print the linear pool of what models and people have said about a case: equal weights, or those given."""
    from forecasting.ledger import pool as pooled

    day = parse_day(as_of) if as_of is not None else None
    table = pooled(ledger, case, of or None, weight or None, as_of=day, target=target)
    if as_json:
        print(table.to_json(orient="records", indent=1, double_precision=15))
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="Folder of the hub.")],
    repository: Annotated[
        str, typer.Option("--repository", help="OWNER/NAME of the hub's repository, for admin.json.")
    ] = "unpublished/forecasting",
    ledger: Ledger = DEFAULT,
) -> None:
    """Write the forecasts in the layout of a forecasting hub (hubverse): model-output/, -metadata/ and hub-config/."""
    from forecasting.ledger import export as write

    for path in write(ledger, out, repository):
        print(path)


def _print_written(written: "Written") -> None:
    for note in written.notes:
        print(note, file=sys.stderr)
    for path in written.paths:
        print(path, flush=True)


def _require_together(options: dict[str, object]) -> None:
    """Raise where some of the options are given and others are not."""
    missing = [name for name, value in options.items() if value is None]
    if 0 < len(missing) < len(options):
        raise UsageError(f"expected {', '.join(options)} together, got none of {', '.join(missing)}; give all of them")
