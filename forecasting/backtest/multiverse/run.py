"""The whole multiverse: every specification refitted and scored, and every arguable coding taken by itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from forecasting.backtest.jobs import check_jobs, map_in_jobs
from forecasting.backtest.multiverse.codings import Codings, every_coding
from forecasting.backtest.multiverse.refit import (
    chosen_codings,
    fitted,
    headlines,
    landmarks_under,
    n_endings,
    out_of_sample,
    skill_over_base_rate,
)
from forecasting.backtest.multiverse.shares import variance_shares
from forecasting.backtest.multiverse.specifications import FACTORS, Specification, specifications
from forecasting.forecasts import FEWEST_ENDINGS, open_cases
from forecasting.record.history import History
from forecasting.store.errors import UsageError

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
        A row for each specification, the registered one first: a column for each of `FACTORS`, `draw`, `skill` over
        the base rate, `n` forecasts scored, and the headline of each case, by its id. NaN where a specification leaves
        fewer than 10 endings to learn from.
    decisions : pandas.DataFrame
        A row for each alternative coding and case: `alternative_id`, `case_id`, `change` of the headline when only
        that coding is taken.
    """

    as_of: date
    record_sha256: str
    case_ids: tuple[str, ...]
    table: pd.DataFrame
    decisions: pd.DataFrame

    def shares(self, response: str) -> "pd.Series[float]":
        """Share of the spread of `skill` or of a case's headline that each choice accounts for."""
        rows = self.table.dropna(subset=[response])
        return variance_shares({name: list(rows[name]) for name in FACTORS}, rows[response])

    def spread(self, response: str) -> dict[str, float]:
        """As registered, and 10 %, 50 %, 90 %, least and most over all specifications."""
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


def multiverse(history: History, case_ids: Sequence[str], n: int = 600, jobs: int = 1) -> Multiverse:
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
    open_cases(history, list(case_ids))
    codings = every_coding(history, case_ids)
    rows = map_in_jobs(partial(_specified, codings), specifications(n), jobs)
    alternatives = [(case, number) for case, names in codings.names.items() for number in range(1, len(names) + 1)]
    registered = {case: rows[0][case] for case in case_ids}
    moved = map_in_jobs(partial(_decided, codings, registered), alternatives, jobs)
    decisions = pd.DataFrame([row for of_alternative in moved for row in of_alternative])
    order = decisions["change"].abs().sort_values(ascending=False, kind="stable").index
    return Multiverse(
        as_of=history.as_of,
        record_sha256=history.sha256,
        case_ids=tuple(case_ids),
        table=pd.DataFrame(rows),
        decisions=decisions.loc[order].reset_index(drop=True),
    )


def open_core_cases(history: History) -> list[str]:
    """Prospectively sampled core cases that are not known to have ended under any target, in order."""
    core = history.coding[(history.coding["in_core"] == 1) & (history.coding["sampled_via"] == "forward")]
    ended = set(history.outcomes.loc[history.outcomes["cause"] != "", "case_id"])
    return sorted(case for case in core["case_id"] if case not in ended)


def _specified(codings: Codings, chosen: Sequence[Specification]) -> list[dict[str, Any]]:
    """A row of the table for each specification."""
    rows = []
    for specification in chosen:
        drawn = chosen_codings(codings, specification)
        learned = landmarks_under(codings, specification, drawn)
        row = {**asdict(specification), "skill": np.nan, "n": 0}
        if n_endings(learned) >= FEWEST_ENDINGS:
            scored = out_of_sample(codings, specification, learned)
            row["skill"], row["n"] = skill_over_base_rate(scored, specification), len(scored.origins.group)
            row |= headlines(codings, specification, drawn, fitted(codings, specification, learned))
        rows.append(row)
    return rows


def _decided(
    codings: Codings, registered: dict[str, float], alternatives: Sequence[tuple[str, int]]
) -> list[list[dict[str, Any]]]:
    """For each alternative coding, taken by itself, the change of every registered headline."""
    specification = Specification()
    rows = []
    for case, number in alternatives:
        taken = {case: number}
        model = fitted(codings, specification, landmarks_under(codings, specification, taken))
        own = headlines(codings, specification, taken, model)
        name = codings.names[case][number - 1]
        rows.append(
            [
                {"alternative_id": name, "case_id": open_case, "change": own[open_case] - value}
                for open_case, value in registered.items()
            ]
        )
    return rows
