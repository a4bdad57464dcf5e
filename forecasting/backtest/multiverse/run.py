"""The whole multiverse: every specification refitted and scored, and every arguable coding taken by itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from forecasting.backtest.multiverse.codings import Codings, every_coding
from forecasting.backtest.multiverse.refit import (
    chosen_codings,
    cross_validated_skill,
    fitted,
    headlines,
    sample,
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
    """What came of every specification.

    `table`: one row per specification: a column for each of `FACTORS`, `draw`, `skill` over the base rate, `n`
    forecasts scored, and the headline of each case asked about, by its id; the first row is the registered one. NaN
    where a specification leaves fewer than 10 endings to learn from.
    `decisions`: one row per alternative coding and case asked about: `alternative_id`, `case_id`, `change` of the
    headline when only that coding is taken.
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
    """Refit and score `n` specifications, and take each arguable coding by itself, for open cases of the record.

    The headline is the chance of formalization within 60 months. Raises `UsageError` for a case that is unknown or
    has ended, for fewer than 30 specifications, or fewer than one job.
    """
    if n < FEWEST:
        raise UsageError(f"wanted at least {FEWEST} specifications; came {n}")
    if jobs < 1:
        raise UsageError(f"wanted at least one job; came {jobs}")
    open_cases(history, list(case_ids))
    codings = every_coding(history, case_ids)
    chosen = specifications(n)
    shares = Parallel(n_jobs=jobs)(delayed(_specified)(codings, chosen[job::jobs]) for job in range(jobs))
    rows = [row for i in range(n) for row in [shares[i % jobs][i // jobs]]]
    alternatives = [(case, number) for case, names in codings.names.items() for number in range(1, len(names) + 1)]
    registered = {case: rows[0][case] for case in case_ids}
    moved = Parallel(n_jobs=jobs)(
        delayed(_decided)(codings, alternatives[job::jobs], registered) for job in range(jobs)
    )
    decisions = pd.DataFrame([row for share in moved for row in share])
    order = decisions["change"].abs().sort_values(ascending=False, kind="stable").index
    return Multiverse(
        as_of=history.as_of,
        record_sha256=history.sha256,
        case_ids=tuple(case_ids),
        table=pd.DataFrame(rows),
        decisions=decisions.loc[order].reset_index(drop=True),
    )


def open_core_cases(history: History) -> list[str]:
    """Core cases found forwards that are not known to have ended under any target, in order."""
    core = history.coding[(history.coding["in_core"] == 1) & (history.coding["sampled_via"] == "forward")]
    ended = set(history.outcomes.loc[history.outcomes["cause"] != "", "case_id"])
    return sorted(case for case in core["case_id"] if case not in ended)


def _specified(codings: Codings, chosen: Sequence[Specification]) -> list[dict[str, Any]]:
    rows = []
    for specification in chosen:
        drawn = chosen_codings(codings, specification)
        learned = sample(codings, specification, drawn)
        row = {**asdict(specification), "skill": np.nan, "n": 0}
        if learned.n_endings >= FEWEST_ENDINGS:
            row["skill"], row["n"] = cross_validated_skill(codings, specification, learned)
            row |= headlines(codings, specification, drawn, fitted(codings, specification, learned))
        rows.append(row)
    return rows


def _decided(
    codings: Codings, alternatives: Sequence[tuple[str, int]], registered: dict[str, float]
) -> list[dict[str, Any]]:
    rows, specification = [], Specification()
    for case, number in alternatives:
        taken = {case: number}
        model = fitted(codings, specification, sample(codings, specification, taken))
        own = headlines(codings, specification, taken, model)
        rows += [
            {"alternative_id": codings.names[case][number - 1], "case_id": asked, "change": own[asked] - value}
            for asked, value in registered.items()
        ]
    return rows
