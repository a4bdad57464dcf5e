import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from forecasting.models.base_rate import BaseRate
from forecasting.models.incidence import aalen_johansen

HORIZONS = (6, 24, 60)
MODELS = {
    "base_rate": BaseRate(),
    "type_base_rate": BaseRate(strata=("type",)),
    "rivalry_base_rate": BaseRate(strata=("type", "rivalry")),
}
BASE_RATES = tuple(MODELS)
MONTHLY = {"slow": (0.004, 0.004, 0.004), "fast": (0.03, 0.004, 0.004)}


def simulated(n_per_type, seed=3):
    """Spells of two types with constant monthly hazards, seen for at most 150 months: covariates and y."""
    rng = np.random.default_rng(seed)
    covariates, exits, causes = [], [], []
    for kind, n in n_per_type.items():
        draws = rng.random((n, 150))
        total = sum(MONTHLY[kind])
        ended = draws < total
        exit_ = np.where(ended.any(axis=1), ended.argmax(axis=1) + 1, 150)
        last = draws[np.arange(n), exit_ - 1]
        cause = np.where(ended.any(axis=1), np.searchsorted(np.cumsum(MONTHLY[kind]), last) + 1, 0)
        covariates += [{"type": kind, "rivalry": ("rivals", "not rivals")[i % 2]} for i in range(n)]
        exits.append(exit_)
        causes.append(cause)
    exits, causes = np.concatenate(exits), np.concatenate(causes)
    return pd.DataFrame(covariates), (np.zeros_like(exits), exits, causes)


def asked(kind="slow", rivalry="rivals", age=0, gap=0):
    return pd.DataFrame({"type": [kind], "rivalry": [rivalry], "age_months": [age], "gap_months": [gap]})


@pytest.fixture(scope="module")
def spells():
    return simulated({"slow": 120, "fast": 120})


@pytest.fixture(scope="module")
def fitted(spells):
    return {
        name: clone(model).set_params(n_replicates=200).fit(*spells)
        for name, model in MODELS.items()
        if name in BASE_RATES
    }


@pytest.mark.parametrize("name", BASE_RATES)
def test_a_model_is_a_scikit_learn_estimator(name):
    model = clone(MODELS[name]).set_params(seed=7)
    assert model.get_params() == {**MODELS[name].get_params(), "seed": 7}
    with pytest.raises(NotFittedError):
        model.predict_cumulative_incidence(asked(), HORIZONS)
    with pytest.raises(NotFittedError):
        model.predict_interval(asked(), HORIZONS)


@pytest.mark.parametrize("name", BASE_RATES)
def test_a_second_fit_is_the_same_to_the_last_bit(name, spells, fitted):
    again = clone(fitted[name]).fit(*spells)
    for predict in ("predict_interval", "predict_cumulative_incidence"):
        one, two = (getattr(model, predict)(asked("fast", age=7, gap=3), HORIZONS) for model in (fitted[name], again))
        parts = (one, two) if isinstance(one, tuple) else (one.values, two.values)
        np.testing.assert_array_equal(*parts)


def test_another_seed_moves_the_interval_and_not_the_point(spells, fitted):
    other = clone(fitted["type_base_rate"]).set_params(seed=1).fit(*spells)
    one, two = (
        model.predict_cumulative_incidence(asked(), HORIZONS).values for model in (fitted["type_base_rate"], other)
    )
    np.testing.assert_array_equal(one, two)
    assert (
        fitted["type_base_rate"].predict_interval(asked(), HORIZONS)[0] != other.predict_interval(asked(), HORIZONS)[0]
    ).any()


@pytest.mark.parametrize("name", BASE_RATES)
@pytest.mark.parametrize(("age", "gap"), [(0, 0), (30, 0), (30, 24), (140, 0), (400, 0)])
def test_probabilities_sum_to_one_and_grow_with_the_horizon(name, fitted, age, gap):
    incidence = fitted[name].predict_cumulative_incidence(asked("fast", age=age, gap=gap), tuple(range(1, 121)))
    assert incidence.values.shape == (1, 3, 120)
    assert (incidence.values >= 0).all()
    assert (np.diff(incidence.values, axis=-1) >= 0).all()
    assert (incidence.survival >= -1e-12).all()


@pytest.mark.parametrize("name", BASE_RATES)
def test_the_interval_holds_the_point_and_widens_with_the_level(name, fitted):
    point = fitted[name].predict_cumulative_incidence(asked("fast", age=12), HORIZONS)
    states = np.concatenate([point.values, point.survival[:, None, :]], axis=1)
    narrow = fitted[name].predict_interval(asked("fast", age=12), HORIZONS, level=0.5)
    wide = fitted[name].predict_interval(asked("fast", age=12), HORIZONS, level=0.95)
    assert (wide[0] <= narrow[0]).all()
    assert (narrow[1] <= wide[1]).all()
    assert ((wide[0] <= states) & (states <= wide[1])).all()
    assert ((wide[0] >= 0) & (wide[1] <= 1)).all()


def test_the_overall_rate_is_the_aalen_johansen_estimate(spells, fitted):
    incidence = fitted["base_rate"].predict_cumulative_incidence(asked(), HORIZONS).values[0]
    np.testing.assert_allclose(incidence, aalen_johansen(*spells[1], 3)[:, np.array(HORIZONS) - 1], atol=1e-12)


def test_a_large_class_comes_near_its_own_rate():
    model = BaseRate(strata=("type",), n_replicates=10).fit(*simulated({"slow": 3000, "fast": 3000}))
    for kind, monthly in MONTHLY.items():
        lasting = (1 - sum(monthly)) ** 24
        survival = model.predict_cumulative_incidence(asked(kind), (24,)).survival[0, 0]
        assert survival == pytest.approx(lasting, abs=0.06)


def test_classes_are_counted_level_by_level(fitted, spells):
    covariates, (_, _, cause) = spells
    assert fitted["base_rate"].classes_ == []
    by_type, by_both = fitted["rivalry_base_rate"].classes_
    assert set(by_type) == {("slow",), ("fast",)}
    assert set(by_both) == {(kind, rivalry) for kind in MONTHLY for rivalry in ("rivals", "not rivals")}
    fast = (covariates["type"] == "fast").to_numpy()
    assert by_type[("fast",)] == {"n": 120, "endings": [int(np.sum(fast & (cause == k))) for k in (1, 2, 3)]}
    assert sum(entry["n"] for entry in by_both.values()) == fitted["base_rate"].n_ == 240


def test_a_class_never_seen_takes_the_rate_of_the_level_above(fitted):
    overall, by_type, by_both = (fitted[name] for name in ("base_rate", "type_base_rate", "rivalry_base_rate"))

    def point(model, **facts):
        return model.predict_cumulative_incidence(asked(**facts), HORIZONS).values

    np.testing.assert_allclose(point(by_type, kind="unheard of"), point(overall), atol=1e-12)
    np.testing.assert_allclose(point(by_both, kind="fast", rivalry="unclear"), point(by_type, kind="fast"), atol=1e-12)


def test_a_class_without_endings_keeps_a_chance_of_each():
    covariates, (entry, exit_, cause) = simulated({"slow": 60, "fast": 60})
    silent = np.where(covariates["type"] == "slow", 0, cause)
    model = BaseRate(strata=("type",), n_replicates=10).fit(covariates, (entry, exit_, silent))
    assert (model.predict_cumulative_incidence(asked("slow"), (120,)).values > 0).all()


def test_months_unseen_are_walked_before_the_horizon(fitted):
    model = fitted["type_base_rate"]
    unseen = model.predict_cumulative_incidence(asked(age=10, gap=14), (6,)).values
    seen = model.predict_cumulative_incidence(asked(age=10), (20,)).values
    np.testing.assert_array_equal(unseen, seen)


def test_cases_are_forecast_one_by_one(fitted):
    rows = pd.concat([asked("fast", age=3), asked("slow", age=50, gap=7), asked("fast", age=200)], ignore_index=True)
    model = fitted["rivalry_base_rate"]
    together = model.predict_cumulative_incidence(rows, HORIZONS).values
    alone = [model.predict_cumulative_incidence(rows.iloc[[i]], HORIZONS).values[0] for i in range(len(rows))]
    np.testing.assert_allclose(together, np.stack(alone), atol=1e-15)


def test_groups_that_hold_all_spells_leave_no_doubt_in_the_overall_rate(spells):
    covariates, y = spells
    model = BaseRate(n_replicates=20).fit(covariates, y, groups=np.zeros(len(covariates)))
    lower, upper = model.predict_interval(asked(), HORIZONS)
    np.testing.assert_array_equal(lower, upper)


def never_ended(n):
    return BaseRate(fewest=1, n_replicates=20).fit(pd.DataFrame({"type": ["slow"] * n}), ([0] * n, [60] * n, [0] * n))


@pytest.mark.parametrize(
    ("n", "level", "upper"),
    [(10, 0.8, 0.2056718), (10, 0.95, 0.3084971), (30, 0.8, 0.0738813), (30, 0.95, 0.1157033), (240, 0.8, 0.0095482)],
)
def test_of_what_was_never_seen_the_upper_bound_is_that_of_clopper_and_pearson_at_both_tails(n, level, upper):
    """Reference: the exact interval of a binomial share; half the error lies above its upper bound."""
    model = never_ended(n)
    np.testing.assert_allclose(model.least_upper(asked(), level), upper, atol=5e-8)
    lower, found = model.predict_interval(asked(), (12, 48), level)
    np.testing.assert_allclose(found[0, :3], upper, atol=5e-8)
    np.testing.assert_array_equal(lower[0, :3], 0.0)
    np.testing.assert_allclose(lower[0, 3], 1 - upper, atol=5e-8)
    assert upper == pytest.approx(binomtest(0, n).proportion_ci(level, method="exact").high, abs=5e-8)


@pytest.mark.parametrize(("level", "deviations"), [(0.8, 1.2815516), (0.95, 1.9599640)])
def test_the_interval_leaves_half_the_error_beyond_each_bound(level, deviations):
    """Of 4,000 spells each tenth ended in its first month: a binomial share, whose bounds are a normal's quantiles."""
    n, share = 4000, 0.1
    cause = (np.arange(n) % 10 == 0).astype(int)
    model = BaseRate(n_replicates=2000).fit(pd.DataFrame({"type": ["slow"] * n}), (0 * cause, 1 + 0 * cause, cause))
    lower, upper = model.predict_interval(asked(), (1,), level)
    away = deviations * np.sqrt(share * (1 - share) / n)
    np.testing.assert_allclose([lower[0, 0, 0], upper[0, 0, 0]], [share - away, share + away], atol=0.06 * away)
    np.testing.assert_allclose([lower[0, 3, 0], upper[0, 3, 0]], [1 - share - away, 1 - share + away], atol=0.06 * away)


def test_nothing_to_fit_on_is_refused():
    message = "expected at least one spell to fit on, got none; check the population and the as-of day"
    with pytest.raises(ValueError, match=f"^{message}$"):
        BaseRate().fit(pd.DataFrame({"type": []}), ([], [], []))
