"""The ladder's model, its pool and the base rates taken apart and put together again, on simulated cases."""

import copy
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from forecasting.artefacts.fitted_values import FITTED, model_values, restored_model
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_standings import Standings

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from ladders import simulated

N = 60
AGO = np.full(N, 400)
KINDS = np.array(["treaty", "pledge"])[np.arange(N) % 2]
FEW = {"n_draws": 20}
UNFITTED = {
    "ladder_model": LadderModel((Term("x", 1.0, ("collapsed",)),), **FEW),
    "base_rate": DatedRate(**FEW),
    "recent_base_rate": DatedRate(20.0, **FEW),
    "type_base_rate": DatedRate(by_class=True, **FEW),
    "ladder": LadderPool(LadderModel((Term("x", 1.0, ("collapsed",)),), **FEW), DatedRate(n_draws=10)),
}
HORIZONS = (12, 60)
TWO = np.zeros(2, dtype=np.int64)
AT = Standings(np.arange(2), TWO + 5, TWO + 9, np.array([0.0, 4.0]), TWO, TWO, np.eye(18)[[0, 9]], np.ones((2, 1)))
SEEN = Seen(TWO + 5, TWO + 9, np.array([0.0, 4.0]), np.array(["treaty", "never seen"]))


def new(name):
    model = UNFITTED[name]
    return model.__class__(**model.get_params(deep=False))


def fitted(name):
    cases, lines = simulated(N, seed=3, covariate=0.5, sight=0.7)
    model = new(name)
    if isinstance(model, LadderModel):
        return model.fit(cases, lines)
    return model.fit(cases, lines, AGO) if isinstance(model, LadderPool) else model.fit(cases, AGO, KINDS)


def taken(model):
    values, arrays = model_values(model, "m")
    return json.loads(json.dumps(values, allow_nan=False)), arrays


def read(name, values, arrays):
    left = dict(arrays)
    model = restored_model(new(name), values, "m", left)
    assert left == {}
    return model


def said(model):
    """All that a forecast asks of a model, in a list."""
    if isinstance(model, LadderPool):
        return [*said(model.model_), *said(model.base_)]
    if isinstance(model, LadderModel):
        gap = model.gaps(AT)
        return [model.draws(AT, HORIZONS), gap.ended, gap.nothing_noted]
    gap = model.gap_draws(SEEN)
    point = model.predict_cumulative_incidence(SEEN, HORIZONS).values
    return [point, model.draws(SEEN, HORIZONS), gap.ended, gap.nothing_noted, model.gaps(SEEN).ended]


@pytest.fixture(scope="module", params=UNFITTED)
def both(request):
    model = fitted(request.param)
    return model, read(request.param, *taken(model))


def test_a_restored_model_says_what_the_fitted_one_does_to_the_last_bit(both):
    for one, other in zip(*map(said, both), strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.ptp(said(both[0])[0]) > 0


def test_every_fitted_attribute_has_a_form(both):
    assert {name for name in vars(both[0]) if name.endswith("_")} == set(FITTED[type(both[0])].fields)


def test_a_model_that_is_not_fitted_is_not_written():
    for name in UNFITTED:
        with pytest.raises(AttributeError):
            model_values(new(name), "m")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("ladder", lambda v: v["parameters"].update(base_share=0.5), "expected 0.25 at m.parameters.base_share, got 0.5"),
        ("ladder", lambda v: v["model_"]["parameters"].update(seed=1),
         "expected 20260205 at m.model_.parameters.seed, got 1"),
        ("ladder_model", lambda v: v["parameters"]["covariates"][0].update(scale=2.0),
         "expected [{'name': 'x', 'scale': 1.0, 'causes': ['collapsed']}] at m.parameters.covariates, got [{'name'"),
        ("ladder_model", lambda v: v["parameters"]["detection"].update(collapsed=1.0),
         "expected {'formalized': 1.0, 'collapsed': 0.9"),
        ("ladder_model", lambda v: v["hazard_"]["terms"].pop(), "expected 10 terms in m.hazard_.terms, got 9"),
        ("recent_base_rate", lambda v: v["parameters"].update(half_life=None),
         "expected 20.0 at m.parameters.half_life, got None"),
        ("base_rate", lambda v: v.update(components_=[0.5]), "expected a list of whole numbers at m.components_, got [0.5]"),
        ("base_rate", lambda v: v["components_"].pop(), "expected 59 rows in m.weighted_.0, got 60"),
    ],
)  # fmt: skip
def test_values_that_are_not_of_the_form_are_refused(name, change, message):
    values, arrays = taken(fitted(name))
    values = copy.deepcopy(values)
    change(values)
    with pytest.raises(ValueError) as error:  # noqa: PT011
        read(name, values, arrays)
    assert str(error.value).startswith(message)


def test_a_part_with_other_parameters_than_its_pool_is_not_written():
    pool = fitted("ladder")
    pool.base_ = copy.copy(pool.base_).set_params(fewest=29)
    with pytest.raises(ValueError, match=r"^expected 30 at m\.base_\.parameters\.fewest, got 29$"):
        model_values(pool, "m")
