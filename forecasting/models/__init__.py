"""Models: arrays in, cumulative incidence out. Each is a scikit-learn estimator and one line in `MODELS`."""

from forecasting.models.base_rate import BaseRate

MODELS = {
    "base_rate": BaseRate(),
    "type_base_rate": BaseRate(strata=("type",)),
    "rivalry_base_rate": BaseRate(strata=("type", "rivalry")),
}
