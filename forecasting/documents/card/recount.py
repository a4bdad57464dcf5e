"""Independent recomputation of the headline skill from the stored forecasts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts import LEVEL
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, STATES, TARGETS
from forecasting.scores.skill import paired_bootstrap


def kept_scores(lines: pd.DataFrame) -> pd.DataFrame:
    """Brier score over the four states, halved, of each stored forecast at each horizon, by model.

    `lines` as in `explain.track_record.COLUMNS`. Columns: case_id, as_of, horizon, primary, base_rate.
    """
    got = (lines["state"].to_numpy()[:, None] == np.array(STATES)).astype(float)
    scores = lines[["case_id", "as_of", "horizon"]].copy()
    for model in ("primary", "base_rate"):
        chances = lines[[f"{model}_{cause}" for cause in CAUSES]].to_numpy(float)
        every = np.column_stack([chances, 1.0 - chances.sum(axis=1)])
        scores[model] = ((every - got) ** 2).sum(axis=1) / 2.0
    return scores


def recount(lines: pd.DataFrame, history: History, target: str = TARGETS[0]) -> pd.DataFrame:
    """Skill of the primary model over the base rate in the stored forecasts of the rolling design, registered weights.

    One row for `all` horizons (mean over those scored) and one per horizon: horizon, skill, lower, upper, n, n_groups.
    It agrees with `data/evaluation/skill.csv` as far as chances kept to four digits allow.
    """
    core = spells(history, target)
    component = dict(zip(core.case_ids, core.group, strict=True))
    scores = kept_scores(lines)
    whole = scores.groupby(["case_id", "as_of"], as_index=False)[["primary", "base_rate"]].mean()
    parts = {"all": whole} | {str(months): rows for months, rows in scores.groupby("horizon")}
    rows = []
    for horizon, part in parts.items():
        found = paired_bootstrap(
            part["primary"].to_numpy(), part["base_rate"].to_numpy(), _one_per_case(part["case_id"]),
            part["case_id"].map(component).to_numpy(), level=LEVEL,
        )  # fmt: skip
        rows.append({"horizon": horizon, "skill": found.value, "lower": found.lower, "upper": found.upper,
                     "n": found.n, "n_groups": found.n_groups})  # fmt: skip
    return pd.DataFrame(rows)


def _one_per_case(case_id: "pd.Series[str]") -> NDArray[np.float64]:
    return 1.0 / case_id.groupby(case_id).transform("size").to_numpy(float)
