"""Scores: arrays in, numbers out. Each is a function and one line in `SCORES`; which way is better stands beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from forecasting.scores.discrimination import auc
from forecasting.scores.endings import censored_log_score
from forecasting.scores.proper import brier_binary, brier_states, log_score, ranked_probability_score
from forecasting.scores.skill import skill as skill_score


@dataclass(frozen=True)
class Score:
    """A score: its `function`, which way is `better`, and what it compares.

    `compares`: "states" or "outcomes" with each forecast's probabilities, a proper score per forecast; "endings", or
    the last sight, with each forecast's incidences, a proper score per forecast; "sample" of probabilities with
    outcomes, one number; "scores" of a model with those of a reference, one number.
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
