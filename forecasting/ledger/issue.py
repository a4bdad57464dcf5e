"""Issue of forecasts: live ones, and replays as of past days, marked as such."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import Parallel, delayed

from forecasting.forecasts import Session, fit_models, open_cases
from forecasting.forecasts.parts import forecast_parts
from forecasting.ledger.chain import Chain, verify
from forecasting.ledger.entries import LIVE, LIVE_DAYS, REPLAY, Issue
from forecasting.ledger.lineage import Lineages, code_of_now, with_lineage
from forecasting.ledger.questions import QUESTION, REFERENCE, RULE, Block, block_forecasts, blocks
from forecasting.ledger.writer import Written, append
from forecasting.models import FIRST, HEADLINE, LADDER_MODEL
from forecasting.record.history import History, require_no_overlay
from forecasting.record.months import HORIZONS, deadline
from forecasting.record.panel import check_choice
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, shown

Abstentions = Mapping[str, Mapping[str, str]]
EARLIEST = 1800
"""First year of a replay: no record holds an earlier day."""
MODELS_ISSUED = (HEADLINE, LADDER_MODEL, "recent_base_rate", "type_base_rate", FIRST, REFERENCE)
"""The headline first, then what stands under it."""


def issue(
    table: pd.DataFrame,
    folder: Path | str,
    history: History,
    *,
    target: str = TARGETS[0],
    population: str = "forward",
    models: Sequence[str] | None = None,
    as_replay: bool = False,
    issued_on: date | None = None,
    abstained: Abstentions | None = None,
    lineage: Lineages | None = None,
) -> Written:
    """Add the forecasts of a forecast table to the ledger, one entry for each model.

    An entry is live if it is issued within 120 days of its as_of day, from a record that ends on that day and whose
    hash is that of the first live issue as of that day; else it is a replay.

    Parameters
    ----------
    table
        Forecast table as of one day, with the base rate among its models.
    folder
        The folder of the ledger; it is made if it does not exist.
    history
        The record from which the forecasts were made, as of that day or later.
    target, population
        The target and the population for which the models were fitted.
    models
        The models to issue; default: all in the table.
    as_replay
        Mark the entries as replay in any case.
    issued_on
        Day of issue; default: today in UTC.
    abstained
        By model and case, the reason for which a model has no forecast of a case that the base rate has.
    lineage
        By model and case, the steps from the raw model to the forecast (`forecasts.parts.forecast_parts`).

    Returns
    -------
    Written
        The files added.

    Raises
    ------
    UsageError
        The table is faulty, a case has ended, or a forecast was issued before.
    LedgerError
        The ledger has faults.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     [path.name for path in written.paths]
    ['000001-replay-2026-02-05-concluded-base_rate.json']
    """
    found = blocks(table)
    require_no_overlay(history, "an entry of the ledger")
    check_choice(target, population)
    if REFERENCE not in found:
        raise UsageError(
            f"expected a forecast of {REFERENCE} beside the others, got {', '.join(found)}; add it to the table"
        )
    reference = found[REFERENCE]
    silent = abstained or {}
    names = found if models is None else models
    found |= {name: reference.only(()) for name in names if name not in found and silent.get(name)}
    chosen = {name: _chosen(found, name, silent.get(name, {})) for name in names}
    day = date.fromisoformat(reference.as_of)
    today = issued_on or datetime.now(UTC).date()
    known = history.at(day)
    unknown = {view.case_id for view in open_cases(known, list(reference.case_ids), target) if not view.is_state_known}
    clusters = known.cases.set_index("case_id")["cluster_id"]
    common = _common(history, reference, target, population)

    def compose(chain: Chain) -> list[dict[str, Any]]:
        kind = REPLAY if as_replay else kind_of(chain, history, day, today)
        _require_unissued(chain, dict.fromkeys(chosen, reference.case_ids), day, target, kind)
        beside = {name: None if name == REFERENCE else reference.only(block.case_ids) for name, block in chosen.items()}
        forecasts = {
            name: with_lineage(block_forecasts(block, beside[name], clusters), (lineage or {}).get(name, {}))
            for name, block in chosen.items()
        }
        notes = {name: _notes(reference, block, silent.get(name, {})) for name, block in chosen.items()}
        apart = {name: [case for case in block.case_ids if case in unknown] or None for name, block in chosen.items()}
        return [
            common | {"kind": kind, "model": name, "forecasts": rows, "abstained": notes[name], "unknown": apart[name]}
            for name, rows in forecasts.items()
        ]

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
    """Issue replays as of each 1 January for all cases then open, by models fitted on what was then known.

    Replays already in the ledger are skipped, so that an interrupted replay continues where it stopped.

    Parameters
    ----------
    history
        The record.
    folder
        The folder of the ledger.
    first, last
        First and last year.
    models
        The models to issue.
    target
        `concluded` or `in_force`.
    jobs
        Number of processes, from 1.
    issued_on
        Day of issue; default: today in UTC.

    Yields
    ------
    Written
        The files added for each year and model, in order.

    Raises
    ------
    UsageError
        The years are not in order, a year is after the record's end, or too few endings were known.
    LedgerError
        The ledger has faults.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [written.paths[0].name for written in replay(load_history(), folder, 1992, 1992, models=["base_rate"])]
    ['000001-replay-1992-01-01-concluded-base_rate.json']
    """
    if first > last or jobs < 1:
        raise UsageError(
            f"expected years in order and at least one job, got {first} to {last} with {jobs}; "
            "correct --from, --to or --jobs"
        )
    end = history.record.data_end.year
    if not EARLIEST <= first <= last <= end:
        raise UsageError(f"expected years from {EARLIEST} to {end}, got {first} to {last}; correct --from or --to")
    days = [date(year, 1, 1) for year in range(first, last + 1)]
    history.at(days[-1])
    replayed = issued_cases(verify(folder) if Path(folder).is_dir() else Chain(()), target, REPLAY)
    asked = []
    for known in map(history.at, days):
        is_open = set(known.open_case_ids(target))
        missing = {model: sorted(is_open - set(replayed[known.as_of, model])) for model in models}
        if any(missing.values()):
            asked.append((known, missing))
    tables = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(open_lineage)(known, models, target, sorted(set().union(*missing.values()))) for known, missing in asked
    )
    for (known, missing), (table, silent, lineage) in zip(asked, tables, strict=True):
        for model, cases in missing.items():
            if cases:
                rows = table[table["case_id"].isin(cases)]
                yield issue(
                    rows, folder, known, target=target, models=[model], as_replay=True, issued_on=issued_on,
                    abstained=silent, lineage=lineage,
                )  # fmt: skip


def issued_cases(chain: Chain, target: str, kind: str) -> dict[tuple[date, str], dict[str, str]]:
    """Cases with a forecast of that kind, by as_of day and model, each with the first file that holds it.

    Parameters
    ----------
    chain
        The ledger.
    target
        `concluded` or `in_force`.
    kind
        `live` or `replay`.

    Examples
    --------
    >>> dict(issued_cases(Chain(()), "concluded", LIVE))
    {}
    """
    found: dict[tuple[date, str], dict[str, str]] = defaultdict(dict)
    for link in chain.links:
        if isinstance(e := link.entry, Issue) and (e.kind, e.target) == (kind, target):
            found[e.as_of, e.model] = dict.fromkeys(e.case_ids, link.name) | found[e.as_of, e.model]
    return found


def _notes(reference: Block, block: Block, silent: Mapping[str, str]) -> list[dict[str, str]] | None:
    """Cases of the reference for which a model abstained, with the reasons; None if there is none."""
    cases = [case for case in reference.case_ids if case not in block.case_ids]
    return [{"case_id": case, "reason": silent[case]} for case in cases] or None


def _chosen(found: Mapping[str, Block], name: str, silent: Mapping[str, str]) -> Block:
    reference = found[REFERENCE]
    if name not in found:
        raise UsageError(
            f"expected models out of those in the table, {', '.join(found)}, got {shown(name)}; name one of them"
        )
    cases = tuple(case for case in reference.case_ids if case in found[name].case_ids or case not in silent)
    if (found[name].case_ids, found[name].horizons) != (cases, reference.horizons):
        raise UsageError(
            f"expected the cases and horizons of {REFERENCE} for every model, got others for {name}; "
            "forecast them together"
        )
    return found[name]


def open_forecasts(
    history: History,
    models: Sequence[str] = MODELS_ISSUED,
    target: str = TARGETS[0],
    cases: Sequence[str] | None = None,
    horizons: Sequence[int] = HORIZONS,
) -> tuple[pd.DataFrame, Abstentions]:
    """Forecasts of open cases by models fitted on this history.

    Parameters
    ----------
    history
        The record as of the day of the forecasts.
    models
        The models; the base rate is added.
    target
        `concluded` or `in_force`.
    cases
        The cases; default: all open ones.
    horizons
        Months after as_of, 1 to 120.

    Returns
    -------
    tuple of DataFrame and dict
        The forecast table, and by model and case the reasons of abstention.

    Raises
    ------
    UsageError
        A case is unknown or has ended, or too few endings were known.

    Examples
    --------
    >>> from forecasting import load_history
    >>> case = "new-start-post-expiry-2026"
    >>> table, abstained = open_forecasts(load_history(as_of="2026-02-05"), ["base_rate"], cases=[case], horizons=[12])
    >>> table["cause"].unique().tolist(), abstained
    (['formalized', 'collapsed', 'faded', 'ongoing'], {'base_rate': {}})
    """
    return open_lineage(history, models, target, cases, horizons)[:2]


def open_lineage(
    history: History,
    models: Sequence[str] = MODELS_ISSUED,
    target: str = TARGETS[0],
    cases: Sequence[str] | None = None,
    horizons: Sequence[int] = HORIZONS,
) -> tuple[pd.DataFrame, Abstentions, Lineages]:
    """Forecasts of open cases as `open_forecasts` makes them, with the steps that led to each.

    Parameters
    ----------
    history
        The record as of the day of the forecasts.
    models
        The models; the base rate is added.
    target
        `concluded` or `in_force`.
    cases
        The cases; default: all open ones.
    horizons
        Months after as_of, 1 to 120.

    Returns
    -------
    tuple of DataFrame, dict and dict
        The forecast table; by model and case the reasons of abstention; by model and case the steps.

    Raises
    ------
    UsageError
        A case is unknown or has ended, or too few endings were known.

    Examples
    --------
    >>> from forecasting import load_history
    >>> case = "new-start-post-expiry-2026"
    >>> _, _, lineage = open_lineage(load_history(as_of="2026-02-05"), ["ladder"], cases=[case], horizons=[12])
    >>> list(lineage), lineage["ladder"][case].pooled.shape
    (['ladder'], (4, 1))
    """
    check_choice(target, "forward")
    chosen = list(cases) if cases is not None else history.open_case_ids(target)
    if len(set(chosen)) < len(chosen):
        raise UsageError(f"expected each case once, got {shown(chosen)}; leave out the repeated one")
    open_cases(history, chosen, target)
    names = [*models, *([] if REFERENCE in models else [REFERENCE])]
    session = Session(history, fit_models(history, names, target))
    limits = session.limits(chosen)
    silent = {
        name: {case: str(of[name]) for case, of in limits.items() if of[name].status == "abstained"} for name in names
    }
    return session.forecast(chosen, horizons), silent, forecast_parts(history, chosen, session.fitted, horizons)


def _common(history: History, reference: Block, target: str, population: str) -> dict[str, Any]:
    """Keys shared by the entries of one table."""
    day = date.fromisoformat(reference.as_of)
    return {
        "entry": "issue",
        "as_of": day,
        "horizons": reference.horizons,
        "deadlines": tuple(deadline(day, horizon) for horizon in reference.horizons),
        "level": reference.level,
        "target": target,
        "population": population,
        "states": STATES,
        "reference_model": REFERENCE,
        "record_sha256": history.sha256,
        "record_end": history.record.data_end,
        "code": code_of_now(),
        "question": QUESTION,
        "rule": RULE,
    }


def kind_of(chain: Chain, history: History, day: date, today: date) -> str:
    """Live if nothing later was known: a recent as_of day, which is the record's end, and an unchanged record."""
    hashes = {
        e.record_sha256
        for link in chain.links
        if isinstance(e := link.entry, Issue) and e.kind == LIVE and e.as_of == day
    }
    recent = (today - day).days <= LIVE_DAYS
    return LIVE if recent and history.record.data_end == day and hashes <= {history.sha256} else REPLAY


def _require_unissued(chain: Chain, models: Mapping[str, tuple[str, ...]], day: date, target: str, kind: str) -> None:
    issued = issued_cases(chain, target, kind)
    for model, cases in models.items():
        before = issued[day, model]
        again = [case for case in cases if case in before]
        if again:
            raise UsageError(
                f"expected forecasts not issued before, got {model} for {again[0]} as of {day}, which is in "
                f"{before[again[0]]}; an entry is never changed: ask as of another day, or for other models or cases"
            )
