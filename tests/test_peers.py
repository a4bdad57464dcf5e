"""The comparison with peers: the same folds for all, nothing lost on the way through files, honest differences."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from benchmarks.peers import fold as folds
from benchmarks.peers import run
from benchmarks.peers.export import N_FOLDS, NAMES, SPLITS, TARGET, completed, drawn_ends, episode_columns, fold_of
from benchmarks.peers.fit import build, forecast, is_finished, key_of
from benchmarks.peers.learners import LEARNERS, monthly_classifier
from benchmarks.peers.own import OF_RECORD, OWN, UnshrunkLadder
from benchmarks.peers.scoring import read_forecasts, score_designs, skill_difference
from benchmarks.peers.tables import markdown
from forecasting.backtest import BURN_IN, SCORED, origins
from forecasting.backtest.standings import Known, UncorrectedRecords, origin_standings
from forecasting.features import DossierIndex
from forecasting.forecasts.ladder_training import ladder_training
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.detection import Detection, gap, on_record
from forecasting.models.incidence import cumulative_incidence
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.record.panel import spells
from forecasting.scores.skill import paired_bootstrap

ACTIVE_3, STALLED_2 = 9, 7


@pytest.fixture(scope="module")
def every_origin(history):
    return origins(history)


@pytest.fixture(scope="module")
def splits(history, every_origin):
    return {design: list(make(history, every_origin)) for design, make in SPLITS.items()}


@pytest.fixture(scope="module")
def whole(history):
    return Known(history, DossierIndex(history, TARGET))


@pytest.fixture(scope="module")
def standings(whole, every_origin):
    return origin_standings(UncorrectedRecords(whole, TARGET), every_origin)


def made_fold(known, split, every_origin, standings):
    learned = ladder_training(known.index, spells(known.history, TARGET)).without(split.held_out)
    return fold_of(learned, standings.of(split.lines), every_origin.lines.iloc[split.lines], split)


@pytest.fixture(scope="module")
def fold(whole, every_origin, splits, standings):
    """The first stretch of five years."""
    split = splits["rolling"][0]
    return made_fold(whole.at(split.day, TARGET), split, every_origin, standings)


def toy_cases():
    """Two cases that end, one that goes on and was last seen at 20 months, on a record that covers 200."""
    n, states = 3, np.full((3, 200), ACTIVE_3)
    states[1] = STALLED_2
    return FollowUps(
        key=np.arange(n), component=np.arange(n), weight=np.ones(n), entry=np.array([0, 12, 5]),
        exit=np.array([30, 20, 20]), cause=np.array([2, 1, 0]), until=np.array([30, 20, 200]),
        looked=np.array([30, 20, 20]), form=np.zeros(n, int), term=np.zeros(n, int), states=states,
    )  # fmt: skip


def toy_fold(line=(0, 1)):
    """Three cases, one with a landmark known only as a probability."""
    cases = toy_cases()
    lines = Lines(np.array([0, 0, 1, 2]), np.array([0, 0, 12, 5]), np.array([0.3, 0.7, 1, 1]), np.zeros((4, 0)))
    at_risk, endings = completed(cases, no_unseen_end())
    train = {
        "features": np.array([[1.0, 0.2], [0.0, 0.2], [0.0, 0.5], [1.0, 0.7]]),
        "type": np.array(["a", "a", "b", "a"]),
        "case": lines.row,
        "age": lines.age,
        "exit": cases.until[lines.row],
        "cause": cases.cause[lines.row],
        "weight": lines.weight,
        "group": lines.row,
    }
    test = {"features": np.array([[1.0, 0.2], [0.0, 0.4]]), "type": np.array(["a", "b"]), "age": np.array([0, 24])}
    test |= {"line": np.array(line), "weight": np.ones(2), "noted": np.ones((2, folds.N_MONTHS, folds.N_CAUSES))}
    meta = {"names": np.array(["endorsed", "climate"])}
    meta |= {"duration_edges": np.array([6, 12, 36, 84, 180]), "lag_edges": np.array([6, 12, 24, 36, 60])}
    return folds.Fold(train, test, episode_columns(cases, lines, at_risk, endings), meta)


def no_unseen_end():
    """A base rate that has only seen cases formalized, which nobody misses."""
    n = np.arange(4)
    end = np.full(4, 200)
    cases = FollowUps(n, n, np.ones(4), 0 * n, end, np.ones(4, int), end, end, 0 * n, 0 * n, np.zeros((4, 200), int))
    return DatedRate(n_draws=2).fit(cases, np.full(4, 200))


def all_fade():
    """A base rate of a hundred cases that fade, one every other month."""
    n = np.arange(100)
    end, cause = np.arange(1, 101) * 2, np.full(100, 3)
    cases = FollowUps(n, n, np.ones(100), 0 * n, end, cause, end, end, 0 * n, 0 * n, np.zeros((100, 200), int))
    return DatedRate(n_draws=2).fit(cases, np.full(100, 200))


def test_a_fold_comes_back_from_its_file_as_it_was(tmp_path):
    toy = toy_fold()
    folds.write_fold(toy, tmp_path / "cluster-00.npz")
    back = folds.read_fold(tmp_path / "cluster-00.npz")
    for table, columns in vars(toy).items():
        assert set(getattr(back, table)) == set(columns)
        for name, array in columns.items():
            np.testing.assert_array_equal(getattr(back, table)[name], array)
    assert [path.name for path in tmp_path.iterdir()] == ["cluster-00.npz"]


def test_readings_of_a_landmark_are_joined_at_their_mean_and_nothing_else_is():
    joined = folds.joined(toy_fold().train)
    assert joined["features"][:, 0].tolist() == [0.3, 0.0, 1.0]
    assert joined["case"].tolist() == [0, 1, 2]
    assert joined["weight"].tolist() == [1.0, 1.0, 1.0]


def test_covariates_leave_out_what_is_constant_or_told_twice():
    toy = toy_fold()
    x, lines, names = folds.matrices(toy, toy.train)
    assert names == ["endorsed", "climate", "age", "type_a", "type_b"]
    assert x.shape == (4, 5)
    assert lines[:, names.index("type_a")].tolist() == [1.0, 0.0]
    assert "age" not in folds.matrices(toy, toy.train, clock=False)[2]


def test_incidence_is_the_package_s_recursion_and_rates_never_exceed_one():
    rng = np.random.default_rng(1)
    hazards = rng.uniform(0.0, 0.02, (3, 3, 120))
    np.testing.assert_allclose(folds.incidence_of_hazards(hazards), cumulative_incidence(hazards))
    total = folds.incidence_of_rates(rng.uniform(0.0, 0.5, (3, 3, 120))).sum(axis=1)
    assert total.max() <= 1.0 + 1e-12


def test_incidence_is_thinned_by_what_is_on_record_as_the_package_does_and_readings_are_averaged():
    rng = np.random.default_rng(3)
    rise = rng.uniform(0.0, 0.002, (3, 3, 120))
    noted = np.stack([Detection().monthly(120, until) for until in (130.0, 130.0, 240.0)])
    test = {"noted": noted, "weight": np.array([0.25, 0.75, 1.0]), "line": np.array([4, 4, 9])}
    found = folds.states_on_record(np.cumsum(rise, axis=2), test)
    expected = np.stack([on_record(each, later, SCORED) for each, later in zip(rise, noted, strict=True)])
    np.testing.assert_allclose(found[1, :3], expected[2])
    np.testing.assert_allclose(found[0, :3], 0.25 * expected[0] + 0.75 * expected[1])
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert (found[1, 2] < np.cumsum(rise, axis=2)[2, 2, np.array(SCORED) - 1]).all()


def test_a_monthly_classifier_without_covariates_gives_the_endings_per_month_at_risk():
    toy = toy_fold()
    rates = toy.episodes["ended"].sum(axis=0) / (toy.episodes["ended"].sum() + toy.episodes["none"].sum())
    np.testing.assert_allclose(rates, np.array([1.0, 1.0, 0.0]) / (30 + 8 + 120))
    expected = folds.incidence_of_hazards(np.broadcast_to(rates[None, :, None], (2, 3, 120)))[:, :2]
    found = monthly_classifier(toy, DummyClassifier(strategy="prior"))()
    np.testing.assert_allclose(found, expected)


def test_months_after_the_last_sight_are_completed_by_the_base_rate():
    cases, base = toy_cases(), all_fade()
    at_risk, endings = completed(cases, base)
    assert endings[0, 29].tolist() == [0.0, 1.0, 0.0]
    assert at_risk[1].sum() == 8
    own = endings[2, 20:]
    assert own[:, 0].sum() == 0.0 < own[:, 2].sum() < 1.0
    np.testing.assert_allclose(at_risk[2, 21:], 1.0 - np.cumsum(own.sum(axis=1))[:-1])
    sure_at_risk, sure = completed(cases, no_unseen_end())
    assert sure[2].sum() == 0.0
    assert sure_at_risk[2, 5:].tolist() == [1.0] * 195


def test_the_whole_gap_ends_as_often_as_the_package_says():
    base, cases = all_fade(), toy_cases()
    at = Seen(np.array([20]), np.array([180]), np.zeros(1), np.array([""]))
    expected = gap(base.increments(at, 0, 180), Detection().monthly(180, 0.0)).ended
    np.testing.assert_allclose(completed(cases, base)[1][2].sum(axis=0), expected)


def test_an_uncertain_end_is_drawn_once_for_each_case_and_as_often_as_it_is_likely():
    cases = toy_cases()
    many = 600
    rows = {name: np.repeat(getattr(cases, name)[2:], many, axis=0) for name in cases.__dataclass_fields__}
    cases = replace(FollowUps(**rows), key=np.arange(many))
    endings = completed(cases, all_fade())[1]
    exit_, cause = drawn_ends(cases, endings)
    assert set(cause) == {0, 3}
    assert abs((cause == 3).mean() - endings[0].sum()) < 4 * np.sqrt(0.25 / many)
    assert (exit_[cause == 0] == 200).all()
    assert (exit_[cause == 3] > 20).all()
    np.testing.assert_array_equal(drawn_ends(cases, endings)[0], exit_)
    sure, causes = drawn_ends(cases, np.zeros_like(endings))
    assert (sure == 200).all() and not causes.any()


def test_every_origin_is_forecast_once_and_no_component_straddles_a_fold(history, every_origin, splits):
    core = spells(history, population="pooled")
    component = dict(zip(core.case_ids, core.group, strict=True))
    assert len(splits["cluster"]) == N_FOLDS
    assert sorted(np.concatenate([split.lines for split in splits["cluster"]])) == list(range(len(every_origin.group)))
    for split in splits["cluster"]:
        held = {component[case] for case in split.held_out}
        assert held.isdisjoint(number for case, number in component.items() if case not in split.held_out)
        assert set(every_origin.lines["case_id"].iloc[split.lines]) <= set(split.held_out)


def test_rolling_models_are_older_than_the_forecasts_by_less_than_five_years(history, every_origin, splits):
    first = splits["rolling"][0].day
    assert spells(history.at(first.replace(year=first.year - 1))).endings().sum() < BURN_IN
    for split in splits["rolling"]:
        days = pd.to_datetime(every_origin.lines["day"].iloc[split.lines])
        assert (days >= pd.Timestamp(split.day)).all()
        assert (days.dt.year < split.day.year + 5).all()
        assert spells(history.at(split.day)).endings().sum() >= BURN_IN


@pytest.mark.long
def test_a_fold_of_components_holds_no_landmark_of_those_left_out(whole, every_origin, splits, standings):
    split = splits["cluster"][0]
    fold = made_fold(whole, split, every_origin, standings)
    core = spells(whole.history, TARGET)
    held = {number for case, number in zip(core.case_ids, core.group, strict=True) if case in split.held_out}
    assert held and held.isdisjoint(fold.train["group"])
    assert len(np.unique(fold.train["case"])) == len(set(core.case_ids) - set(split.held_out)) < len(core.case_ids)


def test_a_fold_has_the_covariates_of_the_ladder_s_model_at_the_landmark(fold, every_origin, standings, splits):
    assert NAMES == (
        "level_unsigned", "level_signed", "level_idle", "broken", "parameters_agreed", "draft_tabled", "term_ahead",
        "term_due", "term_over", "bilateral", "leader_endorsed", "observed_now", "strain",
    )  # fmt: skip
    own = standings.of(splits["rolling"][0].lines)
    sure = np.flatnonzero(own.at.start.max(axis=1) == 1.0)
    assert len(sure) > 50
    for row in sure:
        found = fold.test["features"][fold.test["line"] == splits["rolling"][0].lines[own.line[row]]]
        level, status = divmod(int(own.at.start[row].argmax()), 3)
        shown = found[:, :4].max(axis=0)
        assert shown.tolist() == [
            (status == 0 and not own.at.form[row]) * level / 5,
            (status == 0 and bool(own.at.form[row])) * level / 5,
            (status > 0) * level / 5,
            status == 2,
        ]
    np.testing.assert_allclose(np.bincount(fold.test["line"], fold.test["weight"])[splits["rolling"][0].lines], 1.0)


def test_a_finished_fold_is_known_by_its_arrays_and_its_code(tmp_path):
    code, out = tmp_path / "code.py", tmp_path / "out.npz"
    code.write_text("a = 1\n")
    assert not is_finished(out, key_of([code]))
    folds.write_arrays(out, {"key": key_of([code])})
    assert is_finished(out, key_of([code]))
    code.write_text("a = 2\n")
    assert not is_finished(out, key_of([code]))


def test_each_name_belongs_to_one_environment():
    assert set(OWN).isdisjoint(LEARNERS)
    assert set(OF_RECORD).isdisjoint({*OWN, *LEARNERS})
    for name in (*OWN, *LEARNERS):
        assert [path.name for path in build(name)[1]][1] == ("own.py" if name in OWN else "learners.py")


def test_plain_references_forecast_every_line(fold):
    for fit in OWN.values():
        found = forecast(fit, fold)[0]
        assert found.shape == (len(np.unique(fold.test["line"])), 4, 5)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        assert found.min() >= -1e-12


def test_without_shrinkage_slopes_are_larger_and_nothing_is_drawn(whole, splits):
    known = whole.at(splits["rolling"][0].day, TARGET)
    learned = ladder_training(known.index, spells(known.history, TARGET))
    free = learned.fit(UnshrunkLadder(learned.covariates, scales=(10.0,), case_sd=0.0, n_splits=0, n_draws=2))
    usual = learned.fit(LadderModel(learned.covariates, n_splits=0, n_draws=2))
    assert np.abs(free.hazard_.mean_coef[6:, 0]).sum() > 2 * np.abs(usual.hazard_.mean_coef[6:, 0]).sum()
    np.testing.assert_allclose(free._by_age[0], free._by_age[1], rtol=1e-9)
    assert not np.allclose(usual._by_age[0], usual._by_age[1], rtol=1e-9)


def stored(folder, lines_of_folds, model, probabilities):
    for number, (lines, values) in enumerate(zip(lines_of_folds, probabilities, strict=True)):
        path = folder / f"cluster-{number:02}.npz"
        folds.write_fold(toy_fold(lines), path)
        (folder / model).mkdir(exist_ok=True)
        times = {"fit_seconds": 1.0 + number, "forecast_seconds": 0.5, "peak_mb": 100.0}
        folds.write_arrays(folder / model / path.name, {"probabilities": values, **times})


@pytest.fixture(scope="module")
def few(every_origin):
    """Every tenth origin."""
    return every_origin.select(np.arange(len(every_origin.group)) % 10 == 0)


@pytest.fixture(scope="module")
def scored(few, tmp_path_factory):
    """A run over three folds in which one peer gives the base rate's numbers and the ladder better ones."""
    folder = tmp_path_factory.mktemp("run")
    lines = [np.arange(len(few.group))[number::3] for number in range(3)]
    flat = np.random.default_rng(0).dirichlet(np.ones(4), (len(few.group), 5)).transpose(0, 2, 1)
    right = np.eye(4)[np.maximum(few.states, 0)].transpose(0, 2, 1)
    given = {"base_rate": flat, "copy": flat, "ladder": 0.9 * flat + 0.1 * right}
    for model, values in given.items():
        stored(folder, lines, model, [values[line] for line in lines])
    return folder, given, score_designs(few, folder, list(given), ["cluster"])


def test_forecasts_come_back_in_the_order_of_the_origins(few, scored):
    folder, given, _ = scored
    values, times = read_forecasts(folder, "copy", "cluster", len(few.group))
    np.testing.assert_array_equal(values, given["copy"])
    assert times == {"fit_seconds": 2.0, "forecast_seconds": 0.5, "peak_mb": 100.0}


def test_the_numbers_of_the_base_rate_have_no_skill_exactly(scored):
    table = scored[2].set_index(["score", "model"])
    for score in ("formalized", "formalized_12", "states", "collapsed", "faded"):
        row, itself = table.loc[(score, "copy")], table.loc[(score, "ladder")]
        names = ("skill_over_base_rate", "skill_over_base_rate_lower", "skill_over_base_rate_upper")
        assert [row[name] for name in names] == [0.0] * 3
        assert itself["ladder_minus"] == itself["ladder_minus_lower"] == itself["ladder_minus_upper"] == 0.0
        np.testing.assert_allclose(row["ladder_minus"], itself["skill_over_base_rate"])
        np.testing.assert_allclose(row["ladder_minus_lower"], itself["skill_over_base_rate_lower"])
        np.testing.assert_allclose(itself["skill_over_base_rate"], 0.19)


def test_every_forecast_whose_window_is_over_has_the_same_weight(few, scored):
    table = scored[2].set_index(["score", "model"])
    for score, horizon in (("formalized", None), ("formalized_12", 12)):
        assert table.loc[(score, "copy"), "n"] == few.weights("forecast", horizon).sum()
    state = few.states[:, 0]
    chance = scored[1]["copy"][state >= 0, 0, 0]
    np.testing.assert_allclose(
        table.loc[("formalized_12", "copy"), "brier"], ((chance - (state[state >= 0] == 0)) ** 2).mean()
    )


def test_a_difference_of_skills_is_the_difference_and_is_drawn_in_pairs():
    rng = np.random.default_rng(2)
    reference, other, score = rng.uniform(0.1, 0.5, (3, 200))
    weights, groups = rng.uniform(0.0, 1.0, 200), rng.integers(0, 20, 200)
    found = skill_difference(score, other, reference, weights, groups)
    mine, theirs = (paired_bootstrap(each, reference, weights, groups).value for each in (score, other))
    np.testing.assert_allclose(found[0], mine - theirs)
    assert found[1] < found[0] < found[2]
    assert skill_difference(other, other, reference, weights, groups) == (0.0, 0.0, 0.0)


def test_an_origin_in_two_folds_is_refused(every_origin, tmp_path):
    lines = [np.array([0, 1]), np.array([1, 2])]
    stored(tmp_path, lines, "copy", np.full((2, 2, 4, 5), 0.25))
    with pytest.raises(
        ValueError, match="expected each origin in one fold of cluster, got one again in cluster-01.npz"
    ):
        read_forecasts(tmp_path, "copy", "cluster", len(every_origin.group))


def test_the_published_tables_are_those_of_the_published_numbers():
    folder = Path(run.__file__).parent
    published = pd.read_csv(folder / "results.csv")
    assert (folder / "RESULTS.md").read_text(encoding="utf-8") == markdown(published)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    rows = published.set_index(["design", "score", "model"])
    for design in ("cluster", "rolling"):
        for model in ("gradient_boosting_damped", "cox_time_varying_ridge", "random_survival_forest"):
            row = rows.loc[(design, "formalized", model)]
            for name in ("skill_over_base_rate", "ladder_minus"):
                assert "{:.3f} [{:.3f}, {:.3f}]".format(*row[[name, f"{name}_lower", f"{name}_upper"]]) in readme


def test_requirements_are_plain_pins():
    lines = (Path(run.__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [line for line in lines if re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)] != []
