"""What a fitted hazard model consists of, as plain values and arrays, and the model again from them."""

from typing import Literal

from forecasting.models.base_rate import BaseRate
from forecasting.models.base_rate_state import (
    BaseRateValues,
    Count,
    Parameters,
    base_rate_forms,
    base_rate_state,
    require,
    require_parameters,
    require_sorted,
    restored_base_rate,
)
from forecasting.models.hazard import N_DURATION, HazardModel, Scaling
from forecasting.store.errors import shown
from forecasting.store.npz import Arrays, Form
from forecasting.store.values import Values


class HazardValues(Values):
    """Values of a hazard model: its parameters, n cases, recalibration, groups with an intercept, and base rate."""

    kind: Literal["hazard"] = "hazard"
    parameters: Parameters
    n: Count
    shift: float
    slope: float
    groups: dict[str, tuple[str, ...]]
    base: BaseRateValues


def hazard_state(model: HazardModel) -> tuple[HazardValues, Arrays]:
    """Values and arrays of a fitted hazard model, with its bootstrap replicates and without what it was fitted on."""
    base, arrays = base_rate_state(model.base_)
    shift, slope = model.calibration_
    values = HazardValues(
        parameters=model.get_params(),
        n=model.n_,
        shift=shift,
        slope=slope,
        groups={name: tuple(groups) for name, groups in model.levels_.items()},
        base=base,
    )
    own = {
        "mean": model.scaling_.mean,
        "scale": model.scaling_.scale,
        "precision": model.precision_,
        "coef": model.coef_,
        "replicates": model.bootstrap(),
    }
    return values, own | {f"base_{name}": array for name, array in arrays.items()}


def hazard_forms(model: HazardModel, values: HazardValues) -> dict[str, Form]:
    """The form of each array of the state with these values of an unfitted hazard model."""
    require_parameters(model, values)
    if tuple(values.groups) != model.intercepts:
        raise ValueError(f"wanted groups by {', '.join(model.intercepts)}; came {shown(list(values.groups))}")
    for groups in values.groups.values():
        require_sorted(groups)
    n_covariates = len(model.statics) + len(model.states)
    n_columns = N_DURATION + n_covariates + bool(model.frame) + sum(map(len, values.groups.values()))
    shapes = {
        "mean": (n_covariates,),
        "scale": (n_covariates,),
        "precision": (n_columns,),
        "coef": (n_columns, len(model.causes)),
        "replicates": (model.n_replicates, n_columns, len(model.causes)),
    }
    base = base_rate_forms(_base_of(model), values.base)
    return {name: Form("<f8", shape) for name, shape in shapes.items()} | {f"base_{n}": f for n, f in base.items()}


def restored_hazard(model: HazardModel, values: HazardValues, arrays: Arrays) -> HazardModel:
    """The unfitted model made a fitted one; `ValueError` where numbers cannot have come from a fit."""
    for name in ("scale", "precision"):
        require(arrays[name] > 0, name, arrays[name], "numbers above nought")
    model.scaling_ = Scaling(arrays["mean"], arrays["scale"])
    model.levels_ = {name: list(groups) for name, groups in values.groups.items()}
    model.precision_, model.coef_, model.replicates_ = (arrays[name] for name in ("precision", "coef", "replicates"))
    model.calibration_ = (values.shift, values.slope)
    own = {name.removeprefix("base_"): array for name, array in arrays.items() if name.startswith("base_")}
    model.base_ = restored_base_rate(_base_of(model), values.base, own)
    model.n_ = values.n
    return model


def _base_of(model: HazardModel) -> BaseRate:
    return BaseRate(causes=model.causes, n_replicates=model.n_replicates, seed=model.seed)
