import dataclasses
from datetime import date

import numpy as np
import pytest

from forecasting import UsageError
from forecasting.backtest.multiverse.codings import N_FOLDS, every_coding
from forecasting.backtest.multiverse.refit import (
    chosen_codings,
    fitted,
    headlines,
    landmarks_under,
    out_of_sample,
    skill_over_base_rate,
)
from forecasting.backtest.multiverse.run import _specified, multiverse
from forecasting.backtest.multiverse.specifications import FACTORS, Specification, specifications
from forecasting.backtest.origins import observed_states
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.fit import fit_hazard
from forecasting.forecasts.training import training_set
from forecasting.models.hazard import HazardModel

DAY = date(1982, 1, 1)
CASE = "salt2-observance-1979"


@pytest.fixture(scope="module")
def past(history):
    return history.at(DAY)


@pytest.fixture(scope="module")
def codings(past):
    return every_coding(past, [CASE])


@pytest.fixture(scope="module")
def recorded(codings):
    return landmarks_under(codings, Specification(), {})


def single(factor):
    return [Specification(**{factor: level}) for level in FACTORS[factor][1:]]


def test_the_registered_sample_is_what_the_model_is_trained_on(past, codings, recorded):
    learned = training_set(past, DossierIndex(past), MODEL_FEATURES, "concluded")
    theirs = learned.landmarks[learned.landmarks["weight"] == 1.0].sort_values(["case_id", "age_months"])
    sure = recorded.landmarks[~recorded.landmarks["leader_endorsed"].between(0, 1, inclusive="neither")]
    ours = sure.sort_values(["case_id", "age_months"])
    names = [name for name in MODEL_FEATURES if name in codings.landmarks]
    assert len(ours) == len(theirs) > 100
    for name in ("case_id", "age_months", "type", "dyad", "era", "backward", *names):
        np.testing.assert_array_equal(ours[name].to_numpy(), theirs[name].to_numpy(), err_msg=name)


def test_the_registered_fit_is_the_model_without_recalibration(past, codings, recorded):
    learned = training_set(past, DossierIndex(past), MODEL_FEATURES, "concluded")
    theirs = fit_hazard(HazardModel(n_folds=1, n_replicates=1), learned)
    np.testing.assert_allclose(fitted(codings, Specification(), recorded).coef_, theirs.coef_, atol=1e-8)


def test_no_component_straddles_a_fold(codings):
    recorded = codings.spells.xs(0, level="coding")
    assert (recorded.groupby("group")["fold"].nunique() == 1).all()
    assert set(recorded["fold"]) == set(range(N_FOLDS))
    assert (codings.spells.groupby("case_id")["fold"].nunique() == 1).all()


def test_a_coding_taken_changes_its_case_and_no_other(codings, recorded):
    case = next(case for case, names in codings.names.items() if (case, 1) in codings.spells.index)
    other = landmarks_under(codings, Specification(), {case: 1})
    rest, mine = (part.landmarks[part.landmarks["case_id"] != case] for part in (recorded, other))
    np.testing.assert_array_equal(rest["row"].to_numpy(), mine["row"].to_numpy())
    assert set(other.landmarks.loc[other.landmarks["case_id"] == case, "coding"]) <= {1}


def test_each_rule_does_what_it_says(codings, recorded):
    cause = recorded.outcome[2]
    (own_act,), (censored,), (alive,) = (
        [landmarks_under(codings, each, {}) for each in single(name)]
        for name in ("collapse", "fading", "ongoing_until")
    )
    assert (cause == 3).sum() > 0
    assert (own_act.outcome[2] == 3).sum() > (cause == 3).sum()
    assert (own_act.outcome[2] == 2).sum() < (cause == 2).sum()
    np.testing.assert_array_equal(censored.outcome[2], np.where(cause == 3, 0, cause))
    assert len(alive.landmarks) >= len(recorded.landmarks)
    assert (alive.outcome[2] > 0).sum() == (cause > 0).sum()
    for name in ("ceasefire_like", "pledges_of_use", "low_confidence", "first_year"):
        assert all(
            len(landmarks_under(codings, each, {}).landmarks) < len(recorded.landmarks) for each in single(name)
        ), name
    forward, every = (landmarks_under(codings, each, {}) for each in single("learned_from"))
    assert forward.landmarks["forward"].all()
    assert len(every.landmarks) > len(recorded.landmarks)


def test_drawn_codings_repeat_and_follow_their_seed(codings):
    drawn = chosen_codings(codings, Specification(codings="drawn", draw=1))
    assert drawn == chosen_codings(codings, Specification(codings="drawn", draw=1))
    assert drawn != chosen_codings(codings, Specification(codings="drawn", draw=2))
    assert chosen_codings(codings, Specification()) == {}
    assert all(1 <= number <= len(codings.names[case]) for case, number in drawn.items())


def test_the_precedents_of_a_fold_do_not_know_its_endings(codings):
    for fold in range(N_FOLDS):
        assert not np.array_equal(codings.precedents["concluded", fold], codings.precedents["concluded", -1])


def test_every_origin_is_forecast_out_of_sample_on_the_loop_of_the_backtest(codings, recorded):
    specification = Specification()
    scored = out_of_sample(codings, specification, recorded)
    lines = recorded.landmarks
    age, exit_, cause = (part[(lines["forward"] & lines["core"]).to_numpy()] for part in recorded.outcome)
    assert len(scored.origins.group) == (observed_states(age, exit_, cause) >= 0).any(axis=1).sum()
    assert set(scored.origins.lines["fold"]) == set(range(N_FOLDS))
    known = scored.origins.states >= 0
    for values in scored.probabilities.values():
        np.testing.assert_array_equal(~np.isnan(values).any(axis=1), known)
        np.testing.assert_allclose(values.sum(axis=1)[known], 1.0)
    own = scored.skill("primary").value
    assert skill_over_base_rate(scored, specification) == pytest.approx(own)
    assert skill_over_base_rate(scored, Specification(weights="forecast")) != pytest.approx(own)


def test_endings_of_a_fold_change_none_of_its_forecasts_and_those_of_others_do(codings, recorded):
    """The twin of the test: the same change outside the fold does move its forecasts."""
    mine = out_of_sample(codings, Specification(), recorded)
    in_fold = (recorded.landmarks["fold"] == 0).to_numpy()
    rows = (mine.origins.lines["fold"] == 0).to_numpy()
    age, exit_, cause = recorded.outcome
    for chosen, is_same in ((in_fold, True), (~in_fold, False)):
        planted = dataclasses.replace(recorded, outcome=(age, exit_, np.where(chosen & (cause > 0), 1, cause)))
        theirs = out_of_sample(codings, Specification(), planted)
        same = [
            np.array_equal(mine.probabilities[m][rows], theirs.probabilities[m][rows], equal_nan=True)
            for m in mine.probabilities
        ]
        assert same == [is_same] * len(same)


def test_a_run_gives_what_each_specification_gives_alone(past, codings, recorded):
    run = multiverse(past, [CASE], n=30)
    assert len(run.table) == 30
    for line in (0, 7, 29):
        (row,) = _specified(codings, specifications(30)[line : line + 1])
        assert {name: run.table[name][line] for name in row} == row
    model = fitted(codings, Specification(), recorded)
    assert run.spread(CASE)["registered"] == headlines(codings, Specification(), {}, model)[CASE]
    assert run.shares(CASE).sum() == pytest.approx(1.0)
    assert run.decisions["change"].abs().is_monotonic_decreasing
    assert len(run.decisions) == sum(map(len, codings.names.values()))


def test_a_specification_that_leaves_too_few_endings_has_no_numbers(codings):
    few = dataclasses.replace(codings, spells=codings.spells[codings.spells["fold"] == 0])
    (row,) = _specified(few, [Specification(first_year="1970")])
    assert np.isnan(row["skill"])
    assert row["n"] == 0
    assert CASE not in row


def test_what_cannot_be_run_is_refused(past):
    with pytest.raises(
        UsageError, match="^expected at least 30 specifications, got 29; ask for more with --specifications$"
    ):
        multiverse(past, [CASE], n=29)
    with pytest.raises(UsageError, match="^expected at least one job, got 0; 1 runs in this process$"):
        multiverse(past, [CASE], jobs=0)
    with pytest.raises(UsageError, match="^expected a case that goes on, got vladivostok-1974, which formalized"):
        multiverse(past, ["vladivostok-1974"], n=30)
