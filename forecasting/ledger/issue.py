"""Issuing forecasts: live ones, and replays of past days that say that they are replays."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import Parallel, delayed

from forecasting.errors import UsageError
from forecasting.forecast import fit_models, forecast, open_cases
from forecasting.history.panel import check_choice
from forecasting.history.view import History
from forecasting.ledger.chain import Chain, Written, append, verify
from forecasting.ledger.entries import LIVE, LIVE_DAYS, REPLAY, Issue
from forecasting.ledger.questions import QUESTION, REFERENCE, RULE, Block, block_forecasts, blocks
from forecasting.months import HORIZONS, deadline
from forecasting.vocabulary import STATES, TARGETS

MODELS_ISSUED = ("primary", REFERENCE)
PACKAGE = Path(__file__).parents[1]


def issue(
    table: pd.DataFrame,
    folder: Path | str,
    history: History,
    *,
    target: str = TARGETS[0],
    population: str = "forward",
    as_replay: bool = False,
    issued_on: date | None = None,
) -> Written:
    """Put a forecast table into the ledger: one file per model, none changed ever after.

    `table` has the forecast columns, as of one day, with the base rate among its models; `history` is the record it
    was made from, as of that day or later, `target` and `population` what the models were fitted for, `issued_on`
    today. Live is what is issued within 120 days of its as_of day from a record that holds nothing later than that
    day, its hash unchanged since the first live issue of that day; the rest, and all of it under `as_replay`, is a
    replay. Raises `UsageError` for a case that has ended, a forecast that was issued before, a faulty table.
    """
    models = blocks(table)
    check_choice(target, population)
    if REFERENCE not in models:
        raise UsageError(f"wanted a forecast of {REFERENCE} beside the others; came {', '.join(models)}")
    day = date.fromisoformat(models[REFERENCE].as_of)
    today = issued_on or datetime.now(UTC).date()
    for name, block in models.items():
        if (block.case_ids, block.horizons) != (models[REFERENCE].case_ids, models[REFERENCE].horizons):
            raise UsageError(f"wanted the same cases and horizons of every model; came others of {name}")
    known = history.at(day)
    open_cases(known, list(models[REFERENCE].case_ids), target)
    common = _common(history, day, target, population) | {"level": models[REFERENCE].level}

    def compose(chain: Chain) -> list[dict[str, Any]]:
        kind = REPLAY if as_replay else _kind(chain, history, day, today)
        _require_unissued(chain, models, day, target, kind)
        clusters = known.cases.set_index("case_id")["cluster_id"]
        return [
            common | _of_block(block) | {
                "kind": kind, "model": name, "forecasts": block_forecasts(block, None if name == REFERENCE else models[REFERENCE], clusters)
            }
            for name, block in models.items()
        ]  # fmt: skip

    return append(folder, compose, today)


def replay(
    history: History,
    folder: Path | str,
    first: int,
    last: int,
    *,
    models: Sequence[str] = MODELS_ISSUED,
    target: str = TARGETS[0],
    jobs: int = 1,
    issued_on: date | None = None,
) -> Iterator[Written]:
    """Issue replays as of each 1 January, for all cases then open, by models fitted on what was then known.

    One writing per year from `first` to `last`, in order, as it is made; a year that stands already is passed over,
    so that an interrupted replay is taken up where it stopped.
    """
    if first > last or jobs < 1:
        raise UsageError(f"wanted years in order and at least one job; came {first} to {last} with {jobs}")
    days = [date(year, 1, 1) for year in range(first, last + 1)]
    history.at(days[-1])
    standing = verify(folder).links if Path(folder).is_dir() else ()
    done = {
        e.as_of for link in standing if isinstance(e := link.entry, Issue) and (e.kind, e.target) == (REPLAY, target)
    }
    asked = [history.at(day) for day in days if day not in done]
    tables = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(open_forecasts)(known, models, target) for known in asked
    )
    for table in tables:
        yield issue(table, folder, history, target=target, as_replay=True, issued_on=issued_on)


def open_forecasts(
    history: History,
    models: Sequence[str] = MODELS_ISSUED,
    target: str = TARGETS[0],
    cases: Sequence[str] | None = None,
    horizons: Sequence[int] = HORIZONS,
) -> pd.DataFrame:
    """Forecasts of all cases not known to have ended, or of those named, by models fitted on this history."""
    check_choice(target, "forward")
    chosen = list(cases) if cases is not None else open_case_ids(history, target)
    open_cases(history, chosen, target)
    names = [*models, *([] if REFERENCE in models else [REFERENCE])]
    return forecast(history, chosen, fitted=fit_models(history, names, target), horizons=horizons)


def open_case_ids(history: History, target: str = TARGETS[0]) -> list[str]:
    """Cases not known to have ended, in order."""
    outcomes = history.outcomes
    return sorted(outcomes.loc[(outcomes["target"] == target) & (outcomes["cause"] == ""), "case_id"])


def code_hash(package: Path = PACKAGE) -> str:
    """A hash of every module of the package: path and content, in order."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _common(history: History, day: date, target: str, population: str) -> dict[str, Any]:
    return {
        "entry": "issue",
        "as_of": day,
        "target": target,
        "population": population,
        "states": STATES,
        "reference_model": REFERENCE,
        "record_sha256": history.sha256,
        "record_end": history.record.data_end,
        "code": {"version": version("forecasting"), "sha256": code_hash()},
        "question": QUESTION,
        "rule": RULE,
    }


def _of_block(block: Block) -> dict[str, Any]:
    day = date.fromisoformat(block.as_of)
    return {"horizons": block.horizons, "deadlines": tuple(deadline(day, horizon) for horizon in block.horizons)}


def _kind(chain: Chain, history: History, day: date, today: date) -> str:
    """Live where nothing later could be known: a recent day, the record's last, and the record as it was."""
    hashes = {
        e.record_sha256
        for link in chain.links
        if isinstance(e := link.entry, Issue) and e.kind == LIVE and e.as_of == day
    }
    recent = (today - day).days <= LIVE_DAYS
    return LIVE if recent and history.record.data_end == day and hashes <= {history.sha256} else REPLAY


def _require_unissued(chain: Chain, models: Mapping[str, Block], day: date, target: str, kind: str) -> None:
    for link in chain.links:
        entry = link.entry
        if isinstance(entry, Issue) and (entry.as_of, entry.target, entry.kind) == (day, target, kind):
            stands = {forecast.case_id for forecast in entry.forecasts}
            again = [case for case in models[entry.model].case_ids if case in stands] if entry.model in models else []
            if again:
                raise UsageError(
                    f"wanted forecasts not issued before; came {entry.model} for {again[0]} as of {day}, which stands "
                    f"in {link.name}. An entry is never changed: ask as of another day, or for other models or cases"
                )
