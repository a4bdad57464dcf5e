"""Entries beside the forecasts: probabilities of people and markets, and retractions. No entry is removed."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from forecasting.ledger.chain import Chain, Link, read_chain
from forecasting.ledger.entries import LIVE, LIVE_DAYS, REPLAY, Added, Issue
from forecasting.ledger.questions import retractions, states_by_question
from forecasting.ledger.writer import Written, append
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
    """Enter the probabilities of a person or market on questions already issued, to be scored on the same questions.

    They are entered beside the last issue that asked all the questions; they are live if that issue is live and at
    most 120 days have passed since its as_of day, else replay.

    Parameters
    ----------
    folder
        The folder of the ledger.
    opinions
        One mapping for each probability: `case_id`, `horizon` (months), `cause` (a state), `probability` (0 to 1).
    by
        Name of the person or market.
    as_of
        As_of day of the issue; default: of the last one.
    target
        `concluded` or `in_force`.
    issued_on
        Day of the entry; default: today in UTC.

    Returns
    -------
    Written
        The file added.

    Raises
    ------
    UsageError
        No issue asked all the questions, one of them is resolved, or `by` answered one of them before.
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
    ...     opinion = {"case_id": table["case_id"][0], "horizon": 12, "cause": "formalized", "probability": 0.05}
    ...     add(folder, [opinion], "A. Reader", issued_on=date(2026, 12, 1)).paths[0].name
    '000002-added-2026-12-01.json'
    """
    read_chain(folder)
    today = issued_on or datetime.now(UTC).date()
    asked = [(str(each["case_id"]), int(each["horizon"])) for each in opinions]
    if not asked:
        raise UsageError("expected at least one probability, got none; give one, or a file with one in each row")

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
    """Read probabilities from a CSV file.

    Parameters
    ----------
    path
        A file in UTF-8 with the columns case_id, horizon (months), cause (a state), probability (0 to 1).

    Returns
    -------
    list of dict
        One for each row, as `add` takes them.

    Raises
    ------
    UsageError
        The file cannot be read, or a row, which is named, is not of this form.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     lines = ["case_id,horizon,cause,probability", "salt2-observance-1979,12,formalized,0.05"]
    ...     _ = path.write_text(chr(10).join(lines))
    ...     read_opinions(path)[0]["probability"]
    0.05
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"expected a readable CSV file in UTF-8, got {path}: {error}; name another file") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise UsageError(
            f"{path} row 1: expected the header {','.join(COLUMNS)}, got {shown(reader.fieldnames)}; correct it"
        )
    return [
        opinion(f"{path} row {row}: ", *(line[name] for name in COLUMNS)) for row, line in enumerate(reader, start=2)
    ]


def opinion(place: str, case_id: str, horizon: str, cause: str, probability: str) -> dict[str, Any]:
    """One probability from text.

    Parameters
    ----------
    place
        File and row, for the message.
    case_id, horizon, cause, probability
        The case, months after as_of, a state, and a probability from 0 to 1.

    Returns
    -------
    dict
        As `add` takes it.

    Raises
    ------
    UsageError
        A value is out of range.

    Examples
    --------
    >>> opinion("", "new-start-post-expiry-2026", "12", "formalized", "0.2")
    {'case_id': 'new-start-post-expiry-2026', 'horizon': 12, 'cause': 'formalized', 'probability': 0.2}
    """
    if cause not in STATES:
        raise UsageError(f"{place}expected a cause out of {', '.join(STATES)}, got {shown(cause)}; choose one of them")
    try:
        chance, months = float(probability), int(horizon)
    except (TypeError, ValueError):
        raise UsageError(
            f"{place}expected a horizon in months and a probability, got {shown((horizon, probability))}; "
            "write them as numbers"
        ) from None
    if not 0.0 <= chance <= 1.0:
        raise UsageError(f"{place}expected a probability from 0 to 1, got {shown(probability)}; write 20 % as 0.2")
    return {"case_id": case_id, "horizon": months, "cause": cause, "probability": chance}


def retract(folder: Path | str, entry: str, reason: str, issued_on: date | None = None) -> Written:
    """Retract an entry: it stays in the ledger, is flagged, and is scored as issued.

    Parameters
    ----------
    folder
        The folder of the ledger.
    entry
        File name or number of an issue or of added probabilities.
    reason
        Why, in one line.
    issued_on
        Day of the retraction; default: today in UTC.

    Returns
    -------
    Written
        The file added.

    Raises
    ------
    UsageError
        There is no such entry, or it was retracted before.
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
    ...     retract(folder, "1", "a wrong row of the record", issued_on=date(2026, 12, 1)).paths[0].name
    '000002-retraction-2026-12-01.json'
    """
    read_chain(folder)

    def compose(chain: Chain) -> list[dict[str, Any]]:
        link = _named(chain, entry)
        if link.name in (before := retractions(chain)):
            raise UsageError(
                f"expected an entry not retracted before, got {link.name}, retracted because: {before[link.name]}; "
                "nothing more is needed"
            )
        return [{"entry": "retraction", "retracts": link.name, "reason": reason}]

    return append(folder, compose, issued_on or datetime.now(UTC).date())


def _named(chain: Chain, entry: str) -> Link:
    for link in chain.links:
        numbers = (str(link.entry.sequence), link.name[:6])
        if entry in (link.name, *numbers) and isinstance(link.entry, Issue | Added):
            return link
    raise UsageError(
        f"expected the file or the number of a forecast in the ledger, got {shown(entry)}; see the names of its files"
    )


def _beside(chain: Chain, asked: Sequence[tuple[str, int]], as_of: date | None, target: str) -> tuple[Link, Issue]:
    """The last issue that asked all the questions: of its models one other than the base rate, if there is one."""
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
            f"{f' as of {as_of}' if as_of else ''} under {target}, and {len(asked) - 1} more; issue it first"
        )
    last = found[-1][1]
    same = [pair for pair in found if (pair[1].as_of, pair[1].kind) == (last.as_of, last.kind)]
    return next((pair for pair in same if pair[1].model != pair[1].reference_model), same[-1])


def _require_open(chain: Chain, beside: Issue, asked: Sequence[tuple[str, int]]) -> None:
    settled = states_by_question(chain)
    for case, horizon in asked:
        state = settled.get((beside.target, case, beside.as_of.isoformat(), horizon))
        if state:
            raise UsageError(
                f"expected a question not yet resolved, got {case} at {horizon} months, resolved: {state}; leave it out"
            )


def _require_unsaid(chain: Chain, opinions: Sequence[Mapping[str, Any]], by: str, beside: Issue) -> None:
    asked = {(o["case_id"], o["horizon"], o["cause"]) for o in opinions}
    for link in chain.links:
        e = link.entry
        if isinstance(e, Added) and (e.by, e.as_of, e.target) == (by, beside.as_of, beside.target):
            again = asked & {(o.case_id, o.horizon, o.cause) for o in e.opinions}
            if again:
                case, horizon, cause = min(again)
                raise UsageError(
                    f"expected a probability not entered before, got {case} {cause} at {horizon} months by {by}, which "
                    f"is in {link.name}; an entry is never changed: retract it, or answer as of another day"
                )
