"""Entries beside the forecasts: probabilities of people and markets, and retractions. No entry is removed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from forecasting.ledger.chain import Chain, Link, read_chain
from forecasting.ledger.entries import LIVE, LIVE_DAYS, REPLAY, TOLERANCE, Added, Issue, Opinion
from forecasting.ledger.questions import retractions, states_by_question
from forecasting.ledger.writer import Written, append
from forecasting.record.columns import well_formed
from forecasting.record.forms import Column
from forecasting.record.months import LONGEST_HORIZON
from forecasting.record.vocabulary import ONGOING, STATES
from forecasting.store.csv_rows import CsvRow, csv_rows, header_text, other_separator
from forecasting.store.errors import UsageError, shown
from forecasting.store.foreign import Foreign
from forecasting.store.values import complaint

FORMS: Final = (
    Column("case_id", "slug", "the case"),
    Column(
        "horizon",
        "integer",
        "months after the as-of day",
        minimum=1,
        maximum=LONGEST_HORIZON,
        remedy="write 12, not 12.0",
    ),
    Column("cause", "choice", "a state", choices=STATES, remedy="choose one of them"),
    Column("probability", "probability", "chance of that state", remedy="write 20 % as 0.2"),
)
COLUMNS: Final = tuple(column.name for column in FORMS)
OPINIONS: Final = Foreign("a CSV file of probabilities", "correct it, or name another", most_bytes=4_000_000)


def add(
    folder: Path | str,
    opinions: Sequence[Mapping[str, Any]],
    by: str,
    *,
    as_of: date | None = None,
    target: str = "concluded",
    issued_on: date | None = None,
    note: str | None = None,
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
    note
        Why, in one line of at most 1,000 characters.

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
    told = [_opinion(number, each) for number, each in enumerate(opinions)]
    asked = [(each.case_id, each.horizon) for each in told]
    if not asked:
        raise UsageError("expected at least one probability, got none; give one, or a file with one in each row")

    def compose(chain: Chain) -> list[dict[str, Any]]:
        link, beside = _beside(chain, asked, as_of, target)
        _require_open(chain, beside, asked)
        _require_no_fall([*_require_unsaid(chain, told, by, beside), *told])
        live = beside.kind == LIVE and (today - beside.as_of).days <= LIVE_DAYS
        return [
            {
                "entry": "added", "by": by, "kind": LIVE if live else REPLAY, "target": target, "as_of": beside.as_of,
                "beside": link.name, "opinions": [each.model_dump() for each in told], "note": note,
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
    header, *rows = list(csv_rows(OPINIONS.text_lines(path))) or [CsvRow(1, [])]
    if header.cells != list(COLUMNS):
        mark = other_separator(header.cells[0] if len(header.cells) == 1 else "", COLUMNS)
        got = f"a header separated by {mark!r}" if mark else header_text(header.cells)
        raise UsageError(f"{path} row 1: expected the header {','.join(COLUMNS)}, got {got}; correct it")
    said = []
    for row in rows:
        place = f"{path} row {row.number}"
        if row.fault:
            raise OPINIONS.error(place, *row.fault)
        said.append(opinion(f"{place}: ", *row.cells))
    return said


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
    cells = dict(zip(COLUMNS, (case_id, horizon, cause, probability), strict=True))
    for column in FORMS:
        cell = cells[column.name]
        if not isinstance(cell, str) or not well_formed(column)(cell):
            raise UsageError(f"{place}expected {column.expected()}, got {shown(cell)}; {column.remedy or 'correct it'}")
    return cells | {"horizon": int(horizon), "probability": float(probability)}


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


def _opinion(number: int, given: Mapping[str, Any]) -> Opinion:
    """One probability of its form; `UsageError` for anything else."""
    try:
        return Opinion.model_validate({name: given[name] for name in COLUMNS if name in given})
    except ValidationError as error:
        found = complaint(error)
        raise UsageError(f"expected opinions.{number}.{found.expected_there}, got {found.got}; correct it") from None
    except TypeError:
        expected = f"opinions.{number} with the keys {', '.join(COLUMNS)}"
        raise UsageError(f"expected {expected}, got {shown(given)}; correct it") from None


def _require_unsaid(chain: Chain, told: Sequence[Opinion], by: str, beside: Issue) -> list[Opinion]:
    """What the same person said of that day before, unless it was retracted; `UsageError` for saying it twice."""
    asked = {(o.case_id, o.horizon, o.cause) for o in told}
    withdrawn = retractions(chain)
    before: list[Opinion] = []
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
            before += [] if link.name in withdrawn else e.opinions
    return before


def _require_no_fall(told: Sequence[Opinion]) -> None:
    """`UsageError` for an ending less probable within more months: what has come by 12 months has come by 24."""
    chances: dict[tuple[str, str], dict[int, float]] = {}
    for one in told:
        chances.setdefault((one.case_id, one.cause), {})[one.horizon] = one.probability
    for (case, state), by_horizon in chances.items():
        word, sign = ("rises", 1) if state == ONGOING else ("falls", -1)
        for (first, before), (then, after) in pairwise(sorted(by_horizon.items())):
            if sign * (after - before) > TOLERANCE:
                raise UsageError(
                    f"expected a probability that never {word} with the horizon, got {case} {state} {before:g} at "
                    f"{first} months and {after:g} at {then}; correct one of the two"
                )
