"""The history of a number: each point is what the page of its day would say, and knows nothing of later days."""

from datetime import date, timedelta

import pytest

from forecasting.artefacts.session import shared_fit
from forecasting.explain.number_history import LEAST_MOVED, history_days, marks, number_history
from forecasting.explain.standouts import FAR, standouts
from forecasting.forecasts import forecast
from forecasting.record.vocabulary import CAUSES, STATES

CASE = "new-start-post-expiry-2026"
FIRST, LAST = date(2026, 2, 5), date(2026, 3, 1)


@pytest.fixture(scope="module")
def found(history):
    return number_history(history.at(LAST), CASE)


def chances(history, day, fitted_on):
    fitted = shared_fit(history.at(fitted_on), ("ladder",), "concluded").fitted
    rows = forecast(history.at(day), CASE, fitted=fitted, horizons=(60,))
    rows = rows[rows["given"] == "all"].set_index("cause")["probability"]
    return [rows[state] for state in STATES]


def test_each_point_is_the_forecast_of_its_day_by_the_record_as_known_then(history, found):
    assert (found[0].day, found[-1].day) == (FIRST, LAST)
    for point in (found[0], found[1], found[-2], found[-1]):
        assert list(point.chances) == pytest.approx(chances(history, point.day, point.fitted_on), abs=1e-12)
    assert {point.fitted_on for point in found} == {FIRST, LAST} and found[0].fitted_on == FIRST
    assert all(point.fitted_on <= point.day for point in found)


def test_what_became_known_on_a_day_moves_that_day_and_no_earlier_one(history, found):
    """The twin: left out of the record as of its day, the same acts move nothing."""
    rejected = next(point for point in found if point.day == FIRST + timedelta(days=1))
    assert rejected.chances[1] > found[0].chances[1] + 0.05, "the rejections of the evening count from the next day"
    (mark, *_) = marks(history.at(LAST).case(CASE), found)
    assert (mark.point, mark.others > 0) == (rejected, True)
    assert mark.points == pytest.approx([b - a for a, b in zip(found[0].chances, rejected.chances, strict=True)])
    before = number_history(history.at(FIRST), CASE)
    assert [point.chances for point in before] == [pytest.approx(found[0].chances, abs=1e-12)]
    assert marks(history.at(FIRST).case(CASE), before) == ()


def test_marks_are_days_on_which_something_became_known_and_an_ending_moved(history, found):
    case = history.at(LAST).case(CASE)
    days = {event.known_date + timedelta(days=event.known_late) for event in case.events}
    days |= {rung.known_date for rung in case.rungs}
    told = marks(case, found)
    assert told and all(mark.point.day in days and max(map(abs, mark.points)) >= LEAST_MOVED for mark in told)
    assert [mark.point.day for mark in told] == sorted(mark.point.day for mark in told)
    assert len(marks(case, found, most=1)) == 1


def test_days_are_the_ends_the_half_years_and_what_became_known_with_the_day_before(history):
    case = history.case("us-china-encounters-mou-2014")
    days = history_days(case, date(2025, 6, 30))
    assert days[0] == date(2025, 6, 30) and days[-1] == case.as_of
    assert {date(2025, 7, 1), date(2026, 1, 1), date(2026, 7, 1)} <= set(days)
    assert len(history_days(case, date(2000, 1, 1), most=3)) < len(history_days(case, date(2000, 1, 1), most=9))


@pytest.mark.long
def test_a_correction_of_the_record_holds_from_the_day_on_which_it_was_recorded(small_copy, history):
    """The twin: without it the days are those of the index, to the last digit."""
    from forecasting import load_history

    small_copy.append(
        "corrections", table="cases", row_key=CASE, field="stated_horizon_months", value="60",
        recorded_on="2026-02-20", reason="made up",
    )  # fmt: skip
    known = load_history(small_copy.folder, as_of=LAST)
    fitted = shared_fit(history.at(FIRST), ("ladder",), "concluded").fitted
    after = number_history(known, CASE, fit_of=lambda _: fitted)
    plain = number_history(history.at(LAST), CASE, fit_of=lambda _: fitted)
    by_day = {point.day: point.chances for point in plain}
    same = {point.day: point.chances == pytest.approx(by_day[point.day], abs=1e-12) for point in after}
    assert all(same[day] for day in same if day < date(2026, 2, 20)) and not same[LAST]


def test_an_ending_stands_out_from_ten_points_on():
    base = {"formalized": 0.2, "collapsed": 0.2, "faded": 0.2}
    assert standouts({"formalized": 0.2 - FAR, "collapsed": 0.4, "faded": 0.299}, base) == ("collapsed", "formalized")
    assert standouts(base, base) == () and set(CAUSES) == set(base)
