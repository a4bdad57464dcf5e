"""Run of the whole multiverse: every specification refitted and scored, and every alternative coding by itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from forecasting.backtest.jobs import check_jobs, map_in_jobs
from forecasting.backtest.multiverse.codings import Codings
from forecasting.backtest.multiverse.learned import selected
from forecasting.backtest.multiverse.refit import Refit
from forecasting.backtest.multiverse.rows import Reader
from forecasting.backtest.multiverse.shares import variance_shares
from forecasting.backtest.multiverse.specifications import FACTORS, Specification, specifications
from forecasting.forecasts import FEWEST_ENDINGS, open_cases
from forecasting.record.history import History, require_no_overlay
from forecasting.store.errors import UsageError

Alternative = tuple[str, int]
FEWEST = 30
SPREAD = (0.1, 0.9)


@dataclass(frozen=True)
class Multiverse:
    """Results of every specification.

    Parameters
    ----------
    as_of : date
        Day of the record.
    record_sha256 : str
        Hash of the record.
    case_ids : tuple of str
        Open cases that were forecast.
    table : pandas.DataFrame
        A row for each specification, the registered one first: a column for each of `FACTORS`, `draw`, `skill` on
        formalization and `skill_states` on the four states over the unweighted base rate, `n` forecasts scored, and the
        headline of each case, by its id. NaN where a specification leaves fewer than 10 endings to learn from.
    points : dict of str to float
        The headline of each case as it is published, with recalibration.
    decisions : pandas.DataFrame
        A row for each alternative coding and case: `alternative_id`, `case_id`, `change` of the headline when only
        that coding is taken.
    """

    as_of: date
    record_sha256: str
    case_ids: tuple[str, ...]
    table: pd.DataFrame
    points: dict[str, float]
    decisions: pd.DataFrame

    def shares(self, response: str) -> "pd.Series[float]":
        """Share of each factor in the variance of `skill` or of a case's headline, see `variance_shares`."""
        rows = self.table.dropna(subset=[response])
        return variance_shares({name: list(rows[name]) for name in FACTORS}, rows[response])

    def spread(self, response: str) -> dict[str, float]:
        """The registered value, and the 10 %, 50 % and 90 % quantiles, minimum and maximum over all specifications."""
        values = self.table[response]
        low, high = values.quantile(list(SPREAD))
        return {
            "registered": float(values.iloc[0]),
            "lower": float(low),
            "median": float(values.median()),
            "upper": float(high),
            "least": float(values.min()),
            "most": float(values.max()),
        }


def multiverse(history: History, case_ids: Sequence[str], n: int = 500, jobs: int = 1) -> Multiverse:
    """Refit and score specifications, and take each arguable coding by itself, for open cases of the record.

    Parameters
    ----------
    history : History
        The record as known on its day.
    case_ids : sequence of str
        Open cases, whose headline is the probability of formalization within 60 months.
    n : int
        Number of specifications, 30 or more.
    jobs : int
        Processes, 1 or more; the numbers are the same with any number.

    Returns
    -------
    Multiverse
        A row for each specification, and one for each alternative coding and case.

    Raises
    ------
    UsageError
        For a case that is unknown or has ended, fewer than 30 specifications, or fewer than one job.
    """
    if n < FEWEST:
        raise UsageError(f"expected at least {FEWEST} specifications, got {n}; ask for more with --specifications")
    check_jobs(jobs)
    require_no_overlay(history, "a multiverse")
    open_cases(history, list(case_ids))
    names = {case: len(set(rows["alternative_id"])) for case, rows in history.alternatives.groupby("case_id")}
    alternatives = [(str(case), number) for case, n_own in names.items() for number in range(1, n_own + 1)]
    items: list[Specification | Alternative | None] = [*specifications(n), *alternatives, None]
    rows = map_in_jobs(partial(_answers, history, tuple(case_ids)), items, jobs)
    moved = [row for of_alternative in rows[n:-1] for row in of_alternative]
    decisions = pd.DataFrame(moved, columns=["alternative_id", "case_id", "change"])
    order = decisions["change"].abs().sort_values(ascending=False, kind="stable").index
    return Multiverse(
        as_of=history.as_of,
        record_sha256=history.sha256,
        case_ids=tuple(case_ids),
        table=pd.DataFrame([row for of_specification in rows[:n] for row in of_specification]),
        points=rows[-1][0],
        decisions=decisions.loc[order].reset_index(drop=True),
    )


def open_core_cases(history: History) -> list[str]:
    """Prospectively sampled core cases not known to have ended under any target.

    Parameters
    ----------
    history : History
        The record as known on its day.

    Returns
    -------
    list of str
        Their ids, sorted.
    """
    core = history.coding[(history.coding["in_core"] == 1) & (history.coding["sampled_via"] == "forward")]
    ended = set(history.outcomes.loc[history.outcomes["cause"] != "", "case_id"])
    return sorted(case for case in core["case_id"] if case not in ended)


def _answers(
    history: History, case_ids: tuple[str, ...], items: Sequence[Specification | Alternative | None]
) -> list[list[dict[str, Any]]]:
    """For each specification its row of the table; for each alternative what it changes; for none what is published."""
    codings = Codings(history)
    reader = Reader(history, codings)
    registered = Registered(Refit(codings, reader, Specification()), case_ids)
    rows = []
    for item in items:
        if item is None:
            rows.append([registered.refit.published(case_ids)])
        elif isinstance(item, Specification):
            rows.append([specified(codings, reader, case_ids, item, registered.refit)])
        else:
            rows.append(decided(codings, reader, registered, item))
    return rows


@dataclass(frozen=True)
class Registered:
    """The registered specification, from which one coding after the other is changed.

    Parameters
    ----------
    refit : Refit
        Its refit.
    case_ids : tuple of str
        Open cases.
    """

    refit: Refit
    case_ids: tuple[str, ...]

    @cached_property
    def headlines(self) -> dict[str, float]:
        """Headline of each case."""
        return self.refit.headlines(self.case_ids)


def specified(
    codings: Codings,
    reader: Reader,
    case_ids: tuple[str, ...],
    specification: Specification,
    like: Refit | None = None,
) -> dict[str, Any]:
    """The row of the table for a specification; the search starts from the coefficients of another (`Refit`)."""
    row = {**asdict(specification), "skill": np.nan, "skill_states": np.nan, "n": 0}
    refit = Refit(codings, reader, specification, like=like)
    if refit.learned.n_endings >= FEWEST_ENDINGS:
        scored = refit.scored()
        row |= {"skill": scored.formalized, "skill_states": scored.states, "n": scored.n} | refit.headlines(case_ids)
    return row


def decided(codings: Codings, reader: Reader, registered: Registered, alternative: Alternative) -> list[dict[str, Any]]:
    """The change of every registered headline when one alternative coding is taken by itself."""
    case, number = alternative
    specification, taken, before = Specification(), {case: number}, registered.headlines
    own = before
    is_learned_from = any(
        each.case_id == case for chosen in ({}, taken) for each in selected(codings, specification, chosen)
    )
    if is_learned_from or case in before:
        refit = Refit(codings, reader, specification, taken, registered.refit)
        if not refit.has_rows_of(registered.refit):
            own = refit.headlines(tuple(before))
        elif case in before:  # the same models, which see that case alone otherwise
            own = before | refit.headlines((case,), registered.refit.whole)
    name = codings.names[case][number - 1]
    return [
        {"alternative_id": name, "case_id": open_case, "change": own[open_case] - value}
        for open_case, value in before.items()
    ]
