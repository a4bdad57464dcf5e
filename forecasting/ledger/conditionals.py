"""Conditional forecasts in the ledger: issued with their condition, void where it fails, else scored as any other."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.ledger.chain import Chain
from forecasting.ledger.entries import VOID, Conditional, Resolution
from forecasting.ledger.issue import kind_of
from forecasting.ledger.lineage import code_of_now
from forecasting.ledger.questions import retractions, rounded, settled_on, states_by_question
from forecasting.ledger.writer import Written, append
from forecasting.models import HEADLINE
from forecasting.record.history import History, require_no_overlay
from forecasting.record.months import deadline
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES, STATES
from forecasting.store.errors import UsageError

Floats = NDArray[np.float64]
YES, NO = "yes", "no"
BRANCHES = ("taken", "not taken")
QUESTIONS = ("target", "as_of", "case_id", "horizon", "deadline")
"""Columns that name a question."""
QUESTION = (
    "If CASE takes the step STEP by DAY, and if it does not: how will it stand on each deadline: formalized (TARGET), "
    "collapsed, faded, or still ongoing?"
)
RULE = (
    "the step is taken if a row of CASE in ladders.csv dated after as_of and up to DAY, before an ending, has the "
    "level of the condition or a higher one and is active (for a break: is broken); it is not taken if the case ended "
    "before, or DAY is over and somebody looked until then; void if the record no longer holds the case or says that "
    "it stood there on as_of. The branch whose condition failed is void; the other is resolved as any forecast here"
)


class Rung(Protocol):
    """The rung of a condition."""

    @property
    def form(self) -> int:
        """1 for a text that is signed already, else 0."""

    @property
    def level(self) -> int:
        """From 0 to 5."""

    @property
    def status(self) -> str:
        """`active` or `broken`."""


class ConditionalForecast(Protocol):
    """A conditional forecast as `explain.conditional.conditional` gives it."""

    @property
    def case_id(self) -> str:
        """The case."""

    @property
    def as_of(self) -> date:
        """Day of the forecast."""

    @property
    def by(self) -> date:
        """Last day on which the step counts."""

    @property
    def target(self) -> str:
        """What counts as formalized."""

    @property
    def step(self) -> str:
        """The step in words."""

    @property
    def rung(self) -> Rung:
        """The rung that it brings the case to."""

    @property
    def chance(self) -> float:
        """Probability of the step."""

    @property
    def horizons(self) -> tuple[int, ...]:
        """Months after the day."""

    @property
    def probability(self) -> dict[str, Floats]:
        """By branch, probabilities of the states, (4, n_horizons)."""


def issue_conditional(
    found: ConditionalForecast, folder: Path | str, history: History, issued_on: date | None = None
) -> Written:
    """Add a conditional forecast to the ledger.

    Parameters
    ----------
    found
        The forecast, as of `fc.conditional`.
    folder
        The folder of the ledger; it is made if it does not exist.
    history
        The record from which it was made.
    issued_on
        Day of issue; default: today in UTC.

    Returns
    -------
    Written
        The file added.

    Raises
    ------
    UsageError
        The same condition was issued before as of the same day.
    LedgerError
        The ledger has faults.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import conditional, load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> found = conditional(history, "salt2-observance-1979", "all have consented", "1986-01-01", [12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in issue_conditional(found, folder, history, date(2026, 12, 1)).paths]
    ['000001-conditional-2026-12-01.json']
    """
    require_no_overlay(history, "an entry of the ledger")
    today = issued_on or datetime.now(UTC).date()
    body = content_of(found, history)

    def compose(chain: Chain) -> list[dict[str, Any]]:
        kind = kind_of(chain, history, found.as_of, today)
        for name, e in conditionals(chain):
            same = (e.case_id, e.as_of, e.target, e.kind) == (found.case_id, found.as_of, found.target, kind)
            if same and e.condition.model_dump() == body["condition"]:
                raise UsageError(
                    f"expected a condition not issued before, got {found.step} by {found.by} for {found.case_id} as of "
                    f"{found.as_of}, which is in {name}; an entry is never changed: ask as of another day"
                )
        return [body | {"kind": kind}]

    return append(folder, compose, today)


def content_of(found: ConditionalForecast, history: History) -> dict[str, Any]:
    """What an entry says of a conditional forecast, made from a record."""
    cluster = str(history.cases.set_index("case_id")["cluster_id"][found.case_id])
    condition = {
        "step": found.step, "form": found.rung.form, "level": found.rung.level, "status": found.rung.status,
        "by": found.by,
    }  # fmt: skip
    rows = {name: rounded(found.probability[name].T).tolist() for name in (*BRANCHES, "whole")}
    replaced = {"CASE": found.case_id, "STEP": f'"{found.step}"', "DAY": str(found.by), "TARGET": found.target}
    return {
        "entry": "conditional", "model": HEADLINE, "as_of": found.as_of, "record_end": history.record.data_end,
        "record_sha256": history.sha256, "code": code_of_now(), "target": found.target, "case_id": found.case_id,
        "cluster_id": cluster, "condition": condition, "chance": round(found.chance, 7), "horizons": found.horizons,
        "deadlines": tuple(deadline(found.as_of, horizon) for horizon in found.horizons), "states": STATES,
        "question": _replaced(QUESTION, replaced), "rule": RULE, "taken": rows["taken"],
        "not_taken": rows["not taken"], "whole": rows["whole"],
    }  # fmt: skip


def conditionals(chain: Chain) -> list[tuple[str, Conditional]]:
    """The conditional forecasts of a ledger, with the names of their files, in order."""
    return [(link.name, link.entry) for link in chain.links if isinstance(link.entry, Conditional)]


def asked(chain: Chain) -> pd.DataFrame:
    """The questions of the conditional forecasts: `target`, `as_of`, `case_id`, `horizon`, `deadline`."""
    rows = [
        (e.target, e.as_of.isoformat(), e.case_id, horizon, due.isoformat())
        for _, e in conditionals(chain)
        for horizon, due in zip(e.horizons, e.deadlines, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(QUESTIONS))


def settled_conditions(chain: Chain) -> dict[str, str]:
    """The latest resolution of each condition, by file of its forecast: yes, no or void."""
    return {
        each.of: each.is_taken
        for link in chain.links
        if isinstance(link.entry, Resolution)
        for each in link.entry.conditions or ()
    }


def newly_settled(chain: Chain, history: History) -> list[dict[str, Any]]:
    """Conditions that a record settles now, or otherwise than it did, as the content of a resolution."""
    before = settled_conditions(chain)
    found = []
    for name, entry in conditionals(chain):
        held = condition_of(entry, history)
        if held is not None and held["is_taken"] != before.get(name):
            found.append({"of": name} | held)
    return found


def condition_of(entry: Conditional, history: History) -> dict[str, Any] | None:
    """Whether a condition was met by what a record holds; None while it is open.

    Parameters
    ----------
    entry
        The conditional forecast.
    history
        The record as of the day of resolution.

    Returns
    -------
    dict or None
        `is_taken`, yes, no or void, with `evidence_date` or `reason`.
    """
    if entry.case_id not in set(history.cases["case_id"]):
        return {"is_taken": VOID, "reason": "the record no longer holds the case"}
    case = history.case(entry.case_id)
    condition, ending = entry.condition, _ending(history, entry)
    if int(case.start["type"] in SAME_OUTCOME_TYPES) != condition.form:
        return {"is_taken": VOID, "reason": "the record now says that the case has a ladder of the other form"}
    steps = [rung for rung in case.rungs if rung.ladder == "formalization"]
    met = [rung.day for rung in steps if _is_met(entry, rung.level, rung.status)]
    standing = [rung for rung in steps if rung.day <= entry.as_of][-1:]
    if any(_is_met(entry, rung.level, rung.status) for rung in standing):
        return {"is_taken": VOID, "reason": "the record now says that the case stood there on as_of"}
    day = min((day for day in met if day > entry.as_of), default=None)
    if day is not None and day <= condition.by and (ending is None or day <= ending):
        return {"is_taken": YES, "evidence_date": day}
    if ending is not None and ending <= condition.by:
        return {"is_taken": NO, "evidence_date": ending}
    return {"is_taken": NO, "evidence_date": condition.by} if case.looked_until >= condition.by else None


def conditional_lines(chain: Chain) -> pd.DataFrame:
    """One row for each branch and horizon of the conditional forecasts.

    Parameters
    ----------
    chain
        The ledger.

    Returns
    -------
    DataFrame
        `entry`, `kind`, `model`, `target`, `case_id`, `cluster_id`, `as_of`, `step`, `by`, `chance`, `branch`,
        `is_taken` (yes, no, void or empty), `horizon`, `deadline`, `probability` and `whole` (a value for each state),
        `resolution` (a state, void, or empty while pending), `is_retracted`, `is_scored`. A branch whose condition
        failed is void.
    """
    states, met, gone, until = (
        states_by_question(chain),
        settled_conditions(chain),
        retractions(chain),
        settled_on(chain),
    )
    rows: list[Mapping[str, Any]] = []
    for name, e in conditionals(chain):
        for branch, values in zip(BRANCHES, (e.taken, e.not_taken), strict=True):
            for i, horizon in enumerate(e.horizons):
                state = states.get((e.target, e.case_id, e.as_of.isoformat(), horizon), "")
                resolution = _branch_resolution(met.get(name, ""), branch, state)
                is_due = max(e.deadlines[i], e.condition.by).isoformat() <= until
                rows.append(
                    {
                        "entry": name, "kind": e.kind, "model": e.model, "target": e.target, "case_id": e.case_id,
                        "cluster_id": e.cluster_id, "as_of": e.as_of.isoformat(), "step": e.condition.step,
                        "by": e.condition.by.isoformat(), "chance": e.chance, "branch": branch,
                        "is_taken": met.get(name, ""), "horizon": horizon,
                        "deadline": e.deadlines[i].isoformat(), "probability": values[i], "whole": e.whole[i],
                        "resolution": resolution, "is_retracted": int(name in gone),
                        "is_scored": is_due and resolution not in ("", VOID),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=LINES)


LINES = (
    "entry", "kind", "model", "target", "case_id", "cluster_id", "as_of", "step", "by", "chance", "branch", "is_taken",
    "horizon", "deadline", "probability", "whole", "resolution", "is_retracted", "is_scored",
)  # fmt: skip


def _branch_resolution(is_taken: str, branch: str, state: str) -> str:
    """The resolution of a branch: void where its condition failed, pending while it is open."""
    if not is_taken:
        return ""
    holds = is_taken == (YES if branch == BRANCHES[0] else NO)
    return state if holds else VOID


def _is_met(entry: Conditional, level: int, status: str) -> bool:
    if entry.condition.status == "broken":
        return status == "broken"
    return status == "active" and level >= entry.condition.level


def _ending(history: History, entry: Conditional) -> date | None:
    rows = history.outcomes
    own = rows[rows["case_id"].eq(entry.case_id) & rows["target"].eq(entry.target)]
    days: Iterator[Any] = iter(own["end_date"])
    return next((day.date() for day in days if not pd.isna(day)), None)


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(name, word)
    return text
