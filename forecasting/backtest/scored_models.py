"""Models that the backtest scores, by name."""

from typing import Final

from forecasting.backtest.designs import Design
from forecasting.forecasts.ladder_training import RATES
from forecasting.models.ladder_pool import LadderPool

LADDER: Final = "ladder"
LADDER_MODEL: Final = "ladder_model"
PRIMARY: Final = "primary"
BASE_SHARE: Final = LadderPool().base_share
SCORED_MODELS: Final = (LADDER, LADDER_MODEL, PRIMARY, *RATES)
REFERENCES: Final = tuple(RATES)

__all__ = ["BASE_SHARE", "LADDER", "LADDER_MODEL", "PRIMARY", "RATES", "REFERENCES", "SCORED_MODELS", "scored_models"]


def scored_models(design: Design) -> tuple[str, ...]:
    """Models that a design scores; the first registration's is in those that registered it.

    >>> "primary" in scored_models("cluster"), "primary" in scored_models("gap")
    (True, False)
    """
    return tuple(name for name in SCORED_MODELS if name != PRIMARY or design not in ("gap", "rolling_cluster"))
