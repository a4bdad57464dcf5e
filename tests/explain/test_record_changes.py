from datetime import date

import pytest
from record.planting import with_table

from forecasting import History
from forecasting.explain.record_changes import moved_forecasts
from forecasting.record.vocabulary import CAUSES

DAY = date(1980, 6, 30)
CASE = "salt2-observance-1979"


def with_rung(record, level):
    """The record in which the way to a binding text stood elsewhere for the case."""
    cells = record.tables["ladders"].cells.copy()
    cells.loc[(cells["case_id"] == CASE) & (cells["ladder"] == "formalization"), "level"] = level
    return with_table(record, "ladders", cells)


@pytest.fixture(scope="module")
def moved(record):
    old, new = (History(DAY, changed) for changed in (record, with_rung(record, "5")))
    return moved_forecasts(old, new, [CASE], 60)


def test_the_case_that_changed_stands_first_with_all_endings(moved):
    assert [one.has_changed for one in moved] == [True] + [False] * (len(moved) - 1)
    assert moved[0].case_id == CASE
    assert all(set(part) == set(CAUSES) for part in (moved[0].before, moved[0].by_rows, moved[0].after))


def test_a_higher_rung_raises_formalization_before_the_model_is_fitted_again(moved):
    assert moved[0].by_rows["formalized"] > moved[0].before["formalized"]
    assert moved[0].largest >= abs(moved[0].after["formalized"] - moved[0].before["formalized"])


def test_other_cases_move_by_the_new_fit_alone(moved):
    assert all(one.by_rows is None for one in moved[1:])
    assert moved[1].largest > 0


def test_the_same_record_twice_moves_nothing(record):
    old, new = History(DAY, record), History(DAY, record)
    assert {one.largest for one in moved_forecasts(old, new, [], 60)} == {0.0}
