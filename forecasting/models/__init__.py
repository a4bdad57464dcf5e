"""Models: arrays in, cumulative incidence out. Each is a scikit-learn estimator and one line in `MODELS`.

`BASE_RATES` are the ones used unless others are asked for.
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
