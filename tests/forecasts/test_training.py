"""What the hazard model learns from."""

import numpy as np
import pandas as pd
import pytest

from forecasting.features import MODEL_FEATURES, DossierIndex, feature_table
from forecasting.forecasts.training import case_lines, lines_at, split_uncertain, state_features, training_set
from forecasting.record.panel import landmarks, spells


@pytest.fixture(scope="module")
def index(history):
    return DossierIndex(history)


@pytest.fixture(scope="module")
def learned(history, index):
    return training_set(history, index, MODEL_FEATURES, "concluded")


def test_each_landmark_of_each_core_case_has_a_weight_of_one(history, learned):
    core = spells(history, population="pooled")
    weight = learned.landmarks.groupby(["case", "age_months"])["weight"].sum()
    assert len(weight) == len(landmarks(core).case)
    np.testing.assert_allclose(weight, 1.0)
    assert set(learned.landmarks["case_id"]) == set(core.case_ids)


def test_covariates_of_a_landmark_are_those_of_its_day_and_not_of_the_last(history, index, learned):
    core = spells(history, population="pooled")
    marks = landmarks(core)
    chosen = np.arange(0, len(marks.case), 11)
    cases = [core.case_ids[marks.case[k]] for k in chosen]
    days = [marks.day[k].item() for k in chosen]
    first = learned.landmarks.drop_duplicates(["case", "age_months"]).set_index(["case", "age_months"])
    learned_of = first.loc[[(marks.case[k], marks.age[k]) for k in chosen], list(MODEL_FEATURES)]
    known = [name for name in MODEL_FEATURES if name != "leader_endorsed"]  # split in two where it is uncertain
    own = feature_table(index, list(zip(cases, days, strict=True)), MODEL_FEATURES)
    np.testing.assert_array_equal(learned_of[known].to_numpy(float), own[known].to_numpy(float))
    last = feature_table(index, [(case, index.as_of) for case in cases], MODEL_FEATURES)
    moved = (last[known].to_numpy(float) != own[known].to_numpy(float)).any(axis=1)
    assert moved.sum() > len(chosen) / 2


def test_no_landmark_lies_after_the_day_it_is_learned_on(history, index):
    past = history.at(history.as_of.replace(year=1990))
    old = training_set(past, DossierIndex(past), MODEL_FEATURES, "concluded")
    age, exit_, _ = old.outcome
    start = old.landmarks["case_id"].map(past.cases.set_index("case_id")["start_date"])
    days = start + pd.to_timedelta(np.ceil(age * 30.4375), unit="D")
    assert (days <= pd.Timestamp(past.as_of)).all()
    assert (age < exit_).all()


def test_cases_found_backwards_are_marked(history, learned):
    found = history.coding.set_index("case_id")["sampled_via"]
    backward = learned.landmarks["case_id"].map(found) == "backward"
    assert (learned.landmarks["backward"].astype(bool) == backward).all()


def test_an_uncertain_fact_becomes_two_weighted_lines():
    lines = pd.DataFrame({"leader_endorsed": [1.0, 0.3, 0.0], "weight": [1.0, 0.5, 1.0]})
    split, origin = split_uncertain(lines)
    assert origin.tolist() == [0, 1, 2, 1]
    assert split["leader_endorsed"].tolist() == [1.0, 1.0, 0.0, 0.0]
    np.testing.assert_allclose(split["weight"], [1.0, 0.15, 1.0, 0.35])


def test_lines_of_a_case_are_those_of_its_landmark(history, index):
    view = history.case("new-start-post-expiry-2026")
    names = [*MODEL_FEATURES, "type", "dyad", "era"]
    now = case_lines(index, [view], MODEL_FEATURES)[names]
    then = lines_at(index, history, [(view.case_id, view.as_of)], MODEL_FEATURES)[names]
    pd.testing.assert_frame_equal(now, then)
    assert now["dyad"].item() == "RUS;USA"
    assert now["era"].item() == "2025"


def test_states_of_the_day_fade_and_facts_of_the_start_stay():
    assert state_features(MODEL_FEATURES) == ("talks_under_way", "accusation_stands", "signal_balance")
