"""Resolving questions from the record: the state at the deadline, void with a reason, or pending still."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.ledger.chain import Chain, Written, append, read_chain
from forecasting.ledger.entries import VOID
from forecasting.ledger.questions import question_lines, settled_on, states_by_question
from forecasting.record.history import History
from forecasting.record.vocabulary import ONGOING
from forecasting.store.errors import UsageError


@dataclass(frozen=True)
class Verdict:
    """What became of a question: its state with the day that decides it, or void with a reason."""

    state: str
    evidence_date: date | None = None
    reason: str | None = None


def resolve(folder: Path | str, history: History, issued_on: date | None = None) -> Written:
    """Append what the record, as known on the history's day, says of questions that were open, or says otherwise.

    Adds nothing where nothing is to be said. Raises `UsageError` for a record that ends before the last one used.
    """
    read_chain(folder)

    def compose(chain: Chain) -> list[dict[str, Any]]:
        before = settled_on(chain)
        if history.as_of.isoformat() < before:
            raise UsageError(
                f"expected a record up to {before} or later, as at the last resolution, got {history.as_of}"
            )
        lines = question_lines(chain)
        told = verdicts(lines, history, states_by_question(chain))
        due = lines["deadline"][lines["resolution"] == ""]
        newly_due = ((due > before) & (due <= history.as_of.isoformat())).any()
        record = {"record_end": history.as_of, "record_sha256": history.sha256}
        return [{"entry": "resolution", "resolutions": told} | record] if told or newly_due else []

    return append(folder, compose, issued_on or datetime.now(UTC).date())


@dataclass(frozen=True)
class KnownEndings:
    """What a record says of its cases: first public day of each, and cause, days and last sight by case and target."""

    starts: dict[str, date]
    endings: dict[tuple[str, str], tuple[str, date | None, date | None, date]]


def known_endings(history: History) -> KnownEndings:
    """What the record knew of its cases on the history's day."""
    rows = history.outcomes
    days = [[day.date() if not pd.isna(day) else None for day in rows[name]] for name in ("end_date", "end_known_date")]
    seen = [day.date() for day in rows["last_seen"]]
    keys = zip(rows["case_id"], rows["target"], strict=True)
    endings = dict(zip(keys, zip(rows["cause"], *days, seen, strict=True), strict=True))
    starts = {case: day.date() for case, day in history.cases.set_index("case_id")["start_known_date"].items()}
    return KnownEndings(starts, endings)


def verdict(known: KnownEndings, case_id: str, target: str, as_of: date, due: date) -> Verdict | None:
    """What became of a case by the day `due`, asked on `as_of`; None while that is pending.

    Days decide as the record gives them: a coarse one stands at the end of its month or year. A case that had ended
    by `as_of` without anybody knowing counts as ended: the forecast was of what was known.
    """
    if case_id not in known.starts:
        return Verdict(VOID, reason="the record no longer holds the case")
    if (case_id, target) not in known.endings:
        return Verdict(VOID, reason=f"the record no longer codes the case under the target {target}")
    if known.starts[case_id] > as_of:
        return Verdict(VOID, reason=f"the record now says that the case became known only on {known.starts[case_id]}")
    cause, end, end_known, last_seen = known.endings[case_id, target]
    if end is None or end_known is None:
        return Verdict(ONGOING, last_seen) if last_seen >= due else None
    if end_known <= as_of:
        return Verdict(VOID, reason=f"the record now says that the case {cause} on {end}, known on {end_known}")
    return Verdict(cause, end) if end <= due else Verdict(ONGOING, end)


def verdicts(
    lines: pd.DataFrame, history: History, before: dict[tuple[str, str, str, int], str]
) -> list[dict[str, Any]]:
    """Verdicts that are new or other than before, the horizons of one verdict together."""
    known = known_endings(history)
    found: dict[tuple[str, str, str, Verdict], list[int]] = defaultdict(list)
    asked = lines[["target", "as_of", "case_id", "horizon", "deadline"]].drop_duplicates()
    for target, as_of, case_id, horizon, due in asked.sort_values(["target", "as_of", "case_id", "horizon"]).to_numpy():
        told = verdict(known, case_id, target, date.fromisoformat(as_of), date.fromisoformat(due))
        if told is not None and told.state != before.get((target, case_id, as_of, horizon)):
            found[target, as_of, case_id, told].append(horizon)
    return [
        {"target": target, "as_of": as_of, "case_id": case_id, "horizons": horizons}
        | {"state": told.state, "evidence_date": told.evidence_date, "reason": told.reason}
        for (target, as_of, case_id, told), horizons in found.items()
    ]
