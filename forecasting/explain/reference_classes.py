"""Reference classes from the widest to the narrowest: frequency of formalization and number of cases."""

from dataclasses import dataclass

import pandas as pd

from forecasting.forecasts import FittedModels, fit_models, forecast
from forecasting.forecasts.limits import case_covariates
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES

WORDS = {"rivals": "between rivals", "not rivals": "not between rivals", "unclear": "of unclear rivalry"}


@dataclass(frozen=True)
class Rung:
    """A reference class: its spells by state, and the probability of formalization by horizon.

    Attributes
    ----------
    name : str
        The class in words.
    n : int
        Number of spells.
    endings : dict of str to int
        Number of spells by cause.
    shrunk : bool
        Whether its rate is pooled towards that of the wider class.
    formalized : pandas.DataFrame
        `horizon`, `probability`, `lower`, `upper`.

    Examples
    --------
    >>> Rung("All", 3, {"formalized": 1}, False, pd.DataFrame()).ongoing
    2
    """

    name: str
    n: int
    endings: dict[str, int]
    shrunk: bool
    formalized: pd.DataFrame

    @property
    def ongoing(self) -> int:
        """Number of spells still observed when last seen."""
        return self.n - sum(self.endings.values())


def reference_class_ladder(
    history: History,
    view: Dossier,
    fitted: FittedModels,
    horizons: tuple[int, ...],
    *,
    narrow: pd.DataFrame | None = None,
    pooled: FittedModels | None = None,
) -> list[Rung]:
    """Reference classes of a case, from the widest to the narrowest.

    Parameters
    ----------
    history : History
        The record as of the day.
    view : Dossier
        The case as known on the day.
    fitted : FittedModels
        The three base rates, fitted on the day.
    horizons : tuple of int
        Months, 1 to 120.
    narrow : pandas.DataFrame, optional
        Forecast of the case by `fitted` within `horizons`; by default computed here.
    pooled : FittedModels, optional
        The base rate fitted on the pooled population; by default fitted here.

    Returns
    -------
    list of Rung
        All core cases however sampled, the prospectively sampled ones, those of the type of the case, and of its
        rivalry too.
    """
    pooled = pooled or fit_models(history, ("base_rate",), fitted.target, "pooled")
    narrow = forecast(history, view.case_id, fitted=fitted, horizons=horizons) if narrow is None else narrow
    wide = forecast(history, view.case_id, fitted=pooled, horizons=horizons)
    kind, rivalry = case_covariates([view]).iloc[0][["type", "rivalry"]]
    word = str(kind).replace("_", " ")
    names = {
        "base_rate": "Prospectively sampled: the base rate",
        "type_base_rate": f"of them, of type {word}",
        "rivalry_base_rate": f"of them, {word} {WORDS[str(rivalry)]}",
    }
    everything = spells(history, fitted.target, "pooled")
    rungs = [_rung("All core arrangements, however sampled", everything.cause, False, wide, "base_rate")]
    starts = fitted.spells.starts
    same_type = (starts["type"] == kind).to_numpy()
    same_rivalry = same_type & (starts["adversarial"] == view.start["adversarial"]).to_numpy()
    masks = {"base_rate": slice(None), "type_base_rate": same_type, "rivalry_base_rate": same_rivalry}
    for model, name in names.items():
        cause = fitted.spells.cause[masks[model]]
        rungs.append(_rung(name, cause, model != "base_rate", narrow, model))
    return rungs


def _rung(name: str, cause: "pd.Series", shrunk: bool, table: pd.DataFrame, model: str) -> Rung:
    rows = table[(table["model"] == model) & (table["cause"] == CAUSES[0])]
    endings = {ending: int((cause == k + 1).sum()) for k, ending in enumerate(CAUSES)}
    formalized = rows[["horizon", "probability", "lower", "upper"]].reset_index(drop=True)
    return Rung(name, len(cause), endings, shrunk, formalized)
