"""Fitted models that can be written, and the values of each that a forecast needs.

A new estimator is one entry of `FITTED`; its training data are left out.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.artefacts.forms import (
    Array,
    Axes,
    Estimator,
    Fixed,
    Items,
    Pairs,
    Parts,
    Scalar,
    Spot,
    WholeNumbers,
)
from forecasting.forecasts.applicability import Support
from forecasting.forecasts.ladder_applicability import LadderSupport
from forecasting.models.base_rate import BaseRate
from forecasting.models.dated_rate import DatedRate
from forecasting.models.hazard import N_DURATION, HazardModel
from forecasting.models.incidence import RiskTable
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import LADDER_TERMS, N_STEPS, TERM_TERMS, Term
from forecasting.models.ladder_hazard import LadderHazard
from forecasting.models.ladder_moves import N_STATES, Moves
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.pooling import RateRatios
from forecasting.models.recalibration_by_cause import Recalibration
from forecasting.models.scaling import Scaling
from forecasting.store.npz import Arrays

Floats = NDArray[np.float64]
COUNT, NUMBER, TEXT = Scalar(int), Scalar(float), Scalar(str)
CLASS = Items(TEXT, made=tuple)


def _covariates(model: HazardModel) -> int:
    return len(model.statics) + len(model.states)


def _terms(model: LadderModel) -> int:
    return len(LADDER_TERMS) + len(TERM_TERMS) + len(model.covariates)


def _columns(model: HazardModel) -> int:
    return N_DURATION + _covariates(model) + bool(model.frame) + sum(map(len, model.levels_.values()))


RATIOS = Parts(
    RateRatios,
    {"observed": Array("classes causes"), "expected": Array("classes causes"), "strength": Array("causes")},
)
BASE_RATE: Final = Estimator(
    BaseRate,
    {
        "n_": COUNT,
        "table_": Parts(RiskTable, {"at_risk": Array("months"), "endings": Array("causes months")}),
        "replicates_": Parts(
            RiskTable, {"at_risk": Array("replicates months"), "endings": Array("replicates causes months")}
        ),
        "levels_": Items(Fixed((Items(CLASS, "classes"), RATIOS, Array("replicates classes causes"))), "strata"),
        "classes_": Items(Pairs(CLASS, Parts(dict, {"n": COUNT, "endings": Items(COUNT, "causes")})), "strata"),
    },
    {
        "causes": lambda model: len(model.causes),
        "replicates": lambda model: model.n_replicates,
        "strata": lambda model: len(model.strata),
    },
)
HAZARD: Final = Estimator(
    HazardModel,
    {
        "n_": COUNT,
        "levels_": Pairs(TEXT, Items(TEXT)),
        "scaling_": Parts(Scaling, {"mean": Array("covariates"), "scale": Array("covariates")}),
        "precision_": Array("columns"),
        "coef_": Array("columns causes"),
        "replicates_": Array("replicates columns causes"),
        "calibration_": Fixed((NUMBER, NUMBER)),
        "base_": BASE_RATE,
    },
    {
        "causes": lambda model: len(model.causes),
        "replicates": lambda model: model.n_replicates,
        "covariates": _covariates,
        "columns": _columns,
    },
)


def _dated_table(at_risk: Floats, endings: Floats) -> RiskTable:
    """The table in the memory order in which a fit leaves it: sums run in that order, and so agree in every digit."""
    return RiskTable(at_risk, np.asfortranarray(endings))


def _ladder_hazard(**values: Any) -> LadderHazard:
    """The posterior, in the memory order in which a fit leaves it."""
    return LadderHazard(**values | {"root": np.stack([np.asfortranarray(root) for root in values["root"]])})


TABLE: Final = Parts(_dated_table, {"at_risk": Array("months"), "endings": Array("causes months")})
DATED: Final = Estimator(
    DatedRate,
    {
        "n_": COUNT,
        "table_": TABLE,
        "kish_": Array("months"),
        "ratios_": Pairs(TEXT, Array("causes")),
        "components_": WholeNumbers("rows"),
        "weighted_": Fixed((Array("rows months"), Array("rows months causes"))),
    },
    {"causes": lambda model: len(model.causes)},
)
LADDER: Final = Estimator(
    LadderModel,
    {
        "n_": COUNT,
        "moves_": Parts(
            Moves,
            {
                "exits": Array("states"),
                "destinations": Array("states states"),
                "months": Array("states"),
                "moves": Array("states"),
            },
        ),
        "hazard_": Parts(
            _ladder_hazard,
            {
                "terms": Items(
                    Parts(Term, {"name": TEXT, "scale": NUMBER, "causes": Items(TEXT, made=tuple)}), "terms", tuple
                ),
                "causes": Items(TEXT, "causes", tuple),
                "coef": Array("scales columns causes"),
                "root": Array("scales coefficients coefficients"),
                "share": Array("scales"),
                "center": Array("terms"),
                "recalibration": Parts(
                    Recalibration,
                    {"shift": Array("causes"), "slope": Array("causes"), "covariance": Array("shifts shifts")},
                ),
            },
        ),
    },
    {
        "causes": lambda model: len(model.causes),
        "states": lambda _: N_STATES,
        "scales": lambda model: len(model.scales),
        "terms": lambda model: _terms(model),
        "columns": lambda model: N_STEPS + _terms(model),
        "coefficients": lambda model: (N_STEPS + _terms(model)) * len(model.causes),
        "shifts": lambda model: 2 * len(model.causes),
    },
    unfitted=lambda pool: pool.parts()[0],
    finished=LadderModel.draw_coefficients,
)
POOL: Final = Estimator(
    LadderPool, {"model_": LADDER, "base_": replace(DATED, unfitted=lambda pool: pool.parts()[1])}, {}
)
FITTED: Final[dict[type, Estimator]] = {
    BaseRate: BASE_RATE,
    DatedRate: DATED,
    HazardModel: HAZARD,
    LadderModel: LADDER,
    LadderPool: POOL,
}
SUPPORT: Final = Parts(
    Support,
    {
        "case_ids": Items(TEXT, "cases", tuple),
        "types": Items(TEXT, "cases", tuple),
        "domains": Items(TEXT, "cases", tuple),
        "names": Items(TEXT, "features", tuple),
        "lower": Array("cases features"),
        "upper": Array("cases features"),
    },
)
LADDER_SUPPORT: Final = Parts(
    LadderSupport,
    {
        "key": WholeNumbers("cases"),
        "form": WholeNumbers("cases"),
        "names": Items(TEXT, "ranges", tuple),
        "lower": Array("cases ranges"),
        "upper": Array("cases ranges"),
    },
)


def model_values(model: Any, name: str) -> tuple[dict[str, Any], Arrays]:
    """A fitted model as JSON values and arrays.

    Parameters
    ----------
    model : estimator
        A fitted model of a class in `FITTED`.
    name : str
        Prefix of the names of its arrays.

    Returns
    -------
    values : dict
        What JSON can represent.
    arrays : dict of str to numpy.ndarray
        The arrays, by name.

    Raises
    ------
    ValueError
        For a model of another class.
    NotFittedError
        For a model that is not fitted.
    """
    if type(model) not in FITTED:
        raise ValueError(f"expected a model of {', '.join(k.__name__ for k in FITTED)}, got {type(model).__name__}")
    if isinstance(model, HazardModel):
        model.bootstrap()
    arrays: Arrays = {}
    return FITTED[type(model)].plain(model, Spot(name, arrays, Axes())), arrays


def restored_model(model: Any, plain: Any, name: str, arrays: Arrays) -> Any:
    """A fitted model made of an unfitted one and written values.

    Parameters
    ----------
    model : estimator
        Unfitted, with the parameters that the values were written with.
    plain : object
        JSON values as of `model_values`.
    name : str
        Prefix of the names of its arrays.
    arrays : dict of str to numpy.ndarray
        Those of the model are taken out of it.

    Returns
    -------
    estimator
        `model`, fitted.

    Raises
    ------
    ValueError
        Where values or arrays are not those of a fitted model of that class and those parameters.
    """
    return FITTED[type(model)].fitted(model, plain, Spot(name, arrays, Axes()))
