"""Taking fitted models apart and putting them together again, on simulated landmarks."""

import copy
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from forecasting.artefacts.fitted_values import FITTED, model_values, restored_model
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.months import HORIZONS

N = 60
MODELS = {
    "primary": HazardModel(),
    "base_rate": BaseRate(),
    "type_base_rate": BaseRate(strata=("type",)),
    "rivalry_base_rate": BaseRate(strata=("type", "rivalry")),
}
TRAINED_ON = {"design_", "counts_", "group_", "draws_"}
ASKED = {"size": 0.5, "talks": 1.0, "type": "pledge", "rivalry": "rivals", "dyad": "d1", "era": "1975"}


def small(name):
    """A model of the project, unfitted, with covariates and few replicates."""
    model = clone(MODELS[name]).set_params(n_replicates=40)
    return model.set_params(statics=("size",), states=("talks",)) if isinstance(model, HazardModel) else model


def landmarks():
    """One landmark each of sixty cases that end in every way, and its outcome."""
    rng = np.random.default_rng(0)
    exit_ = rng.integers(1, 200, N)
    lines = pd.DataFrame(
        {
            "size": rng.normal(size=N),
            "talks": rng.integers(0, 2, N) * 1.0,
            "type": rng.choice(["pledge", "treaty", "regime"], N),
            "rivalry": rng.choice(["rivals", "not rivals"], N),
            "dyad": rng.choice(["d1", "d2"], N),
            "era": rng.choice(["1950", "1975"], N),
            "backward": (np.arange(N) % 5 == 0) * 1.0,
            "case": np.arange(N),
            "weight": 1.0,
        }
    )
    return lines, (np.zeros(N, dtype=int), exit_, np.arange(N) % 4)


def taken(model):
    """The values of a model after a way through JSON, and its arrays."""
    values, arrays = model_values(model, "m")
    return json.loads(json.dumps(values, allow_nan=False)), arrays


def read(name, values, arrays):
    """The model again, with no array left."""
    left = dict(arrays)
    model = restored_model(small(name), values, "m", left)
    assert left == {}
    return model


def refused(name, values, arrays):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        read(name, values, arrays)
    return str(error.value)


def parts_of(value):
    """All that a value consists of, by its place: arrays as bytes with their form, the rest as it is."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.flags.c_contiguous, value.tobytes())
    if isinstance(value, dict):
        return {key: parts_of(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(parts_of(part) for part in value)
    if hasattr(value, "__dataclass_fields__"):
        return (type(value), {name: parts_of(getattr(value, name)) for name in value.__dataclass_fields__})
    if type(value) in FITTED:
        fitted = {name: part for name, part in vars(value).items() if name not in TRAINED_ON}
        return (type(value), parts_of(fitted))
    return (type(value), value)


@pytest.fixture(scope="module", params=MODELS)
def both(request):
    """A fitted model and what comes back of it."""
    model = small(request.param).fit(*landmarks(), np.arange(N) // 2)
    return model, read(request.param, *taken(model))


def asked(**facts):
    lines = [{"age_months": age, "gap_months": gap} for age, gap in ((0, 0), (17, 5), (150, 0), (400, 12))]
    return pd.DataFrame(lines).assign(**(ASKED | facts))


@pytest.fixture(scope="module")
def hazard():
    return taken(small("primary").fit(*landmarks()))


@pytest.fixture(scope="module")
def rates():
    return taken(small("rivalry_base_rate").fit(*landmarks()))


@pytest.mark.parametrize("kind", ["pledge", "never seen"])
def test_a_restored_model_says_what_the_fitted_one_does_to_the_last_bit(both, kind):
    fitted, again = both
    lines = asked(type=kind)
    points = [model.predict_cumulative_incidence(lines, HORIZONS).values for model in both]
    np.testing.assert_array_equal(*points)
    np.testing.assert_array_equal(fitted.draws(lines, HORIZONS), again.draws(lines, HORIZONS))
    bands = [np.stack(model.predict_interval(lines, HORIZONS)) for model in both]
    np.testing.assert_array_equal(*bands)
    assert (bands[0][0] < bands[0][1]).any()


def test_a_restored_model_is_the_fitted_one_but_for_what_it_was_fitted_on(both):
    fitted, again = both
    assert parts_of(fitted) == parts_of(again)
    assert again.get_params() == fitted.get_params()
    assert not TRAINED_ON & set(vars(again))


def test_every_class_of_models_and_every_fitted_attribute_has_a_form(both):
    fitted, _ = both
    attributes = {name for name in vars(fitted) if name.endswith("_")}
    assert attributes - TRAINED_ON == set(FITTED[type(fitted)].fields)


def test_a_restored_model_can_be_fitted_anew(both):
    fitted, again = both
    anew = clone(again).fit(*landmarks(), np.arange(N) // 2)
    bands = [model.predict_interval(asked(), HORIZONS)[0] for model in (fitted, anew)]
    np.testing.assert_array_equal(*bands)


def test_what_is_not_fitted_or_no_model_of_ours_is_not_written():
    with pytest.raises((NotFittedError, AttributeError)):
        model_values(small("primary"), "m")
    with pytest.raises(
        ValueError, match="^expected a model of BaseRate, DatedRate, HazardModel, LadderModel, LadderPool, got dict$"
    ):
        model_values({}, "m")


def test_a_base_rate_that_is_no_part_of_such_a_model_is_not_written_in_it():
    model = copy.copy(small("primary").fit(*landmarks()))
    model.base_ = copy.copy(model.base_).set_params(fewest=29)
    with pytest.raises(ValueError, match=r"^expected 30 at m\.base_\.parameters\.fewest, got 29$"):
        model_values(model, "m")


def test_runs_of_equal_columns_are_kept_once(rates):
    values, arrays = rates
    shape = values["replicates_"]["endings"]["shape"]
    assert shape == [40, 3, 199] and values["replicates_"]["endings"]["runs"]
    whole = 40 * 4 * 199
    assert arrays["m.replicates_.at_risk"].size + arrays["m.replicates_.endings"].size < 0.3 * whole
    assert {array.dtype.str for array in arrays.values()} == {"<f8", "<i8"}


def changed(values, place, new):
    """The values with another at a place: keys and numbers with dots between; None takes it out."""
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    whole = copy.deepcopy(values)
    inner = whole
    for part in way:
        inner = inner[part]
    if new is None:
        del inner[last]
    else:
        inner[last] = new
    return whole


@pytest.mark.parametrize(
    ("place", "new", "message"),
    [
        ("n_", True, "expected a whole number at m.n_, got True"),
        ("n_", 60.0, "expected a whole number at m.n_, got 60.0"),
        ("n_", "60", "expected a whole number at m.n_, got '60'"),
        ("n_", None, "expected the key n_ at m, got ['parameters', 'levels_', 'scaling_', "),
        ("more", 1, "expected no key but parameters, n_, levels_, "),
        ("calibration_.0", 1, "expected a finite number at m.calibration_.0, got 1"),
        ("calibration_.0", float("inf"), "expected a finite number at m.calibration_.0, got inf"),
        ("calibration_.0", float("nan"), "expected a finite number at m.calibration_.0, got nan"),
        ("calibration_", [0.0], "expected a list of 2 at m.calibration_, got [0.0]"),
        ("calibration_", 0.5, "expected a list of 2 at m.calibration_, got 0.5"),
        ("levels_", {}, "expected a list at m.levels_, got {}"),
        ("levels_.0.1.0", 7, "expected a text at m.levels_.0.1.0, got 7"),
        ("levels_.1.0", "type", "expected each key once at m.levels_, got ['type', 'type', 'era']"),
        ("levels_.0.1.0", None, "expected 15 columns in m.precision_, got 16"),
        ("scaling_", [], "expected a JSON object at m.scaling_, got []"),
        ("scaling_.mean", 0.5, "expected the shape and runs of an array at m.scaling_.mean, got 0.5"),
        ("scaling_.mean.shape", [3], "expected numbers of shape (3,) at m.scaling_.mean, got (2,)"),
        ("scaling_.mean.shape", [True], "expected the shape and runs of an array at m.scaling_.mean, got {"),
        ("scaling_.mean.shape", [-2], "expected the shape and runs of an array at m.scaling_.mean, got {"),
        ("coef_.runs", True, "expected the array m.coef_.starts, got none"),
        ("parameters.seed", 1, "expected 20260205 at m.parameters.seed, got 1"),
        ("parameters.shrink", 0.5, "expected 0.25 at m.parameters.shrink, got 0.5"),
        ("parameters.frame", "", "expected 'backward' at m.parameters.frame, got ''"),
        ("parameters.seed", None, "expected the key seed at m.parameters, got ["),
        ("base_.parameters.fewest", 1, "expected 30 at m.base_.parameters.fewest, got 1"),
        ("base_.parameters.n_replicates", 41, "expected 40 at m.base_.parameters.n_replicates, got 41"),
    ],
)
def test_values_that_are_not_of_the_form_are_refused(hazard, place, new, message):
    values, arrays = hazard
    assert refused("primary", changed(values, place, new), arrays).startswith(message)


def test_values_of_another_kind_of_model_are_refused(hazard, rates):
    assert refused("base_rate", *hazard).startswith("expected the key table_, classes_ at m, got ['parameters', ")
    assert refused("primary", *rates).startswith(
        "expected the key scaling_, precision_, coef_, calibration_, base_ at "
    )
    assert refused("type_base_rate", *rates).startswith("expected ['type'] at m.parameters.strata, got ['type', 'riv")


@pytest.mark.parametrize(
    ("place", "new", "message"),
    [
        ("levels_.1", None, "expected 2 strata in m.levels_, got 1"),
        ("levels_.0.0.0", None, "expected 2 classes in m.levels_.0.1.observed, got 3"),
        ("classes_.0.0.1.endings", [1, 2], "expected 3 causes in m.classes_.0.0.1.endings, got 2"),
        ("classes_.0.0.1.n", -0.5, "expected a whole number at m.classes_.0.0.1.n, got -0.5"),
        ("table_.endings.shape", [3, 10**9], "expected at most 32000000 numbers at m.table_.endings, got 3000000000"),
        ("table_.at_risk.shape", [10**5], "expected rising places from 0 to below"),
    ],
)
def test_lengths_that_do_not_agree_are_refused(rates, place, new, message):
    values, arrays = rates
    said = refused("rivalry_base_rate", changed(values, place, new), arrays)
    assert said.startswith(message) or place == "table_.at_risk.shape"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("m.coef_", lambda a: a[:, :2].copy(), "expected numbers of shape (16, 3) at m.coef_, got (16, 2)"),
        ("m.coef_", lambda a: a.astype(int), "expected float64 at m.coef_, got 'int64'"),
        ("m.coef_", None, "expected the array m.coef_, got none"),
        ("m.replicates_", lambda a: a[:39].copy(), "expected numbers of shape (40, 16, 3) at m.replicates_, got (39,"),
        ("m.base_.replicates_.endings.starts", lambda a: a[::-1].copy(), "expected rising places from 0 to below"),
        ("m.base_.replicates_.endings.starts", lambda a: a + 1, "expected rising places from 0 to below"),
        (
            "m.base_.replicates_.endings.starts",
            lambda a: a * 1.0,
            "expected int64 at m.base_.replicates_.endings.starts",
        ),
        ("m.base_.replicates_.endings.starts", lambda a: a[:-1].copy(), "expected numbers of shape (40, "),
    ],
)
def test_arrays_that_are_not_of_the_form_are_refused(hazard, name, change, message):
    values, arrays = hazard
    others = {one: array for one, array in arrays.items() if one != name}
    assert refused("primary", values, others if change is None else {**arrays, name: change(arrays[name])}).startswith(
        message
    )


def test_an_array_longer_than_the_others_of_its_axis_is_refused(hazard):
    values, arrays = hazard
    wider = changed(values, "coef_.shape", [16, 4])
    arrays = {**arrays, "m.coef_": np.zeros((16, 4))}
    assert refused("primary", wider, arrays) == "expected 3 causes in m.coef_, got 4"
    flat = changed(values, "coef_.shape", [48])
    arrays = {**arrays, "m.coef_": np.zeros(48)}
    assert refused("primary", flat, arrays) == "expected an array of columns x causes at m.coef_, got (48,)"


@given(data=st.data())
def test_places_of_any_numbers_are_refused_unless_they_rise_within_the_array(rates, data):
    values, arrays = rates
    name = "m.replicates_.endings.starts"
    end = int(np.prod(values["replicates_"]["endings"]["shape"][1:]))
    places = arrays[name].copy()
    for _ in range(data.draw(st.integers(1, 3))):
        number = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, end + 3)
        places[data.draw(st.integers(0, len(places) - 1))] = data.draw(number)
    numbers = places.tolist()
    if numbers == sorted(set(numbers)) and numbers[0] == 0 and numbers[-1] < end:
        read("rivalry_base_rate", values, {**arrays, name: places})
    else:
        refused("rivalry_base_rate", values, {**arrays, name: places})
