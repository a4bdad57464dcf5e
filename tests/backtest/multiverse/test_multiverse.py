"""The multiverse of the ladder forecast: the registered one first, each rule by itself, nothing known from a held out fold."""

import dataclasses
from datetime import date

import numpy as np
import pytest

from forecasting import UsageError
from forecasting.backtest.multiverse.codings import N_FOLDS, Codings
from forecasting.backtest.multiverse.learned import chosen_codings, learned
from forecasting.backtest.multiverse.refit import HEADLINE_MONTHS, Refit, formalized_score
from forecasting.backtest.multiverse.rows import Reader, at_face_value, on_their_own_days
from forecasting.backtest.multiverse.run import Registered, decided, multiverse, specified
from forecasting.backtest.multiverse.specifications import FACTORS, Specification, specifications
from forecasting.backtest.origins import origins
from forecasting.backtest.standings import Known, UncorrectedRecords, origin_standings
from forecasting.features import DossierIndex
from forecasting.forecasts.ladder_rows import COVARIATES, case_key, read_paths
from forecasting.forecasts.ladder_training import ladder_training
from forecasting.models.dated_rate import Seen
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_folds import NEARLY_NONE
from forecasting.models.linear_pool import linear_pool
from forecasting.record.panel import spells

DAY = date(1982, 1, 1)
CASE = "salt2-observance-1979"
REGISTERED = Specification()


@pytest.fixture(scope="module")
def past(history):
    return history.at(DAY)


@pytest.fixture(scope="module")
def codings(past):
    return Codings(past)


@pytest.fixture(scope="module")
def reader(past, codings):
    return Reader(past, codings)


@pytest.fixture(scope="module")
def under(codings, reader):
    """What is learned under one departure from the registered choices."""
    return lambda **choice: learned(codings, reader, Specification(**choice), {})


@pytest.fixture(scope="module")
def recorded(under):
    return under()


@pytest.fixture(scope="module")
def trained(past):
    return ladder_training(DossierIndex(past), spells(past))


def single(factor):
    return [Specification(**{factor: level}) for level in FACTORS[factor][1:]]


@pytest.mark.long
def test_the_registered_fit_is_the_product_s_without_recalibration(codings, reader, trained):
    theirs = trained.fit(LadderModel(COVARIATES, n_splits=0, calibration_sd=NEARLY_NONE, n_draws=2))
    ours = Refit(codings, reader, REGISTERED).model(n_draws=2)
    np.testing.assert_allclose(ours.hazard_.coef, theirs.hazard_.coef, atol=1e-8)
    np.testing.assert_allclose(ours.moves_.matrix, theirs.moves_.matrix, atol=1e-12)
    assert ours.n_ == theirs.n_ == len(trained.core.case_ids)


def test_what_is_published_is_the_product_s_forecast(past, codings, reader, trained):
    refit = Refit(codings, reader, REGISTERED)
    weight, at = refit._standings(codings.cases[CASE, 0])
    model = trained.fit(LadderModel(COVARIATES, n_draws=200))
    seen = Seen(at.age[:1], at.gap[:1], at.looked[:1], np.array([""]))
    base = trained.fit_rate("base_rate", model.detection).predict_cumulative_incidence(seen, (HEADLINE_MONTHS,))
    whole = model.mixed_draws(at, weight, (HEADLINE_MONTHS,)).mean(axis=0)[0, 0]
    assert refit.published((CASE,))[CASE] == pytest.approx(float(linear_pool(whole, base.values[0, 0, 0])), abs=1e-9)
    assert refit.headlines((CASE,))[CASE] != pytest.approx(refit.published((CASE,))[CASE], abs=1e-6)


def test_origins_states_and_standings_are_those_of_the_backtest(past, recorded):
    found = origins(past)
    found = found.select(found.is_scored())
    assert len(recorded.judged) == len(found.states) > 100
    ids = dict(zip(recorded.cases.key.tolist(), recorded.row_case.tolist(), strict=True))
    place = {(ids[case_key(name)], age): i for i, (name, age) in
             enumerate(zip(found.lines["case_id"], found.lines["age_months"], strict=True))}  # fmt: skip
    marks = zip(recorded.mark_case[recorded.judged], recorded.mark_age[recorded.judged], strict=True)
    order = [place[int(case), int(age)] for case, age in marks]
    np.testing.assert_array_equal(recorded.states, found.states[order])
    np.testing.assert_array_equal(recorded.recorded, found.lines["recorded_months"].to_numpy()[order])
    at = origin_standings(UncorrectedRecords(Known(past, DossierIndex(past)), "concluded"), found)
    _, weight, ours = recorded.standings(np.arange(len(recorded.judged)), -1)
    mine = sorted(zip(ours.key.tolist(), ours.age.tolist(), ours.start.argmax(axis=1).tolist(),
                      map(tuple, ours.covariates.tolist()), weight.tolist(), strict=True))  # fmt: skip
    other = sorted(zip(at.at.key.tolist(), at.at.age.tolist(), at.at.start.argmax(axis=1).tolist(),
                       map(tuple, at.at.covariates.tolist()), at.weight.tolist(), strict=True))  # fmt: skip
    assert mine == other


def test_no_component_straddles_a_fold(codings):
    every = [case for (_, number), case in codings.cases.items() if number == 0 and case.observed]
    of_group = {}
    for case in every:
        of_group.setdefault(case.group, set()).add(case.fold)
    assert all(len(folds) == 1 for folds in of_group.values())
    assert {case.fold for case in every} == set(range(N_FOLDS))
    assert all(case.fold == codings.cases[name, 0].fold for (name, _), case in codings.cases.items())


def test_a_coding_taken_changes_its_case_and_no_other(codings, reader, recorded):
    changed = 0
    for case, number in [(case, 1) for case in codings.names if (case, 1) in codings.cases]:
        other = learned(codings, reader, REGISTERED, {case: number})
        key = codings.cases[case, 0].key
        mine, theirs = (each.cases.exit[each.cases.key != key] for each in (recorded, other))
        np.testing.assert_array_equal(mine, theirs)
        same = [each.cases.cause[each.cases.key == key].tolist() for each in (recorded, other)]
        changed += same[0] != same[1]
    assert changed > 3


def test_each_rule_of_endings_and_cases_does_what_it_says(under, recorded):
    cause = recorded.cases.cause
    own_act, censored = under(collapse="by a party's own act"), under(fading="the end of observation")
    assert (cause == 3).sum() > 0
    assert (own_act.cases.cause == 3).sum() > (cause == 3).sum()
    assert (own_act.cases.cause == 2).sum() < (cause == 2).sum()
    np.testing.assert_array_equal(censored.cases.cause, np.where(cause == 3, 0, cause))
    np.testing.assert_array_equal(censored.cases.until[cause == 3], recorded.cases.exit[cause == 3])
    for name in ("ceasefire_like", "pledges_of_use", "low_confidence"):
        assert len(under(**{name: "left out"}).cases.key) < len(cause), name
    assert len(under(first_year="1970").cases.key) < len(under(first_year="1945").cases.key) <= len(cause)
    pooled = under(learned_from="core cases")
    assert len(pooled.cases.key) > len(cause)
    assert len(pooled.judged) == len(recorded.judged)


def test_each_reading_of_the_ladders_changes_rows_and_no_endings(under, recorded):
    for choice in (
        {"ladders": "first coding"},
        {"ladders": "second coding"},
        {"rungs": "of high confidence"},
        {"rungs": "six months late"},
    ):
        other = under(**choice)
        first = [np.flatnonzero(np.r_[True, np.diff(each.row_case) > 0]) for each in (recorded, other)]
        mine, theirs = (each.cases.states[rows] for each, rows in zip((recorded, other), first, strict=True))
        assert (mine != theirs).any(), choice
        np.testing.assert_array_equal(recorded.cases.exit[first[0]], other.cases.exit[first[1]])


def test_a_rung_that_is_late_is_known_later_in_both_ladders(codings, reader, recorded, under):
    late = under(rungs="six months late")
    strain = [term.name for term in COVARIATES].index("strain")
    assert (late.values[:, 0, strain] != recorded.values[:, 0, strain]).any()
    levels = [each.standing @ (np.arange(18) // 3) for each in (recorded, late)]
    assert levels[1].sum() < levels[0].sum()


def test_acts_known_on_their_own_day_are_known_no_later(history):
    """On the whole record, which has acts that became known late."""
    index = DossierIndex(history)
    moved = 0
    for case_id in history.cases["case_id"]:
        dossier = index.dossier(case_id, history.as_of)
        other = on_their_own_days(dossier)
        assert all(new.known_date == old.day for new, old in zip(other.rungs, dossier.rungs, strict=True))
        assert (np.diff(other.acts.known) >= 0).all()
        assert sorted(other.acts.day.tolist()) == sorted(dossier.acts.day.tolist())
        moved += other.rungs != dossier.rungs or not np.array_equal(np.sort(other.acts.known), dossier.acts.known)
    assert 0 < moved < len(history.cases)


def test_reports_at_face_value_leave_one_reading(history):
    case = history.case("new-start-post-expiry-2026")
    days = np.array([history.as_of.toordinal()])
    early = history.at(date(2026, 2, 5)).case("new-start-post-expiry-2026")
    assert len(read_paths(early, days)) == 2
    assert len(read_paths(at_face_value(early), days)) == 1
    assert len(read_paths(at_face_value(case), days)) == 1


def test_settings_reach_the_models(codings, reader):
    at = {name: Refit(codings, reader, each).headlines((CASE,))[CASE] for name in
          ("half_life", "covariates", "slope_scales", "base_share") for each in single(name)[-1:]}  # fmt: skip
    plain = Refit(codings, reader, REGISTERED).headlines((CASE,))[CASE]
    assert all(abs(value - plain) > 1e-6 for value in at.values()), at
    assert len(set(at.values())) == len(at)


def test_detection_thins_what_is_scored_and_formalization_alone_stays(codings, reader):
    mine, theirs = (Refit(codings, reader, Specification(detection=d)).out_of_sample()[1] for d in ("0.1", "0.5"))
    np.testing.assert_array_equal(mine[:, 0], theirs[:, 0])
    assert (mine[:, 2] < theirs[:, 2]).all()


def test_half_the_base_rate_lies_halfway(codings, reader):
    none, half = (Refit(codings, reader, Specification(base_share=s)).headlines((CASE,))[CASE] for s in ("0", "0.5"))
    quarter = Refit(codings, reader, REGISTERED).headlines((CASE,))[CASE]
    assert quarter == pytest.approx((none + half) / 2, abs=1e-12)


def test_drawn_codings_repeat_and_follow_their_seed(codings):
    drawn = chosen_codings(codings, Specification(codings="drawn", draw=1))
    assert drawn == chosen_codings(codings, Specification(codings="drawn", draw=1))
    assert drawn != chosen_codings(codings, Specification(codings="drawn", draw=2))
    assert chosen_codings(codings, REGISTERED) == {}
    assert all(1 <= number <= len(codings.names[case]) for case, number in drawn.items())


def test_the_collapses_of_a_fold_are_not_in_its_covariates(codings, reader):
    known = learned(codings, reader, Specification(covariates="with the pair's collapses"), {})
    assert known.depends_on_fold and known.values.shape[1] == N_FOLDS + 1
    for fold in range(N_FOLDS):
        assert not np.array_equal(known.values[:, fold, -1], known.values[:, -1, -1])
    np.testing.assert_array_equal(known.values[:, 0, :-1], known.values[:, -1, :-1])


@pytest.mark.parametrize("choice", ["registered", "with the pair's collapses"])
def test_endings_of_a_fold_change_none_of_its_forecasts_and_those_of_others_do(codings, reader, choice):
    """The twin of the test: the same change outside the fold does move its forecasts."""
    specification = Specification(covariates=choice)
    mine = Refit(codings, reader, specification)
    before, fold = mine.out_of_sample()[0], mine.learned.fold
    rows = fold[np.searchsorted(mine.learned.row_case, mine.learned.mark_case[mine.learned.judged])] == 0
    for chosen, is_same in ((fold == 0, True), (fold != 0, False)):
        theirs = Refit(codings, reader, specification)
        cause = theirs.learned.cases.cause
        planted = np.where(chosen & (cause > 0), 1, cause)
        theirs.learned = dataclasses.replace(
            theirs.learned, cases=dataclasses.replace(theirs.learned.cases, cause=planted)
        )
        after = theirs.out_of_sample()[0]
        assert np.array_equal(before[rows], after[rows]) == is_same
        assert not np.array_equal(before, after)


def test_skill_is_on_complete_windows_with_equal_weights(codings, reader):
    refit = Refit(codings, reader, REGISTERED)
    scored = refit.scored()
    ladder, base = refit.out_of_sample()
    np.testing.assert_allclose(ladder.sum(axis=1), 1.0)
    states = refit.learned.states
    mine, theirs = (formalized_score(each, states) for each in (ladder, base))
    assert scored.formalized == pytest.approx(1 - mine.sum() / theirs.sum())
    assert scored.n == len(states) and (states >= 0).any(axis=1).all()


def test_a_line_of_a_run_is_what_its_refit_says(codings, reader):
    row, refit = specified(codings, reader, (CASE,), REGISTERED), Refit(codings, reader, REGISTERED)
    scored = refit.scored()
    said = {CASE: refit.headlines((CASE,))[CASE], "skill": scored.formalized, "skill_states": scored.states}
    assert {name: row[name] for name in said} == pytest.approx(said, abs=1e-12)
    assert row["n"] == scored.n > 100


@pytest.mark.long
def test_a_run_gives_what_each_specification_gives_alone(past, codings, reader):
    run = multiverse(past, [CASE], n=30)
    assert len(run.table) == 30
    for line in (0, 7, 29):
        row = specified(codings, reader, (CASE,), specifications(30)[line])
        assert {name: run.table[name][line] for name in row} == pytest.approx(row, abs=1e-12, nan_ok=True)
    registered = Refit(codings, reader, REGISTERED).headlines((CASE,))
    assert run.spread(CASE)["registered"] == pytest.approx(registered[CASE], abs=1e-12)
    assert run.points == Refit(codings, reader, REGISTERED).published((CASE,))
    assert run.shares(CASE).sum() == pytest.approx(1.0)
    assert run.decisions["change"].abs().is_monotonic_decreasing
    assert len(run.decisions) == sum(map(len, codings.names.values()))
    own = [(case, number) for case, number in codings.cases if case == CASE and number]
    for alternative in own[:1]:
        (row,) = decided(codings, reader, Registered(Refit(codings, reader, REGISTERED), (CASE,)), alternative)
        assert row in run.decisions.to_dict(orient="records")


def test_an_alternative_that_changes_no_row_is_not_fitted_again_and_gives_what_a_fit_gives(codings, reader):
    registered = Registered(Refit(codings, reader, REGISTERED), (CASE,))
    kinds = set()
    for case, number in [key for key in codings.cases if key[1]][::60]:
        alone = Refit(codings, reader, REGISTERED, {case: number})
        kinds.add(alone.has_rows_of(registered.refit))
        (row,) = decided(codings, reader, registered, (case, number))
        change = alone.headlines((CASE,))[CASE] - registered.headlines[CASE]
        assert row["change"] == pytest.approx(change, abs=1e-9)
    assert kinds == {True, False}


@pytest.mark.long
def test_a_specification_that_leaves_too_few_endings_has_no_numbers(past, reader):
    few = Codings(past)
    few.cases = {key: case for key, case in few.cases.items() if case.fold == 0}
    row = specified(few, reader, (CASE,), Specification(first_year="1970"))
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
