"""What is added beside a forecast: the probabilities of people and markets, and retractions. Nothing is removed."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from forecasting.ledger.chain import Chain, Link, Written, append, read_chain
from forecasting.ledger.entries import LIVE, LIVE_DAYS, REPLAY, Added, Issue
from forecasting.ledger.questions import retractions, states_by_question
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError, shown

COLUMNS = ("case_id", "horizon", "cause", "probability")


def add(
    folder: Path | str,
    opinions: Sequence[Mapping[str, Any]],
    by: str,
    *,
    as_of: date | None = None,
    target: str = "concluded",
    issued_on: date | None = None,
) -> Written:
    """Enter somebody's probabilities on questions that a model was asked, to be scored on the same ones.

    Each of `opinions` has `case_id`, `horizon` (months), `cause` (a state) and `probability`. They are set beside the
    last issue (as of `as_of`, if given) that asked all of them, and are live if it is and 120 days have not passed.
    Raises `UsageError` where no such issue is, where `by` said so before, or where a question is resolved.
    """
    read_chain(folder)
    today = issued_on or datetime.now(UTC).date()
    asked = [(str(each["case_id"]), int(each["horizon"])) for each in opinions]
    if not asked:
        raise UsageError("expected at least one probability, got none")

    def compose(chain: Chain) -> list[dict[str, Any]]:
        link, beside = _beside(chain, asked, as_of, target)
        _require_open(chain, beside, asked)
        _require_unsaid(chain, opinions, by, beside)
        live = beside.kind == LIVE and (today - beside.as_of).days <= LIVE_DAYS
        return [
            {
                "entry": "added", "by": by, "kind": LIVE if live else REPLAY, "target": target, "as_of": beside.as_of,
                "beside": link.name, "opinions": [{name: each[name] for name in COLUMNS} for each in opinions],
            }
        ]  # fmt: skip

    return append(folder, compose, today)


def read_opinions(path: Path) -> list[dict[str, Any]]:
    """Probabilities from a CSV file with the columns case_id, horizon, cause, probability; `UsageError` names a row."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"expected a readable CSV file in UTF-8, got {path}: {error}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise UsageError(f"{path} row 1: expected the header {','.join(COLUMNS)}, got {shown(reader.fieldnames)}")
    return [
        opinion(f"{path} row {row}: ", *(line[name] for name in COLUMNS)) for row, line in enumerate(reader, start=2)
    ]


def opinion(place: str, case_id: str, horizon: str, cause: str, probability: str) -> dict[str, Any]:
    """One probability from text; `UsageError` begins with `place`."""
    if cause not in STATES:
        raise UsageError(f"{place}expected a cause out of {', '.join(STATES)}, got {shown(cause)}")
    try:
        chance, months = float(probability), int(horizon)
    except (TypeError, ValueError):
        raise UsageError(
            f"{place}expected a horizon in months and a probability, got {shown((horizon, probability))}"
        ) from None
    if not 0.0 <= chance <= 1.0:
        raise UsageError(f"{place}expected a probability from 0 to 1, got {shown(probability)}")
    return {"case_id": case_id, "horizon": months, "cause": cause, "probability": chance}


def retract(folder: Path | str, entry: str, reason: str, issued_on: date | None = None) -> Written:
    """Withdraw an entry, named by its file or number, for a stated reason. It stays, is flagged, and is scored."""
    read_chain(folder)

    def compose(chain: Chain) -> list[dict[str, Any]]:
        link = _named(chain, entry)
        if link.name in (before := retractions(chain)):
            raise UsageError(f"wanted an entry that stands; {link.name} was retracted: {before[link.name]}")
        return [{"entry": "retraction", "retracts": link.name, "reason": reason}]

    return append(folder, compose, issued_on or datetime.now(UTC).date())


def _named(chain: Chain, entry: str) -> Link:
    for link in chain.links:
        numbers = (str(link.entry.sequence), link.name[:6])
        if entry in (link.name, *numbers) and isinstance(link.entry, Issue | Added):
            return link
    raise UsageError(f"expected the file or the number of a forecast in the ledger, got {shown(entry)}")


def _beside(chain: Chain, asked: Sequence[tuple[str, int]], as_of: date | None, target: str) -> tuple[Link, Issue]:
    """The last issue that asked all the questions; the first model of its writing, so `primary` if it was issued."""
    found: list[tuple[Link, Issue]] = []
    for link in chain.links:
        entry = link.entry
        if isinstance(entry, Issue) and entry.target == target and as_of in (None, entry.as_of):
            cases = {forecast.case_id for forecast in entry.forecasts}
            if all(case in cases and horizon in entry.horizons for case, horizon in asked):
                found.append((link, entry))
    if not found:
        case, horizon = asked[0]
        raise UsageError(
            f"expected questions that a forecast in the ledger asks, got {shown(case)} at {horizon} months"
            f"{f' as of {as_of}' if as_of else ''} under {target}, and {len(asked) - 1} more: issue it first"
        )
    last = found[-1][1]
    same = [pair for pair in found if (pair[1].as_of, pair[1].kind) == (last.as_of, last.kind)]
    return next((pair for pair in same if pair[1].model != pair[1].reference_model), same[-1])


def _require_open(chain: Chain, beside: Issue, asked: Sequence[tuple[str, int]]) -> None:
    settled = states_by_question(chain)
    for case, horizon in asked:
        state = settled.get((beside.target, case, beside.as_of.isoformat(), horizon))
        if state:
            raise UsageError(f"wanted a question still open; {case} at {horizon} months was resolved: {state}")


def _require_unsaid(chain: Chain, opinions: Sequence[Mapping[str, Any]], by: str, beside: Issue) -> None:
    asked = {(o["case_id"], o["horizon"], o["cause"]) for o in opinions}
    for link in chain.links:
        e = link.entry
        if isinstance(e, Added) and (e.by, e.as_of, e.target) == (by, beside.as_of, beside.target):
            again = asked & {(o.case_id, o.horizon, o.cause) for o in e.opinions}
            if again:
                case, horizon, cause = min(again)
                raise UsageError(
                    f"wanted a probability not entered before; {by} said it of {case} {cause} at {horizon} months in "
                    f"{link.name}. An entry is never changed: retract it, or ask as of another day"
                )
