"""Skill by score, horizon, and traits of the case and the origin."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.origins import SCORED, Sample, Weights
from forecasting.backtest.results import SCORES, Backtest
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import UsageError

Flags = NDArray[np.bool_]

FEWEST_CASES = 10
FEWEST_ENDINGS = 5
TRAITS = ("type", "period", "confidence")
BREAKDOWNS = ("all", "horizon", *TRAITS)


def skill_by(
    scored: Backtest,
    by: str,
    model: str = "ladder",
    reference: str = "base_rate",
    score: str = "states",
    weights: Weights = "forecast",
    sample: Sample = "all",
) -> pd.DataFrame:
    """Skill of a model over a reference in each part of the forecasts.

    Parameters
    ----------
    scored : Backtest
        Forecasts of both models.
    by : {"all", "horizon", "type", "period", "confidence"}
        The last three are traits of `Origins`.
    model, reference : str
        Out of `SCORED_MODELS`.
    score : str
        Out of `SCORES`.
    weights : {"forecast", "start"}
        See `Origins.weights`.
    sample
        See `Origins.weights`.

    Returns
    -------
    pandas.DataFrame
        A row for each part: `by`, `part`, `skill`, `lower`, `upper` (80 %, components resampled whole), `lower95`,
        `upper95`, `n` (forecasts), `n_cases`, `n_endings` (cases that ended, by that cause where the score is of one,
        within a scored horizon), `n_groups`. Skill and intervals are NaN where there are fewer than 10 cases or 5
        endings.

    Raises
    ------
    UsageError
        For another `by` or score.
    """
    if by not in BREAKDOWNS:
        raise UsageError(f"expected a breakdown out of {', '.join(BREAKDOWNS)}, got {by!r}")
    if score not in SCORES:
        raise UsageError(f"expected a score out of {', '.join(SCORES)}, got {score!r}")
    rows = [
        {"by": by, "part": part, **_figures(scored, model, reference, score, weights, sample, chosen, horizon)}
        for part, chosen, horizon in _parts(scored, by)
    ]
    return pd.DataFrame(rows)


def count_endings(scored: Backtest, rows: Flags, horizon: int | None, causes: tuple[str, ...] = CAUSES) -> int:
    """Number of cases of the chosen forecasts (n,) that ended by these causes within a scored horizon, or this one."""
    column = slice(None) if horizon is None else [SCORED.index(horizon)]
    ended = np.isin(scored.origins.states[:, column], [CAUSES.index(cause) for cause in causes]).any(axis=1)
    return int(scored.origins.lines["case_id"][rows & ended].nunique())


def _parts(scored: Backtest, by: str) -> Iterator[tuple[str, Flags, int | None]]:
    every = np.ones(len(scored.origins.group), dtype=bool)
    if by == "all":
        yield "all", every, None
    elif by == "horizon":
        yield from ((str(months), every, months) for months in SCORED)
    else:
        trait = scored.origins.traits[by].to_numpy()
        yield from ((str(name), trait == name, None) for name in sorted(set(trait)))


def _figures(
    scored: Backtest,
    model: str,
    reference: str,
    score: str,
    weights: Weights,
    sample: Sample,
    chosen: Flags,
    horizon: int | None,
) -> dict[str, float | int]:
    rows = chosen & (scored.origins.weights(weights, horizon, sample) > 0)
    endings = (score,) if score in CAUSES else CAUSES
    n_cases, n_endings = (
        int(scored.origins.lines["case_id"][rows].nunique()),
        count_endings(scored, rows, horizon, endings),
    )
    n_groups = len(np.unique(scored.origins.group[rows]))
    found = dict.fromkeys(("skill", "lower", "upper", "lower95", "upper95"), float("nan"))
    if n_cases >= FEWEST_CASES and n_endings >= FEWEST_ENDINGS and n_groups > 1:
        eighty, ninety_five = (
            scored.skill(model, reference, score, horizon, weights, sample, chosen, **level)
            for level in ({}, {"level": 0.95})
        )
        found = {
            "skill": eighty.value, "lower": eighty.lower, "upper": eighty.upper,
            "lower95": ninety_five.lower, "upper95": ninety_five.upper,
        }  # fmt: skip
    sizes = {"n": int(rows.sum()), "n_cases": n_cases, "n_endings": n_endings, "n_groups": n_groups}
    return {**found, **sizes}
