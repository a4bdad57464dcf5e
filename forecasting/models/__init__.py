"""Models of competing endings: each estimates the cumulative incidence of every cause from durations and covariates.

Each model is a scikit-learn estimator and one entry of `MODELS`, the unfitted models with their registered settings
(`data/REGISTRATION.md`). `HEADLINE` is the forecast that is published, of which `DEFAULT` has the parts and the
rates that stand under it; `FIRST` is the hazard model of the first registration, which stands beside.
"""

from typing import Final

from forecasting.models.dated_rate import DatedRate
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool

RECENT_YEARS: Final = 20.0
"""Half-life, in years, of a person-month's weight in the rate in which recent months weigh more."""

AnyModel = LadderPool | LadderModel | DatedRate | HazardModel
HEADLINE: Final = "ladder"
LADDER_MODEL: Final = "ladder_model"
FIRST: Final = "primary"
BASE_RATE: Final = "base_rate"
MODELS: dict[str, AnyModel] = {
    HEADLINE: LadderPool(),
    LADDER_MODEL: LadderModel(),
    BASE_RATE: DatedRate(),
    "recent_base_rate": DatedRate(RECENT_YEARS),
    "type_base_rate": DatedRate(by_class=True),
    "rivalry_base_rate": DatedRate(by_class=True),
    FIRST: HazardModel(),
}
BASE_RATES: Final = (BASE_RATE, "recent_base_rate", "type_base_rate", "rivalry_base_rate")
DEFAULT: Final = (HEADLINE, LADDER_MODEL, *BASE_RATES)
"""Models fitted unless others are named: the headline and all that stands under it."""
