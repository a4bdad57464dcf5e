import numpy as np
import pandas as pd
import pytest

from forecasting.features.coverage import GROUPS, MEASURES, case_coverage, coverage_by_state, permutation_p
from forecasting.record.vocabulary import EVENT_KINDS, STATES


@pytest.fixture(scope="module")
def audit(history):
    return coverage_by_state(history, permutations=200)


def test_every_kind_belongs_to_one_group():
    assert sorted(kind for kinds in GROUPS.values() for kind in kinds) == sorted(EVENT_KINDS)


def test_a_case_is_counted_by_hand(history):
    before, after = (case_coverage(history, window).set_index("case_id") for window in ("before", "after"))
    vladivostok = before.loc["vladivostok-1974"]
    assert vladivostok["state"] == "formalized"
    assert vladivostok["acts_per_year"] == 2.5
    assert vladivostok[list(GROUPS)].to_list() == pytest.approx([0.4, 0, 0, 0.2, 0.4])
    # From 19 June 1979 to 17 June 1981, of eight acts: one word (e21); four on the legal path, the treaty sent to the
    # Senate, heard, reported out and put off (e02, e19, e03, e05); Cuba, Afghanistan and a new president (e20, e04, e06).
    salt = after.loc["salt2-observance-1979"]
    assert salt["acts_per_year"] == 4.0
    assert salt[list(GROUPS)].to_list() == pytest.approx([0, 1 / 8, 0, 4 / 8, 3 / 8])


def test_only_cases_that_lasted_the_window_are_compared_after_the_start(history):
    before, after = (case_coverage(history, window) for window in ("before", "after"))
    assert set(after["case_id"]) < set(before["case_id"])
    assert "iran-joint-plan-of-action-2013" in set(after["case_id"])
    assert "new-start-post-expiry-2026" in set(before["case_id"]) - set(after["case_id"])


def test_shares_add_up_where_there_are_acts(history):
    cases = case_coverage(history, "before", population="pooled")
    some = cases["acts_per_year"] > 0
    assert cases.loc[some, list(GROUPS)].sum(axis=1).to_numpy() == pytest.approx(1)
    assert cases.loc[~some, [*GROUPS, "high_confidence"]].isna().all(axis=None)


def test_the_audit_has_a_row_for_each_window_and_measure(audit):
    assert list(zip(audit["window"], audit["measure"], strict=True)) == [
        (window, measure) for window in ("before", "after") for measure in MEASURES
    ]
    assert audit[list(STATES)].notna().all(axis=None)
    assert audit[["p_endings", "p_states"]].gt(0).all(axis=None)


def test_the_audit_gives_the_same_numbers_again(history, audit):
    pd.testing.assert_frame_equal(coverage_by_state(history, permutations=200), audit)


def test_what_the_notebook_says_of_this_record(audit):
    rows = audit.set_index(["window", "measure"])
    assert set(rows.index[rows["p_endings"] < 0.05]) == {
        ("before", "legal_path"), ("before", "high_confidence"), ("after", "acts_per_year"), ("after", "talks"),
        ("after", "compliance"), ("after", "high_confidence"),
    }  # fmt: skip
    causes = ["formalized", "collapsed", "faded"]
    assert rows.loc[("before", "legal_path"), causes].astype(float).idxmax() == "formalized"
    assert rows.loc[("before", "high_confidence"), causes].astype(float).idxmax() == "collapsed"
    assert rows.loc[("after", "high_confidence"), causes].astype(float).idxmin() == "formalized"
    assert rows.loc[("after", "talks"), causes].astype(float).idxmin() == "faded"
    assert rows.loc[("after", "compliance"), causes].astype(float).idxmin() == "formalized"
    density = rows.loc[("after", "acts_per_year")]
    assert density["p_states"] < 0.01 and density[causes].astype(float).idxmax() == "collapsed"
    assert density["ongoing"] < density[causes].min()


def test_a_permutation_test_finds_what_is_there_and_no_more():
    rng = np.random.default_rng(3)
    groups = np.repeat(["a", "b", "c"], 20)
    noise = rng.normal(size=60)
    assert permutation_p(noise + 3 * (groups == "a"), groups, 999) == pytest.approx(0.001)
    assert permutation_p(np.append(noise, np.nan), np.append(groups, "a"), 999) == permutation_p(noise, groups, 999)
    assert permutation_p(np.ones(60), groups, 99) == 1.0
    ps = [permutation_p(rng.normal(size=60), groups, 199, seed) for seed in range(200)]
    assert np.mean(np.array(ps) <= 0.1) == pytest.approx(0.1, abs=0.06)
