"""What each `forecasting ledger` command does. Libraries are imported where they are needed."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecasting.record.months import HORIZONS, parse_day, parse_horizons
from forecasting.store.errors import UsageError


def issue(
    cases: Sequence[str],
    every: bool,
    as_of: str | None,
    horizons: str | None,
    models: str,
    target: str,
    data: Path | None,
    ledger: Path,
) -> None:
    """Forecast open cases and put what comes into the ledger."""
    if bool(cases) == every:
        raise UsageError(f"wanted cases or --all; came {'both' if every else 'neither'}")
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.ledger import issue as put
    from forecasting.ledger import open_forecasts
    from forecasting.record.history import load_history

    history = load_history(data, day)
    table, silent = open_forecasts(history, _names(models), target, None if every else list(cases), months)
    for model, reasons in silent.items():
        for case, reason in reasons.items():
            print(f"{model} abstains for {case}: {reason}", file=sys.stderr)
    _tell(put(table, ledger, history, target=target, models=_names(models), abstained=silent))


def replay(first: int, last: int, models: str, target: str, jobs: int, data: Path | None, ledger: Path) -> None:
    """Issue what would have been said on each 1 January."""
    from forecasting.ledger import replay as put
    from forecasting.record.history import load_history

    for written in put(load_history(data), ledger, first, last, models=_names(models), target=target, jobs=jobs):
        _tell(written)


def resolve(data: Path | None, ledger: Path) -> None:
    """Resolve what the record settles."""
    from forecasting.ledger import resolve as settle
    from forecasting.record.history import load_history

    written = settle(ledger, load_history(data))
    if written.paths:
        _tell(written)
    else:
        print("nothing to resolve that was not resolved before")


def score(ledger: Path, as_json: bool) -> None:
    """Print how much was issued, how much of it counts, and how good it was."""
    from forecasting.ledger import score as scored

    card = scored(ledger)
    tables = {"forecasts": card.forecasts, "causes": card.causes, "others": card.others}
    if as_json:
        rows = {
            name: json.loads(table.to_json(orient="records", double_precision=15)) for name, table in tables.items()
        }
        print(json.dumps({"settled_on": card.settled_on} | rows, indent=1))
        return
    print(f"resolved from a record up to {card.settled_on or '(not resolved yet: forecasting ledger resolve)'}")
    for name, table in tables.items():
        if len(table):
            print(f"\n{name}")
            print(table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.3f}"))


def retract(entry: str, reason: str, ledger: Path) -> None:
    """Withdraw an entry."""
    from forecasting.ledger import retract as withdraw

    _tell(withdraw(ledger, entry, reason))


def verify(ledger: Path, head: str | None) -> int:
    """Print the first fault and how many there are; 1 if there is one, else 0."""
    from forecasting.ledger import verify as examine

    chain = examine(ledger, head)
    for note in chain.notes:
        print(note)
    if not chain.faults:
        print(f"no faults: {len(chain.links)} entries; head {chain.head} {chain.last}")
        return 0
    for fault in chain.faults:
        print(fault)
    print(
        f"{len(chain.faults)} fault{'s' if len(chain.faults) > 1 else ''} in {ledger}, that of the earliest file first"
    )
    return 1


def head(ledger: Path) -> None:
    """Print the sha256 and the name of the last file, to be published where the ledger's owner cannot change it."""
    from forecasting.ledger import read_chain

    chain = read_chain(ledger)
    print(f"{chain.head}  {chain.last}")


def add(
    file: Path | None,
    case: str | None,
    cause: str | None,
    horizon: str | None,
    probability: str | None,
    by: str,
    as_of: str | None,
    target: str,
    ledger: Path,
) -> None:
    """Enter probabilities of a person or a market."""
    from forecasting.ledger import add as put
    from forecasting.ledger import read_opinions
    from forecasting.ledger.additions import opinion

    one = (case, horizon, cause, probability)
    if (file is None) == all(cell is None for cell in one) or (file is None and None in one):
        raise UsageError("wanted a FILE, or --case, --cause, --horizon and --probability together; came something else")
    said = read_opinions(file) if file is not None else [opinion("", *(str(cell) for cell in one))]
    _tell(put(ledger, said, by, as_of=parse_day(as_of) if as_of is not None else None, target=target))


def export(ledger: Path, out: Path) -> None:
    """Write the hub layout."""
    from forecasting.ledger import export as write

    for path in write(ledger, out):
        print(path)


def _names(models: str) -> list[str]:
    return [name.strip() for name in models.split(",")]


def _tell(written: Any) -> None:
    for note in written.notes:
        print(note, file=sys.stderr)
    for path in written.paths:
        print(path, flush=True)
