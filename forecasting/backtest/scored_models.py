"""Models that the backtest scores, by name."""

from typing import Final

from forecasting.backtest.designs import Design
from forecasting.forecasts.ladder_training import RATES
from forecasting.models import FIRST, HEADLINE, LADDER_MODEL

SCORED_MODELS: Final = (HEADLINE, LADDER_MODEL, FIRST, *RATES)


def scored_models(design: Design) -> tuple[str, ...]:
    """Models that a design scores; the first registration's is in those that hold out by one rule alone, without gaps.

    >>> "primary" in scored_models("cluster"), "primary" in scored_models("gap")
    (True, False)
    """
    return tuple(
        name for name in SCORED_MODELS if name != FIRST or design not in ("gap", "rolling_cluster", "fresh_rolling")
    )
