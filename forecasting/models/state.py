"""Fitted models taken apart into plain values and arrays, and put together again: no pickle."""

from typing import Annotated

from pydantic import Field

from forecasting.models.base_rate import BaseRate
from forecasting.models.base_rate_state import BaseRateValues, base_rate_forms, base_rate_state, restored_base_rate
from forecasting.models.hazard import HazardModel
from forecasting.models.hazard_state import HazardValues, hazard_forms, hazard_state, restored_hazard
from forecasting.store.npz import Arrays, Form

ModelValues = Annotated[HazardValues | BaseRateValues, Field(discriminator="kind")]


def state(model: BaseRate | HazardModel) -> tuple[HazardValues | BaseRateValues, Arrays]:
    """All that a fitted model needs to forecast; not what it was fitted on."""
    return base_rate_state(model) if isinstance(model, BaseRate) else hazard_state(model)


def array_forms(model: BaseRate | HazardModel, values: HazardValues | BaseRateValues) -> dict[str, Form]:
    """The form of each array of the state with these values; `ValueError` if the values are not of that model."""
    if isinstance(model, BaseRate) and isinstance(values, BaseRateValues):
        return base_rate_forms(model, values)
    if isinstance(model, HazardModel) and isinstance(values, HazardValues):
        return hazard_forms(model, values)
    raise ValueError(f"wanted values of a {type(model).__name__}; came those of a {values.kind}")


def restored(
    model: BaseRate | HazardModel, values: HazardValues | BaseRateValues, arrays: Arrays
) -> BaseRate | HazardModel:
    """The unfitted model made a fitted one that forecasts, and can be fitted anew; `arrays` as in `array_forms`.

    Raises `ValueError` where numbers cannot have come from a fit.
    """
    if isinstance(model, BaseRate) and isinstance(values, BaseRateValues):
        return restored_base_rate(model, values, arrays)
    if isinstance(model, HazardModel) and isinstance(values, HazardValues):
        return restored_hazard(model, values, arrays)
    raise ValueError(f"wanted values of a {type(model).__name__}; came those of a {values.kind}")
