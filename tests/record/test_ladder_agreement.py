from datetime import date

import numpy as np
import pandas as pd
import pytest
from planting import with_table

from forecasting import History
from forecasting.record.agreement import krippendorff_alpha
from forecasting.record.ladder_agreement import coded_twice, first_days, hindsight, judged_from_lines, level_agreement
from forecasting.record.levels import landmarks
from forecasting.record.vocabulary import LADDERS
from forecasting.store.package_data import shipped


def pairs_of(record, other, cases=None):
    cases = cases or [f"case-{i // 2}" for i in range(len(record))]
    return pd.DataFrame({"case_id": cases, "day": date(2000, 1, 1), "record": record, "other": other})


def changed(history, table, change):
    cells = history.record.tables[table].cells
    return History(history.as_of, with_table(history.record, table, change(cells.copy())))


@pytest.fixture(scope="module")
def development():
    split = pd.read_csv(shipped("data") / "evaluation" / "split.csv")
    return set(split.loc[split["half"] == "pilot", "case_id"])


@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 5], 104 / 111),  # 1 - (1/4) / (2 * (69 - 441/8) / 7)
        ([0, 1], [1, 0], -0.5),  # 1 - 1 / (2/3)
        ([0, 0, 2, 2], [0, 1, 2, 2], 48 / 55),  # 1 - (1/4) / (2 * (17 - 81/8) / 7)
    ],
)
def test_alpha_of_numbers_by_hand(first, second, alpha):
    assert krippendorff_alpha(first, second, "interval") == pytest.approx(alpha)


def test_a_wide_difference_of_numbers_weighs_more_than_a_narrow_one_and_one_of_words_does_not():
    first, near, far = [0, 1, 2, 3, 4], [0, 1, 2, 3, 3], [0, 1, 2, 3, 0]
    assert krippendorff_alpha(first, near, "interval") > krippendorff_alpha(first, far, "interval")
    words = [[str(value) for value in values] for values in (first, near)]
    assert krippendorff_alpha(*words) < krippendorff_alpha(first, near, "interval")
    assert np.isnan(krippendorff_alpha([2, 2], [2, 2], "interval"))


def test_the_figures_of_an_agreement_by_hand():
    found = level_agreement(pairs_of([1, 2, 3, 4], [1, 2, 3, 5]))
    assert (found.cases, found.n) == (2, 4)
    assert found.alpha.value == pytest.approx(104 / 111)
    assert (found.equal.value, found.within_one.value, found.difference.value) == (0.75, 1.0, -0.25)


@pytest.mark.parametrize("ladder", LADDERS)
def test_equal_codings_agree_wholly_and_a_shift_lowers_alpha(history, ladder):
    pairs = coded_twice(history, ladder)
    same = level_agreement(pairs.assign(other=pairs["record"]))
    assert (same.alpha.value, same.equal.value, same.difference.value) == (1.0, 1.0, 0.0)
    assert same.alpha.interval_95 == same.alpha.interval_80 == (1.0, 1.0)
    shifts = [level_agreement(pairs.assign(other=pairs["record"] + shift)) for shift in (1, 2)]
    assert 1.0 > shifts[0].alpha.value > shifts[1].alpha.value
    assert [(found.equal.value, found.difference.value) for found in shifts] == [(0.0, -1.0), (0.0, -2.0)]
    assert [found.within_one.value for found in shifts] == [1.0, 0.0]


def test_intervals_hold_the_figure_and_widen_with_fewer_cases_not_with_repeated_days():
    draws = np.random.default_rng(1)
    record = draws.integers(0, 5, size=200)
    other = np.clip(record + draws.integers(-1, 2, size=200), 0, 5)
    cases = [f"case-{i}" for i in range(200)]
    many = level_agreement(pairs_of(record, other, cases))
    few = level_agreement(pairs_of(record[:20], other[:20], cases[:20]))
    for found in (many, few):
        low, high = found.alpha.interval_95
        assert low < found.alpha.interval_80[0] < found.alpha.value < found.alpha.interval_80[1] < high
    assert np.ptp(few.alpha.interval_95) > 2 * np.ptp(many.alpha.interval_95)
    twice = level_agreement(pairs_of(np.tile(record[:20], 5), np.tile(other[:20], 5), cases[:20] * 5))
    assert np.ptp(twice.equal.interval_95) == pytest.approx(np.ptp(few.equal.interval_95))
    assert level_agreement(pairs_of(record, other, cases)) == many


def test_too_few_cases_have_figures_without_intervals_and_none_has_none():
    one = level_agreement(pairs_of([1, 2], [1, 3]))
    assert one.equal.value == 0.5 and one.equal.interval_80 is None and one.alpha.interval_95 is None
    none = level_agreement(pairs_of([], []))
    assert (none.cases, none.n, none.alpha.value, none.difference.value) == (0, 0, None, None)


@pytest.mark.parametrize("ladder", LADDERS)
def test_a_landmark_lies_between_the_day_a_case_was_known_and_its_end_or_the_last_look(history, ladder):
    pairs = coded_twice(history, ladder)
    again = set(history.record.tables["second_ladders"].cells["case_id"])
    assert set(pairs["case_id"]) == again and len(again) == 100
    assert not pairs.duplicated(["case_id", "day"]).any()
    days = landmarks(history, 20)
    outcomes = history.outcomes[history.outcomes["target"] == "concluded"].set_index("case_id")
    known = history.cases.set_index("case_id")["start_known_date"]
    for case, group in pairs.groupby("case_id"):
        assert list(group["day"]) == list(dict.fromkeys(days[case])) and len(group) <= 21
        assert group["day"].min() == known[case].date()
        last = outcomes.loc[case]
        if last["cause"]:
            assert group["day"].max() < last["end_date"].date()
        else:
            assert group["day"].max() <= last["looked_until"].date()


def test_a_row_coded_otherwise_moves_its_own_ladder_alone(history):
    def raised(cells):
        row = cells.index[(cells["ladder"] == "strain") & (cells["level"] == "0")][0]
        cells.loc[row, "level"] = "4"
        return cells

    spoilt = changed(history, "second_ladders", raised)
    assert not coded_twice(spoilt, "strain").equals(coded_twice(history, "strain"))
    pd.testing.assert_frame_equal(coded_twice(spoilt, "formalization"), coded_twice(history, "formalization"))


def test_the_first_days_are_one_of_each_case(history):
    pairs = coded_twice(history, "strain")
    first = first_days(pairs)
    assert list(first["day"]) == sorted(first["day"]) and len(first) == pairs["case_id"].nunique()
    assert (first.set_index("case_id")["day"] == pairs.groupby("case_id")["day"].min().loc[first["case_id"]]).all()


def test_levels_from_lines_are_held_against_rows_known_by_then_alone(history):
    pairs = judged_from_lines(history, "formalization")
    assert len(pairs) == 150 and pairs["case_id"].value_counts().max() <= 3
    for ladder in LADDERS:
        late = changed(history, "ladders", lambda cells: cells.assign(known_date="2026-08-31"))
        before = judged_from_lines(late, ladder)
        assert set(before["record"]) <= {0, 1} and not before.equals(judged_from_lines(history, ladder))
        pd.testing.assert_series_equal(before["other"], judged_from_lines(history, ladder)["other"])


def test_no_outcome_outside_the_development_half_is_looked_at(history, development):
    pairs = judged_from_lines(history, "formalization")
    found = hindsight(pairs, history, development)
    assert list(found) == ["all", "formalized", "others"]
    assert found["all"] == level_agreement(pairs)
    inside = int(pairs["case_id"].isin(development).sum())
    assert found["formalized"].n + found["others"].n == inside < len(pairs)

    def swapped(own):
        def change(cells):
            own_rows = cells["case_id"].isin(development) == own
            formal = cells["cause"] == "formalized"
            cells.loc[own_rows & formal, "cause"] = "collapsed"
            cells.loc[own_rows & (cells["cause"] == "collapsed") & ~formal, "cause"] = "formalized"
            return cells

        return hindsight(pairs, changed(history, "outcomes", change), development)

    assert swapped(own=False) == found
    assert swapped(own=True)["formalized"] != found["formalized"]


def test_a_higher_record_is_more_hindsight(history, development):
    pairs = judged_from_lines(history, "strain")
    found = hindsight(pairs, history, development)
    higher = hindsight(pairs.assign(record=pairs["record"] + 1), history, development)
    for name, one in found.items():
        assert higher[name].difference.value == pytest.approx(one.difference.value + 1)
