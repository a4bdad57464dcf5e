"""Scores of probability forecasts: each is a function on arrays and one entry of `SCORES`, with its orientation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from forecasting.scores.discrimination import auc
from forecasting.scores.endings import censored_log_score
from forecasting.scores.proper import brier_binary, brier_states, log_score, ranked_probability_score
from forecasting.scores.skill import skill as skill_score


@dataclass(frozen=True)
class Score:
    """A scoring function with its orientation and the arrays it compares.

    Attributes
    ----------
    function : callable
        The scoring function.
    better : {"lower", "higher"}
        Which scores are better.
    compares : {"states", "outcomes", "endings", "sample", "scores"}
        "states", "outcomes" and "endings" are proper scores of each forecast: of probabilities with the state or the
        outcome observed, and of incidences with the ending or the last sight. "sample" is one number for probabilities
        with outcomes, "scores" one for a model's scores with those of a reference.

    Examples
    --------
    >>> SCORES["brier_binary"].function([0.5], [1]).tolist(), SCORES["brier_binary"].better
    ([0.25], 'lower')
    """

    function: Callable[..., Any]
    better: Literal["lower", "higher"]
    compares: Literal["states", "outcomes", "endings", "sample", "scores"]


SCORES = {
    "brier_states": Score(brier_states, "lower", "states"),
    "log_score": Score(log_score, "lower", "states"),
    "ranked_probability_score": Score(ranked_probability_score, "lower", "states"),
    "brier_binary": Score(brier_binary, "lower", "outcomes"),
    "censored_log_score": Score(censored_log_score, "lower", "endings"),
    "auc": Score(auc, "higher", "sample"),
    "skill": Score(skill_score, "higher", "scores"),
}
