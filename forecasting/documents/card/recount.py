"""Independent recomputation of the primary figure from the stored forecasts."""

import numpy as np
import pandas as pd

from forecasting.models import BASE_RATE, FIRST, HEADLINE
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, STATES, TARGETS
from forecasting.scores.skill import paired_bootstrap
from forecasting.scores.verdict import LEVEL

MODELS = (HEADLINE, FIRST, BASE_RATE)


def kept_scores(lines: pd.DataFrame, score: str = "states") -> pd.DataFrame:
    """Brier score of each stored forecast at each horizon, by model.

    Parameters
    ----------
    lines : pandas.DataFrame
        Columns as in `explain.track_record.COLUMNS`.
    score : str
        `states` (all four, halved), or one of the causes by itself.

    Returns
    -------
    pandas.DataFrame
        `case_id`, `as_of`, `horizon`, and a column for each of `MODELS`; lower is better.
    """
    got = (lines["state"].to_numpy()[:, None] == np.array(STATES)).astype(float)
    scores = lines[["case_id", "as_of", "horizon"]].copy()
    for model in MODELS:
        chances = lines[[f"{model}_{cause}" for cause in CAUSES]].to_numpy(float)
        off = (np.column_stack([chances, 1.0 - chances.sum(axis=1)]) - got) ** 2
        scores[model] = off.sum(axis=1) / 2.0 if score == "states" else off[:, CAUSES.index(score)]
    return scores


def recount(
    lines: pd.DataFrame, history: History, score: str = CAUSES[0], model: str = HEADLINE, target: str = TARGETS[0]
) -> pd.DataFrame:
    """Skill of a model over the base rate in the stored forecasts of the rolling design, one forecast, one weight.

    One row for `all` horizons (mean over those scored) and one per horizon: horizon, skill, lower, upper (at 95 %), n,
    n_groups. It agrees with `data/evaluation/skill.csv` as far as probabilities kept to four digits allow.
    """
    core = spells(history, target)
    component = dict(zip(core.case_ids, core.group, strict=True))
    scores = kept_scores(lines, score)
    whole = scores.groupby(["case_id", "as_of"], as_index=False)[[model, BASE_RATE]].mean()
    parts = {"all": whole} | {str(months): rows for months, rows in scores.groupby("horizon")}
    rows = []
    for horizon, part in parts.items():
        found = paired_bootstrap(
            part[model].to_numpy(), part[BASE_RATE].to_numpy(), None, part["case_id"].map(component).to_numpy(),
            level=LEVEL,
        )  # fmt: skip
        rows.append({"horizon": horizon, "skill": found.value, "lower": found.lower, "upper": found.upper,
                     "n": found.n, "n_groups": found.n_groups})  # fmt: skip
    return pd.DataFrame(rows)
