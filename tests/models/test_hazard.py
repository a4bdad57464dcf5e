import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.training import state_features, training_set
from forecasting.models import MODELS
from forecasting.models.episodes import DURATION_EDGES, decay
from forecasting.models.hazard import N_DURATION, HazardModel
from forecasting.models.incidence import Incidence, aalen_johansen

HORIZONS = (12, 24, 36, 60, 120)
MEASURED = (12, 60, 120)
MONTHLY = (0.007, 0.007, 0.005)
SIGNAL = {"size": (0.9, -0.6, 0.0), "talks": (0.7, 0.0, -0.5)}
LONGEST = 240
MODEL = HazardModel(statics=("size", "noise"), states=("talks",), intercepts=("type",), n_replicates=100)


def simulated(n_groups, seed, effects, followed=False):
    """Landmarks of two cases a group, and their y and groups: at the start and each anniversary while a case lasts.

    `effects` are log odds of each cause by unit of `size` (fixed) and of `talks` (0/1, as of each year of age). Three
    cases in ten enter late. `followed`: none enters late or is lost, as a test set needs it.
    """
    rng, n, none = np.random.default_rng(seed), 2 * n_groups, np.zeros(3)
    size, noise, talks = rng.normal(size=n), rng.normal(size=n), rng.random((n, LONGEST // 12)) < 0.4
    for year in range(1, talks.shape[1]):
        talks[:, year] = np.where(rng.random(n) < 0.7, talks[:, year - 1], talks[:, year])
    fixed = np.log(MONTHLY) + size[:, None] * effects.get("size", none)
    odds = np.exp(fixed[:, None] + talks.repeat(12, axis=1)[:, :, None] * effects.get("talks", none))
    below = rng.random((n, LONGEST, 1)) < np.cumsum(odds / (1 + odds.sum(axis=2, keepdims=True)), axis=2)
    ended = below[:, :, -1]
    exit_ = np.where(ended.any(axis=1), ended.argmax(axis=1) + 1, LONGEST)
    cause = np.where(ended.any(axis=1), 4 - below[np.arange(n), exit_ - 1].sum(axis=1), 0)
    sight = np.full(n, LONGEST) if followed else rng.integers(24, LONGEST, n)
    entry = np.where((rng.random(n) < 0.3) & (not followed), rng.integers(0, 18, n), 0)
    exit_, cause = np.minimum(exit_, sight), np.where(exit_ <= sight, cause, 0)
    case = np.flatnonzero(exit_ > entry)
    ages = [np.array([entry[i], *range((entry[i] // 12 + 1) * 12, exit_[i], 12)]) for i in case]
    line, age = np.repeat(case, [len(each) for each in ages]), np.concatenate(ages)
    lines = pd.DataFrame({"size": size[line], "noise": noise[line], "talks": talks[line, age // 12].astype(float)})
    lines = lines.assign(type=np.array(["pledge", "treaty"])[line % 2], backward=0.0, case=line, weight=1.0)
    return lines.assign(age_months=age, gap_months=0), (age, exit_[line], cause[line]), line // 2


def cut(data, keep):
    lines, y, group = data
    keep = np.asarray(keep)
    return lines[keep].reset_index(drop=True), tuple(part[keep] for part in y), group[keep]


def starts(data):
    return cut(data, ~data[0]["case"].duplicated())


def brier(incidence, y):
    """Brier score over the four states, averaged over cases and horizons."""
    age, exit_, cause = (part[:, None] for part in y)
    within = exit_ - age <= np.array(HORIZONS)
    happened = within[:, None] & (cause[:, :, None] == np.array([1, 2, 3])[:, None])
    return ((incidence.values - happened) ** 2).sum(axis=1).mean() + ((incidence.survival - ~within) ** 2).mean()


def skill(model, data):
    """Share by which the model's Brier score at the starts of new groups is below the base rate's."""
    lines, y, _ = starts(data)
    own, base = (each.predict_cumulative_incidence(lines, HORIZONS) for each in (model, model.base_))
    return 1 - brier(own, y) / brier(base, y)


def departures(model, lines, y):
    """Mean incidence predicted at landmarks, minus the Aalen-Johansen estimate of what came after them."""
    age, exit_, cause = y
    predicted = model.predict_cumulative_incidence(lines, MEASURED).values.mean(axis=0)
    return predicted - aalen_johansen(0 * age, exit_ - age, cause, 3)[:, np.array(MEASURED) - 1]


def asked(**facts):
    line = {"size": 0.5, "noise": 0.0, "talks": 1.0, "type": "pledge", "age_months": 0, "gap_months": 0}
    return pd.DataFrame({name: [value] for name, value in (line | facts).items()})


def point(model, line, horizons=HORIZONS):
    return model.predict_cumulative_incidence(line, horizons).values


@pytest.fixture(scope="module")
def planted():
    return simulated(300, 0, SIGNAL)


@pytest.fixture(scope="module")
def found(planted):
    return clone(MODEL).fit(*planted)


@pytest.fixture(scope="module")
def unmoved():
    """Fitted on cases whose endings have nothing to do with their covariates."""
    return clone(MODEL).fit(*simulated(150, 1, {}))


@pytest.fixture(scope="module")
def few(planted):
    """Landmarks of forty groups: enough for what must hold of any fit."""
    return cut(planted, planted[2] < 40)


@pytest.fixture(scope="module")
def small(few):
    return clone(MODEL).fit(*few)


@pytest.fixture(scope="module")
def learned(history):
    return training_set(history, DossierIndex(history), MODEL_FEATURES, "concluded")


@pytest.fixture(scope="module")
def real(learned):
    """The primary model on the shipped record."""
    states = state_features(learned.names)
    statics = tuple(name for name in learned.names if name not in states)
    model = clone(MODELS["primary"]).set_params(statics=statics, states=states, n_replicates=100)
    return model.fit(learned.landmarks, learned.outcome, learned.group)


def test_it_is_a_scikit_learn_estimator():
    model = clone(MODEL).set_params(seed=7, slope_sd=0.1)
    assert model.get_params() == {**MODEL.get_params(), "seed": 7, "slope_sd": 0.1}
    for ask in (model.predict_cumulative_incidence, model.predict_interval, model.draws):
        with pytest.raises(NotFittedError):
            ask(asked(), HORIZONS)
    with pytest.raises(NotFittedError):
        model.bootstrap()


@pytest.mark.parametrize(("age", "gap"), [(0, 0), (5, 0), (30, 0), (30, 24), (179, 7), (700, 0)])
def test_probabilities_grow_with_the_horizon_and_sum_to_one_with_survival(found, age, gap):
    lines = pd.concat([asked(age_months=age, gap_months=gap, size=size) for size in (-9.0, 0.0, 9.0)])
    incidence = found.predict_cumulative_incidence(lines, tuple(range(1, 121)))
    assert isinstance(incidence, Incidence)
    assert incidence.values.shape == (3, 3, 120)
    assert (incidence.values >= 0).all()
    assert (np.diff(incidence.values, axis=-1) >= 0).all()
    assert (incidence.survival >= -1e-12).all()
    np.testing.assert_allclose(incidence.values.sum(axis=1) + incidence.survival, 1, atol=1e-12)


def test_a_second_fit_is_the_same_to_the_last_bit(few, small):
    again = clone(small).fit(*few)
    np.testing.assert_array_equal(again.coef_, small.coef_)
    assert again.calibration_ == small.calibration_
    np.testing.assert_array_equal(again.bootstrap(), small.bootstrap())
    for one, two in zip(*(model.predict_interval(asked(), HORIZONS) for model in (again, small)), strict=True):
        np.testing.assert_array_equal(one, two)


def test_cases_are_forecast_one_by_one(small):
    lines = pd.concat([asked(), asked(age_months=50, gap_months=7), asked(age_months=200, talks=0.0)])
    alone = [point(small, lines.iloc[[i]])[0] for i in range(3)]
    np.testing.assert_allclose(point(small, lines), alone, atol=1e-15)


def test_labels_of_noise_give_no_skill(unmoved):
    _, slope = unmoved.calibration_
    assert slope < 0.8
    lines = starts(simulated(150, 2, {}, followed=True))[0]
    assert np.abs(point(unmoved, lines) - point(unmoved.base_, lines)).mean() < 0.02
    assert skill(unmoved, simulated(500, 2, {}, followed=True)) <= 0.02


def test_a_planted_signal_is_found(found):
    assert skill(found, simulated(300, 3, SIGNAL, followed=True)) > 0.05
    size, noise, talks = found.coef_[N_DURATION : N_DURATION + 3]
    assert size[0] > 0.3 and size[1] < -0.2 and talks[0] > 0.1 and talks[2] < -0.05
    assert np.abs(noise).max() < 0.2 < size[0]
    assert found.calibration_[1] > 0.8


def log_odds_by_hand(model, size, n_months, shift, slope):
    """Monthly log odds of each cause from the start: of the age, and recalibrated of one covariate."""
    own = (size - model.scaling_.mean[0]) / model.scaling_.scale[0] * model.coef_[N_DURATION]
    ages = [model.coef_[: 1 + np.searchsorted(DURATION_EDGES, month)].sum(axis=0) for month in range(1, n_months + 1)]
    return np.array(ages) + shift + slope * own


def incidence_by_hand(log_odds):
    """Incidence of each cause month by month."""
    alive, reached, walked = 1.0, np.zeros(3), []
    for odds in np.exp(log_odds):
        reached = reached + alive * odds / (1 + odds.sum())
        alive = alive / (1 + odds.sum())
        walked.append(reached)
    return np.array(walked).T


def uneven(monthly_of_many, monthly_of_few):
    """Spells of one group of many cases and of four groups of few, which alone tell what the many are forecast.

    All that end do so formally, sooner where `size` is larger.
    """
    rng, group = np.random.default_rng(11), np.repeat(np.arange(5), [400, 40, 40, 40, 40])
    size = rng.normal(size=len(group))
    months = rng.geometric(np.where(group == 0, monthly_of_many, monthly_of_few) * np.exp(0.5 * size))
    lines = pd.DataFrame({"size": size, "backward": 0.0, "case": np.arange(len(group)), "weight": 1.0})
    exit_, cause = np.minimum(months, 60), np.where(months <= 60, 1, 0)
    return lines.assign(age_months=0, gap_months=0), (0 * exit_, exit_, cause), group


@pytest.mark.parametrize(("monthly", "sign"), [((0.003, 0.03), -1), ((0.03, 0.003), 1)], ids=["too high", "too low"])
def test_what_is_published_is_moved_against_the_error_of_held_out_forecasts(monthly, sign):
    data = uneven(*monthly)
    model = HazardModel(statics=("size",), intercepts=(), shrink=0.0, n_replicates=10)
    held_out, (_, exit_, _), _ = cut(data, data[2] == 0)
    without = clone(model).fit(*cut(data, data[2] > 0))
    assert without.calibration_ == (0.0, 1.0)
    error = point(without, held_out, (12,))[:, 0].mean() - (exit_ <= 12).mean()
    assert sign * error < -0.1

    shift, slope = model.fit(*data).calibration_
    assert sign * shift > 0.1
    line = asked(size=0.5)
    log_odds = log_odds_by_hand(model, 0.5, 60, shift, slope)
    published = point(model, line, tuple(range(1, 61)))[0]
    np.testing.assert_allclose(published, incidence_by_hand(log_odds), rtol=1e-10)
    moved = published - incidence_by_hand(log_odds_by_hand(model, 0.5, 60, 0.0, slope))
    assert (sign * moved[0] > 0).all() and sign * moved[0, 11] > 0.01
    parts = model.log_odds(line, 60)
    np.testing.assert_allclose(parts.average + parts.design @ parts.effects, log_odds, rtol=1e-10)


def test_slopes_are_drawn_to_nought_by_their_prior(planted, found):
    tight, loose = (clone(MODEL).set_params(slope_sd=sd).fit(*planted).coef_[N_DURATION] for sd in (0.02, 5.0))
    drawn = found.coef_[N_DURATION]
    assert tight[0] < drawn[0] < loose[0]
    assert tight[1] > drawn[1] > loose[1]
    np.testing.assert_allclose(loose[:2], SIGNAL["size"][:2], atol=0.15)


@pytest.mark.parametrize("landmarks", ["starts", "all"])
def test_mean_incidence_is_that_of_aalen_johansen(planted, found, landmarks):
    lines, y, _ = starts(planted) if landmarks == "starts" else planted
    assert np.abs(departures(found, lines, y)).max() < 0.03


def test_mean_incidence_is_that_of_aalen_johansen_where_the_state_is_on(planted, found):
    for on in (True, False):
        lines, y, _ = cut(planted, (planted[0]["talks"] == 1) == on)
        assert np.abs(departures(found, lines, y)).max() < 0.03


def record_departures(model, learned, keep):
    """Weighted mean of incidence predicted at landmarks of forward cases, minus Aalen-Johansen from there on."""
    lines = learned.landmarks.assign(gap_months=0)
    rows = np.flatnonzero((lines["backward"] == 0).to_numpy() & keep(lines))
    lines, (age, exit_, cause) = lines.iloc[rows], (part[rows] for part in learned.outcome)
    whole = ~lines.duplicated(["case", "age_months"]).to_numpy()
    predicted = np.average(point(model, lines, MEASURED), axis=0, weights=lines["weight"])
    observed = aalen_johansen(0 * age[whole], (exit_ - age)[whole], cause[whole], 3)
    return predicted - observed[:, np.array(MEASURED) - 1], int(whole.sum())


def at_start(lines):
    return (lines["age_months"] == lines.groupby("case")["age_months"].transform("min")).to_numpy()


def test_on_the_record_mean_incidence_at_the_start_is_that_of_aalen_johansen(learned, real):
    away, n = record_departures(real, learned, at_start)
    assert n == 404
    assert np.abs(away).max() < 0.03
    rows = learned.landmarks.assign(line=np.arange(len(learned.landmarks)))[at_start(learned.landmarks)]
    line = rows[(rows["backward"] == 0) & ~rows["case"].duplicated()]["line"]
    age, exit_, cause = (part[line] for part in learned.outcome)
    by_age, since = (
        aalen_johansen(age - origin, exit_ - origin, cause, 3)[:, np.array(MEASURED) - 1] for origin in (0, age)
    )
    assert np.abs(away + since - by_age).max() < 0.03


def test_on_the_record_mean_incidence_at_all_landmarks_is_that_of_aalen_johansen(learned, real):
    away, n = record_departures(real, learned, lambda lines: lines.index % 4 == 0)
    assert n > 400
    assert np.abs(away).max() < 0.03


def test_on_the_record_mean_incidence_where_talks_are_under_way_is_within_the_noise_of_aalen_johansen(learned, real):
    """Of 65 starts: three hundredths is less than one standard error, so the bound is two and a half of them."""
    away, n = record_departures(real, learned, lambda lines: at_start(lines) & (lines["talks_under_way"] > 0))
    assert n > 50
    assert np.abs(away).max() < 2.5 * np.sqrt(0.25 * 0.75 / n)


def test_on_the_record_replicates_of_model_and_base_rate_draw_the_same_groups(learned, real):
    """Else their noise averages out and the interval is too narrow. The base rate leaves out backward groups."""
    lines = learned.landmarks[at_start(learned.landmarks)].iloc[:20].assign(gap_months=0)
    own, base = real._model_incidence(lines, (60,), real.bootstrap())[..., 0], real.base_.draws(lines, (60,))[..., 0]
    linked = [np.corrcoef(own[:, i, k], base[:, i, k])[0, 1] for i in range(len(lines)) for k in range(3)]
    assert np.mean(linked) > 0.25


@pytest.mark.parametrize("name", ["statics", "states"])
def test_a_covariate_that_does_not_vary_changes_nothing(few, small, name):
    lines, y, group = few
    more = clone(MODEL).set_params(**{name: (*getattr(MODEL, name), "same")}).fit(lines.assign(same=0.3), y, group)
    np.testing.assert_allclose(point(more, asked(same=0.3)), point(small, asked()), atol=1e-9)
    np.testing.assert_allclose(point(more, asked(same=1.0)), point(small, asked()), atol=1e-9)


def test_scale_and_origin_of_a_covariate_do_not_matter(few, small):
    lines, y, group = few
    moved = clone(MODEL).fit(lines.assign(size=lines["size"] * 40 - 7), y, group)
    np.testing.assert_allclose(point(moved, asked(size=0.5 * 40 - 7)), point(small, asked()), atol=1e-9)


def test_what_was_a_state_at_the_landmark_fades_and_what_is_fixed_does_not(small):
    line, lag = asked(), np.arange(6)
    design = small._design(line, np.zeros(6, dtype=int), np.zeros(6, dtype=int), lag, forecasting=True)
    size, noise, talks = design[:, N_DURATION : N_DURATION + 3].T
    assert len(set(size)) == len(set(noise)) == 1
    np.testing.assert_allclose(talks / talks[0], decay(lag) / decay(0), rtol=1e-12)


def test_cases_found_backwards_move_slopes_and_not_the_level(few, small):
    """As many cases again, all with a formal end within a year and all large: found because of how they ended."""
    lines, (age, _, _), group = starts(few)
    n = len(lines)
    rng = np.random.default_rng(4)
    more = lines.assign(backward=1.0, size=rng.normal(1, 0.5, n), case=lines["case"] + 10_000)
    data = (
        pd.concat([few[0], more], ignore_index=True),
        tuple(
            np.concatenate(pair) for pair in zip(few[1], (age, age + rng.integers(1, 12, n), age * 0 + 1), strict=True)
        ),
        np.concatenate([few[2], group + 10_000]),
    )
    pooled = clone(MODEL).fit(*data)
    frame = pooled.coef_[N_DURATION + 3]
    assert frame[0] > 1
    assert np.abs(pooled.coef_[N_DURATION] - small.coef_[N_DURATION]).max() > 1e-3
    line = asked(size=0.0)
    assert np.abs(point(pooled, line) - point(small, line)).max() < 0.1
    np.testing.assert_array_equal(point(pooled, line.assign(backward=1.0)), point(pooled, line))
    blind = clone(MODEL).set_params(frame="").fit(*data)
    assert point(blind, line)[0, 0, 0] > point(pooled, line)[0, 0, 0] + 0.1
    np.testing.assert_array_equal(point(pooled.base_, line), point(small.base_, line))


def test_a_group_never_seen_has_no_intercept_of_its_own(few):
    lines, y, group = few
    lines = lines.assign(dyad=[f"d{code % 9}" for code in group], era="1975")
    model = clone(MODEL).set_params(intercepts=("type", "dyad", "era"), shrink=0.0).fit(lines, y, group)
    unseen = asked(type="?", dyad="?", era="2050")
    bare = clone(model)
    bare.__dict__.update({name: value for name, value in vars(model).items() if name.endswith("_")})
    bare.coef_ = model.coef_.copy()
    bare.coef_[N_DURATION + 4 :] = 0
    assert sum(map(len, model.levels_.values())) == 2 + 9 + 1
    np.testing.assert_allclose(
        point(model, unseen), point(bare, asked(type="pledge", dyad="d1", era="1975")), atol=1e-15
    )
    assert np.abs(point(model, asked(type="pledge", dyad="d1", era="1975")) - point(model, unseen)).max() > 1e-4


def test_a_group_of_one_case_has_no_intercept(few):
    lines, y, group = few
    own = clone(MODEL).fit(lines.assign(type=[f"t{case}" for case in lines["case"]]), y, group)
    assert own.levels_ == {"type": []}


def test_groups_may_be_numbers(few, small):
    lines, y, group = few
    numbered = clone(MODEL).fit(lines.assign(type=lines["type"].map({"pledge": 1, "treaty": 2})), y, group)
    np.testing.assert_allclose(point(numbered, asked(type=1)), point(small, asked()), atol=1e-12)


def test_the_forecast_is_a_blend_with_the_base_rate(few, small):
    line = asked(age_months=7, gap_months=2)
    base, own = (clone(small).set_params(shrink=share).fit(*few) for share in (1.0, 0.0))
    np.testing.assert_allclose(point(base, line), point(small.base_, line), atol=1e-15)
    np.testing.assert_allclose(point(small, line), 0.75 * point(own, line) + 0.25 * point(base, line), atol=1e-15)
    np.testing.assert_allclose(base.draws(line, HORIZONS), small.base_.draws(line, HORIZONS), atol=1e-15)


def test_months_unseen_are_walked_before_the_horizon(small):
    ends = [point(small, asked(age_months=10, gap_months=gap)).sum(axis=1) for gap in (0, 1, 12, 60)]
    assert (np.diff(ends, axis=0) > 0).all()
    unseen = point(small, asked(age_months=10, gap_months=14), (6,))
    np.testing.assert_allclose(unseen, point(small, asked(age_months=10), (20,)), atol=1e-15)


def test_the_interval_holds_the_point_and_widens_with_the_level(small):
    incidence = small.predict_cumulative_incidence(asked(), HORIZONS)
    states = np.concatenate([incidence.values, incidence.survival[:, None]], axis=1)
    narrow, wide = (small.predict_interval(asked(), HORIZONS, level=level) for level in (0.5, 0.95))
    assert (wide[0] <= narrow[0]).all() and (narrow[1] <= wide[1]).all()
    assert ((narrow[0] <= states) & (states <= narrow[1])).all()
    assert ((wide[0] >= 0) & (wide[1] <= 1)).all()


def test_the_interval_is_wider_with_fewer_groups(small, found):
    widths = [np.subtract(*model.predict_interval(asked(), HORIZONS)[::-1]).mean() for model in (small, found)]
    assert widths[0] > 1.5 * widths[1]


def test_another_seed_moves_the_interval(few, small):
    other = clone(small).set_params(seed=1).fit(*few)
    np.testing.assert_allclose(other.coef_, small.coef_, atol=1e-12)
    assert (other.predict_interval(asked(), HORIZONS)[0] != small.predict_interval(asked(), HORIZONS)[0]).any()


def test_a_fit_on_other_data_forgets_the_replicates(few, small):
    model = clone(MODEL).fit(*cut(few, few[2] < 20))
    model.bootstrap()
    model.fit(*few)
    np.testing.assert_array_equal(model.bootstrap(), small.bootstrap())


def test_one_kind_of_ending_is_enough(few):
    lines, (age, exit_, cause), group = few
    model = clone(MODEL).fit(lines, (age, exit_, np.where(cause == 2, 2, 0)), group)
    values = point(model, asked())[0]
    assert (values[1] > 0.05).all()
    assert (values[[0, 2]] < 0.01).all()
    lower, upper = model.predict_interval(asked(), HORIZONS)
    assert np.isfinite([lower, upper]).all()
    assert (upper[0, [0, 2]] > 0.03).all()


@pytest.mark.parametrize(
    "n_groups",
    [
        1,
        2,
        5,
    ],
)
def test_a_handful_of_groups_is_enough(few, n_groups):
    lines, y, group = few
    model = clone(MODEL).fit(lines, y, group % n_groups)
    shift, slope = model.calibration_
    assert abs(shift) < 0.5 and 0.3 < slope < 1.7
    assert np.isfinite(model.predict_interval(asked(), HORIZONS)).all()


def test_separation_does_not_blow_up(few):
    lines, (age, exit_, cause), group = few
    model = (
        clone(MODEL)
        .set_params(statics=("told",))
        .fit(lines.assign(told=(cause == 1) * 1.0), (age, exit_, cause), group)
    )
    assert np.abs(model.coef_).max() < 30
    assert np.isfinite(model.predict_interval(asked(told=1.0), HORIZONS)).all()
