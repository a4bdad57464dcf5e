"""The comparison with peers: the same folds for all, nothing lost on the way through files, honest differences."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from benchmarks.peers import fold as folds
from benchmarks.peers import run
from benchmarks.peers.export import N_FOLDS, SPLITS, episode_columns, fold_of
from benchmarks.peers.fit import FORWARD, build, forecast, is_finished, key_of
from benchmarks.peers.learners import LEARNERS, monthly_classifier
from benchmarks.peers.own import OWN
from benchmarks.peers.scoring import read_forecasts, score_designs, skill_difference
from benchmarks.peers.simulate import enlarged
from benchmarks.peers.tables import markdown
from forecasting.backtest import BURN_IN, SCORED, forecast_folds, origins
from forecasting.models.incidence import cumulative_incidence
from forecasting.record.panel import spells
from forecasting.scores.skill import paired_bootstrap


@pytest.fixture(scope="module")
def every_origin(history):
    return origins(history)


@pytest.fixture(scope="module")
def splits(history, every_origin):
    return {design: list(make(history, every_origin)) for design, make in SPLITS.items()}


@pytest.fixture(scope="module")
def fold(history, every_origin, splits):
    return fold_of(history, every_origin, splits["rolling"][0])


def toy_fold(line=(0, 1)):
    """Three cases, one of them found backwards, one with a landmark known only as a probability."""
    train = {
        "features": np.array([[1.0, 0.2], [0.0, 0.2], [0.0, 0.5], [1.0, 0.7]]),
        "type": np.array(["a", "a", "b", "a"]),
        "dyad": np.array(["x", "x", "y", "x"]),
        "era": np.array(["1975", "1975", "2000", "1975"]),
        "backward": np.array([0.0, 0.0, 1.0, 0.0]),
        "case": np.array([0, 0, 1, 2]),
        "age": np.array([0, 0, 12, 5]),
        "exit": np.array([30, 30, 20, 200]),
        "cause": np.array([2, 2, 1, 0]),
        "weight": np.array([0.3, 0.7, 1.0, 1.0]),
        "group": np.array([0, 0, 1, 2]),
    }
    lines = {"features": np.array([[1.0, 0.2], [0.0, 0.4]]), "type": np.array(["a", "b"]), "age": np.array([0, 24])}
    lines |= {"dyad": np.array(["x", "z"]), "era": np.array(["2000", "2000"]), "line": np.array(line)}
    known = {"entry": np.array([0, 5]), "exit": np.array([30, 200]), "cause": np.array([2, 0])}
    known |= {"group": np.array([0, 2]), "type": np.array(["a", "a"])}
    meta = {"names": np.array(["endorsed", "climate"]), "n_model": np.array(2)}
    meta |= {"duration_edges": np.array([6, 12, 36, 84, 180]), "lag_edges": np.array([6, 12, 24, 36, 60])}
    return folds.Fold(train, lines, known, episode_columns(train), meta)


def test_a_fold_comes_back_from_its_file_as_it_was(tmp_path):
    toy = toy_fold()
    folds.write_fold(toy, tmp_path / "cluster-00.npz")
    back = folds.read_fold(tmp_path / "cluster-00.npz")
    for table, columns in vars(toy).items():
        assert set(getattr(back, table)) == set(columns)
        for name, array in columns.items():
            np.testing.assert_array_equal(getattr(back, table)[name], array)
    assert [path.name for path in tmp_path.iterdir()] == ["cluster-00.npz"]


def test_halves_of_a_landmark_are_joined_at_their_mean_and_nothing_else_is():
    whole = folds.joined(toy_fold().train)
    assert whole["features"][:, 0].tolist() == [0.3, 0.0, 1.0]
    assert whole["case"].tolist() == [0, 1, 2]
    assert whole["weight"].tolist() == [1.0, 1.0, 1.0]


def test_without_backward_cases_episodes_point_to_the_same_landmarks():
    toy = toy_fold()
    mine = folds.forward(toy)
    assert (mine.train["backward"] == 0).all()
    kept = toy.train["backward"][toy.episodes["line"]] == 0
    for name in ("age", "features"):
        np.testing.assert_array_equal(
            mine.train[name][mine.episodes["line"]], toy.train[name][toy.episodes["line"][kept]]
        )


def test_covariates_leave_out_what_is_constant_or_told_twice():
    toy = toy_fold()
    x, lines, names = folds.matrices(toy, toy.train)
    assert names == ["endorsed", "climate", "age", "era", "type_a", "type_b"]
    assert x.shape == (4, 6)
    assert lines[:, names.index("type_a")].tolist() == [1.0, 0.0]
    assert "age" not in folds.matrices(toy, toy.train, clock=False)[2]


def test_incidence_is_the_package_s_recursion_and_rates_never_exceed_one():
    rng = np.random.default_rng(1)
    hazards = rng.uniform(0.0, 0.02, (3, 3, 120))
    months = np.asarray(SCORED) - 1
    np.testing.assert_allclose(folds.incidence_of_hazards(hazards), cumulative_incidence(hazards)[..., months])
    states = folds.states(folds.incidence_of_rates(rng.uniform(0.0, 0.5, (3, 3, 120))))
    assert states.min() >= -1e-12
    np.testing.assert_allclose(states.sum(axis=1), 1.0)


def test_a_monthly_classifier_without_covariates_gives_the_endings_per_month_at_risk():
    toy = toy_fold()
    rates = toy.episodes["ended"].sum(axis=0) / (toy.episodes["ended"].sum() + toy.episodes["none"].sum())
    np.testing.assert_allclose(rates, np.array([1.0, 1.0, 0.0]) / (30 + 8 + 120))
    expected = folds.incidence_of_hazards(np.broadcast_to(rates[None, :, None], (2, 3, 120)))[:, :2]
    found = monthly_classifier(toy, DummyClassifier(strategy="prior"))()
    np.testing.assert_allclose(found, expected)


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


def test_a_fold_of_components_holds_no_landmark_of_those_left_out(history, every_origin, splits):
    split = splits["cluster"][0]
    fold = fold_of(history, every_origin, split)
    core, forward = (spells(history, population=population) for population in ("pooled", "forward"))
    assert len(np.unique(fold.train["case"])) == len(core.case_ids) - len(split.held_out) < len(core.case_ids)
    held = {number for case, number in zip(core.case_ids, core.group, strict=True) if case in split.held_out}
    assert held.isdisjoint(fold.train["group"])
    assert len(fold.spells["cause"]) == len(set(forward.case_ids) - set(split.held_out))


def test_models_read_from_a_file_forecast_as_the_backtest_does(history, every_origin, splits, fold):
    split = splits["rolling"][0]
    (expected,) = forecast_folds(history, every_origin, "concluded", [split])
    for model, states in expected.items():
        np.testing.assert_array_equal(forecast(OWN[model], fold)[0], states)


def test_simulated_records_have_the_cases_wanted_and_the_noise_only_where_numbers_are_not_whole(fold):
    larger = enlarged(fold, 3)
    assert len(np.unique(larger.train["case"])) == 3 * len(np.unique(fold.train["case"]))
    whole = list(fold.meta["names"]).index("bilateral")
    assert set(larger.train["features"][:, whole]) == set(fold.train["features"][:, whole])
    assert larger.episodes["line"].max() == len(larger.train["age"]) - 1


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
    for name in (*OWN, *LEARNERS):
        assert [path.name for path in build(f"{name}{FORWARD}")[1]][1] == ("own.py" if name in OWN else "learners.py")


def stored(folder, fold, model, probabilities):
    for number, (lines, values) in enumerate(zip(fold, probabilities, strict=True)):
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
    """A run over three folds in which one peer gives the base rate's numbers and the primary better ones."""
    folder = tmp_path_factory.mktemp("run")
    lines = [np.arange(len(few.group))[number::3] for number in range(3)]
    flat = np.random.default_rng(0).dirichlet(np.ones(4), (len(few.group), 5)).transpose(0, 2, 1)
    right = np.eye(4)[np.maximum(few.states, 0)].transpose(0, 2, 1)
    given = {"base_rate": flat, "type_base_rate": flat, "copy": flat, "primary": 0.9 * flat + 0.1 * right}
    for model, values in given.items():
        stored(folder, lines, model, [values[line] for line in lines])
    return folder, given, score_designs(few, folder, list(given), ["cluster"])


def test_forecasts_come_back_in_the_order_of_the_origins(few, scored):
    folder, given, _ = scored
    values, times = read_forecasts(folder, "copy", "cluster", len(few.group))
    np.testing.assert_array_equal(values, given["copy"])
    assert times == {"fit_seconds": 2.0, "forecast_seconds": 0.5, "peak_mb": 100.0}


def test_the_numbers_of_the_base_rate_have_no_skill_exactly(scored):
    table = scored[2].set_index(["weight", "model"])
    for weight in ("case", "forecast"):
        for name in ("skill_over_base_rate", "skill_over_type_base_rate"):
            row = table.loc[(weight, "copy")]
            assert (row[name], row[f"{name}_lower"], row[f"{name}_upper"]) == (0.0, 0.0, 0.0)
        itself = table.loc[(weight, "primary")]
        assert itself["primary_minus"] == itself["primary_minus_lower"] == itself["primary_minus_upper"] == 0.0
        better = table.loc[(weight, "copy")]
        np.testing.assert_allclose(better["primary_minus"], itself["skill_over_base_rate"])
        np.testing.assert_allclose(better["primary_minus_lower"], itself["skill_over_base_rate_lower"])
        np.testing.assert_allclose(itself["skill_over_base_rate"], 0.19)


def test_the_registered_weight_is_one_per_case_and_the_other_one_per_forecast(few, scored):
    table = scored[2].set_index(["weight", "model"])
    n = int((few.states >= 0).any(axis=1).sum())
    assert set(table["n"]) == {n}
    assert table.loc[("case", "copy"), "brier"] != table.loc[("forecast", "copy"), "brier"]


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
    own = published.set_index(["design", "weight", "model"]).loc[("cluster", "forecast", "gradient_boosting_damped")]
    for name in ("skill_over_base_rate", "primary_minus"):
        assert "{:.3f} [{:.3f}, {:.3f}]".format(*own[[name, f"{name}_lower", f"{name}_upper"]]) in readme
    assert (folder / "INNER.md").read_text(encoding="utf-8") in readme


def test_requirements_are_plain_pins():
    lines = (Path(run.__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [line for line in lines if re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)] != []
