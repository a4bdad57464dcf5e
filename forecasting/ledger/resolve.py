"""Resolution of questions from the record: the state at the deadline, void with a reason, or still pending."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.ledger.chain import Chain, read_chain
from forecasting.ledger.conditionals import QUESTIONS, asked, newly_settled
from forecasting.ledger.entries import VOID
from forecasting.ledger.questions import question_lines, settled_on, states_by_question
from forecasting.ledger.writer import Written, append
from forecasting.record.history import History, require_no_overlay
from forecasting.record.vocabulary import ONGOING
from forecasting.store.errors import UsageError


@dataclass(frozen=True)
class Verdict:
    """Resolution of a question: its state, the date that decides it and the sources that tell it, or void and why."""

    state: str
    evidence_date: date | None = None
    reason: str | None = None
    sources: tuple[str, ...] = ()


def resolve(folder: Path | str, history: History, issued_on: date | None = None) -> Written:
    """Resolve questions from the record, and correct resolutions that the record no longer supports.

    Parameters
    ----------
    folder
        The folder of the ledger.
    history
        The record as of the day of resolution.
    issued_on
        Day of the entry; default: today in UTC.

    Returns
    -------
    Written
        The file added; none if there is nothing new.

    Raises
    ------
    UsageError
        The record ends before that of the latest resolution.
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
    ...     resolve(folder, load_history()).paths
    ()
    """
    require_no_overlay(history, "a resolution in the ledger")
    read_chain(folder)

    def compose(chain: Chain) -> list[dict[str, Any]]:
        before = settled_on(chain)
        if history.as_of.isoformat() < before:
            raise UsageError(
                f"expected a record up to {before} or later, as at the last resolution, got {history.as_of}; "
                "use a later one"
            )
        questions, states = every_question(chain), states_by_question(chain)
        resolutions, settled = verdicts(questions, history, states), newly_settled(chain, history)
        due = questions["deadline"][[key not in states for key in _keys(questions)]]
        newly_due = ((due > before) & (due <= history.as_of.isoformat())).any()
        record = {"record_end": history.as_of, "record_sha256": history.sha256, "conditions": settled or None}
        is_new = bool(resolutions or settled or newly_due)
        return [{"entry": "resolution", "resolutions": resolutions} | record] if is_new else []

    return append(folder, compose, issued_on or datetime.now(UTC).date())


def every_question(chain: Chain) -> pd.DataFrame:
    """The questions of forecasts and of conditional ones, with the columns `QUESTIONS`."""
    return pd.concat([question_lines(chain)[list(QUESTIONS)], asked(chain)], ignore_index=True)


def _keys(questions: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """Questions as they are named in `states_by_question`."""
    return list(questions[["target", "case_id", "as_of", "horizon"]].itertuples(index=False, name=None))


@dataclass(frozen=True)
class KnownEndings:
    """Endings in a record: the day each case became known; by case and target its cause, dates and sources."""

    starts: dict[str, date]
    endings: dict[tuple[str, str], tuple[str, date | None, date | None, date]]
    sources: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


def known_endings(history: History) -> KnownEndings:
    """The endings known on the history's as_of day."""
    rows = history.outcomes
    days = [[day.date() if not pd.isna(day) else None for day in rows[name]] for name in ("end_date", "end_known_date")]
    seen = [day.date() for day in rows["last_seen"]]
    keys = list(zip(rows["case_id"], rows["target"], strict=True))
    endings = dict(zip(keys, zip(rows["cause"], *days, seen, strict=True), strict=True))
    starts = {case: day.date() for case, day in history.cases.set_index("case_id")["start_known_date"].items()}
    return KnownEndings(starts, endings, dict(zip(keys, _sources(history, rows), strict=True)))


def _sources(history: History, outcomes: pd.DataFrame) -> list[tuple[str, ...]]:
    """Sources of the acts on the day of each ending, the ending act first; of the last sight where a case goes on."""
    cells = history.record.tables["events"].cells
    acts = cells.sort_values("is_ending", ascending=False, kind="stable").groupby(["case_id", "event_date"])[
        "source_id"
    ]
    told = {key: tuple(dict.fromkeys(";".join(own).split(";"))) for key, own in acts}
    return [
        told.get((case, f"{end:%Y-%m-%d}"), ()) if cause else tuple(filter(None, sight.split(";")))
        for case, cause, end, sight in zip(
            *(outcomes[name] for name in ("case_id", "cause", "end_date", "last_observed_source")), strict=True
        )
    ]


def verdict(known: KnownEndings, case_id: str, target: str, as_of: date, due: date) -> Verdict | None:
    """The resolution of a question asked as of `as_of` with the deadline `due`; None while it is pending.

    Dates decide as the record gives them: one known to the month or year stands for the end of that period. A case that
    had ended by `as_of` unknown to all counts as ended: the forecast was made from what was known.
    """
    if case_id not in known.starts:
        return Verdict(VOID, reason="the record no longer holds the case")
    if (case_id, target) not in known.endings:
        return Verdict(VOID, reason=f"the record no longer codes the case under the target {target}")
    if known.starts[case_id] > as_of:
        return Verdict(VOID, reason=f"the record now says that the case became known only on {known.starts[case_id]}")
    cause, end, end_known, last_seen = known.endings[case_id, target]
    sources = known.sources.get((case_id, target), ())
    if end is None or end_known is None:
        return Verdict(ONGOING, last_seen, sources=sources) if last_seen >= due else None
    if end_known <= as_of:
        return Verdict(VOID, reason=f"the record now says that the case {cause} on {end}, known on {end_known}")
    return Verdict(cause if end <= due else ONGOING, end, sources=sources)


def verdicts(
    lines: pd.DataFrame, history: History, before: dict[tuple[str, str, str, int], str]
) -> list[dict[str, Any]]:
    """Resolutions that are new or differ from the latest, with the horizons of equal resolutions together."""
    known = known_endings(history)
    found: dict[tuple[str, str, str, Verdict], list[int]] = defaultdict(list)
    every = lines[list(QUESTIONS)].drop_duplicates()
    for target, as_of, case_id, horizon, due in every.sort_values(["target", "as_of", "case_id", "horizon"]).to_numpy():
        reached = verdict(known, case_id, target, date.fromisoformat(as_of), date.fromisoformat(due))
        if reached is not None and reached.state != before.get((target, case_id, as_of, horizon)):
            found[target, as_of, case_id, reached].append(horizon)
    return [
        {"target": target, "as_of": as_of, "case_id": case_id, "horizons": horizons}
        | {"state": reached.state, "evidence_date": reached.evidence_date, "reason": reached.reason}
        | {"sources": reached.sources or None}
        for (target, as_of, case_id, reached), horizons in found.items()
    ]
