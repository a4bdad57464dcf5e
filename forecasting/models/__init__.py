"""Models of competing endings: each estimates the cumulative incidence of every cause from durations and covariates.

Each model is a scikit-learn estimator and one entry of `MODELS`, the unfitted models with their registered settings
(`data/REGISTRATION.md`). `BASE_RATES` are the reference models, which are also fitted by default.
"""

from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel

MODELS: dict[str, BaseRate | HazardModel] = {
    "primary": HazardModel(),
    "base_rate": BaseRate(),
    "type_base_rate": BaseRate(strata=("type",)),
    "rivalry_base_rate": BaseRate(strata=("type", "rivalry")),
}
BASE_RATES = ("base_rate", "type_base_rate", "rivalry_base_rate")
