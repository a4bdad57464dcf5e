"""Taking fitted models apart and putting them together again, on simulated landmarks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from forecasting.models import MODELS
from forecasting.models.hazard import HazardModel
from forecasting.models.state import array_forms, restored, state
from forecasting.record.months import HORIZONS

N = 60
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


@pytest.fixture(scope="module", params=MODELS)
def both(request):
    """A fitted model and what comes back of it."""
    model = small(request.param).fit(*landmarks(), np.arange(N) // 2)
    values, arrays = state(model)
    return model, restored(small(request.param), values, arrays)


def asked(**facts):
    lines = [{"age_months": age, "gap_months": gap} for age, gap in ((0, 0), (17, 5), (150, 0), (400, 12))]
    return pd.DataFrame(lines).assign(**(ASKED | facts))


@pytest.fixture(scope="module")
def hazard():
    return state(small("primary").fit(*landmarks()))


@pytest.fixture(scope="module")
def rates():
    return state(small("rivalry_base_rate").fit(*landmarks()))


@pytest.mark.parametrize("kind", ["pledge", "never seen"])
def test_a_restored_model_says_what_the_fitted_one_does(both, kind):
    fitted, again = both
    lines = asked(type=kind)
    points = [model.predict_cumulative_incidence(lines, HORIZONS).values for model in both]
    np.testing.assert_allclose(*points, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fitted.draws(lines, HORIZONS), again.draws(lines, HORIZONS), rtol=0, atol=1e-12)
    bands = [np.stack(model.predict_interval(lines, HORIZONS)) for model in both]
    np.testing.assert_allclose(*bands, rtol=0, atol=1e-9)
    assert (bands[0][0] < bands[0][1]).any()


def test_a_restored_model_has_the_parameters_and_classes_of_the_fitted_one(both):
    fitted, again = both
    assert again.get_params() == fitted.get_params()
    assert again.n_ == fitted.n_
    assert getattr(again, "classes_", None) == getattr(fitted, "classes_", None)


def test_a_restored_model_brings_nothing_of_what_it_was_fitted_on_and_can_be_fitted_anew(both):
    fitted, again = both
    kept = {name for name in vars(again) if name.endswith("_")}
    assert not kept & {"design_", "counts_", "group_", "draws_"}
    anew = clone(again).fit(*landmarks(), np.arange(N) // 2)
    bands = [model.predict_interval(asked(), HORIZONS)[0] for model in (fitted, anew)]
    np.testing.assert_array_equal(*bands)


def test_a_model_that_is_not_fitted_cannot_be_taken_apart():
    with pytest.raises((NotFittedError, AttributeError)):
        state(small("primary"))


def test_tables_are_packed_without_their_empty_cells(rates):
    values, arrays = rates
    whole = values.n_months * 4 * 40
    assert arrays["replicates_at_risk"].size + arrays["replicates_endings"].size < 0.2 * whole


def test_every_array_has_the_form_that_its_values_announce(both):
    fitted, _ = both
    values, arrays = state(fitted)
    unfitted = clone(fitted)
    forms = array_forms(unfitted, values)
    assert set(forms) == set(arrays)
    assert all(arrays[name].shape == form.shape and arrays[name].dtype == form.dtype for name, form in forms.items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": {"type": ()}}, "wanted groups by type, dyad, era; came ['type']"),
        ({"groups": {"type": ("b", "a"), "dyad": (), "era": ()}}, "wanted names in order, each once; came ['b', 'a']"),
        ({"groups": {"type": ("a", "a"), "dyad": (), "era": ()}}, "wanted names in order, each once; came ['a', 'a']"),
        ({"parameters": {"shrink": 0.5}}, "wanted parameter calibration_sd as 0.3; came None"),
    ],
)
def test_values_of_another_hazard_model_are_refused(hazard, change, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        array_forms(small("primary"), hazard[0].model_copy(update=change))
    assert str(error.value) == message


@pytest.mark.parametrize(("name", "value"), [("shrink", 0.5), ("frame", ""), ("seed", 1)])
def test_another_parameter_is_refused(hazard, name, value):
    values = hazard[0].model_copy(update={"parameters": {**hazard[0].parameters, name: value}})
    with pytest.raises(ValueError, match=f"^wanted parameter {name} as .*; came {value!r}$"):
        array_forms(small("primary"), values)


def test_values_of_another_kind_are_refused(hazard, rates):
    with pytest.raises(ValueError, match="^wanted values of a BaseRate; came those of a hazard$"):
        array_forms(small("base_rate"), hazard[0])
    with pytest.raises(ValueError, match="^wanted values of a HazardModel; came those of a base rate$"):
        restored(small("primary"), *rates)


def test_classes_that_do_not_add_up_are_refused(rates):
    values = rates[0]
    first, second = values.levels
    for levels, message in (
        ((first,), "wanted 2 levels of classes; came 1"),
        ((first, first), "wanted classes of 2 parts, each with its size; came "),
        ((first.model_copy(update={"sizes": (1, 1, 1)}), second), "wanted classes of 60 spells together; came 3"),
    ):
        with pytest.raises(ValueError, match=f"^{message}"):
            array_forms(small("rivalry_base_rate"), values.model_copy(update={"levels": levels}))


def turned(array):
    return array[::-1].copy()


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("changes", turned, "wanted rising numbers in changes; came "),
        ("changes", lambda a: a + 1, "wanted changes from month 0 on; came [1]"),
        ("changes", lambda a: a * 1000, "wanted numbers from 0 to 198 in changes; came "),
        ("cells", lambda a: a - a[0] - 1, "wanted numbers from 0 to 596 in cells; came -1"),
        ("cells", lambda a: a + 597, "wanted numbers from 0 to 596 in cells; came "),
        ("at_risk", lambda a: -a, "wanted no number below nought in at_risk; came -60.0"),
        ("replicates_endings", lambda a: a - 1, "wanted no number below nought in replicates_endings; came -1.0"),
        ("level1_observed", lambda a: a + 60, "wanted numbers up to 60 in level1_observed; came 6"),
        ("level2_strength", lambda a: a * 0, "wanted numbers above nought in level2_strength; came 0.0"),
    ],
)
def test_numbers_that_no_fit_gives_are_refused(rates, name, change, message):
    values, arrays = rates
    with pytest.raises(ValueError) as error:  # noqa: PT011
        restored(small("rivalry_base_rate"), values, {**arrays, name: change(arrays[name])})
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("name", ["scale", "precision"])
def test_a_scale_of_nought_is_refused(hazard, name):
    values, arrays = hazard
    with pytest.raises(ValueError, match=f"^wanted numbers above nought in {name}; came 0.0$"):
        restored(small("primary"), values, {**arrays, name: arrays[name] * 0})


@given(data=st.data())
def test_places_of_any_numbers_are_refused_unless_they_rise_within_the_table(rates, data):
    values, arrays = rates
    name, end = data.draw(st.sampled_from([("changes", values.n_months), ("cells", 3 * values.n_months)]))
    places = arrays[name].copy()
    for _ in range(data.draw(st.integers(1, 3))):
        number = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, end + 3)
        places[data.draw(st.integers(0, len(places) - 1))] = data.draw(number)
    numbers = places.tolist()
    sound = numbers == sorted(set(numbers)) and numbers[0] >= 0 and numbers[-1] < end
    sound &= name == "cells" or numbers[0] == 0
    try:
        restored(small("rivalry_base_rate"), values, {**arrays, name: places})
    except ValueError:
        assert not sound
    else:
        assert sound
