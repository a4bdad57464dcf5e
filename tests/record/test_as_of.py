import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from planting import LATER, PLANTED, with_rows

import forecasting
from forecasting import LeakageError, SchemaError, UsageError, fit_models, forecast, load_history
from forecasting.record.history import History
from forecasting.record.series import stockpiles
from forecasting.record.series_schema import SERIES
from forecasting.record.vocabulary import TARGETS

FOUNDING_CASE = "new-start-post-expiry-2026"
TABLES = (
    "cases", "outcomes", "events", "claims", "ladders", "calendar", "alternatives", "coding", "parties", "sources", "case_sources", "warheads",
)  # fmt: skip
DAYS = st.dates(date(1900, 1, 1), date(2026, 8, 30))
QUICK_TO_FAIL = settings(phases=(Phase.explicit, Phase.generate))


def with_everything_later(record, day):
    for plant in LATER.values():
        record = plant(record, day)
    return record


def assert_same_tables(one, other):
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)
    for name in SERIES:
        pd.testing.assert_frame_equal(one.series(name), other.series(name), obj=name)


def views(history, first=0):
    """A view of every third case, from the case of that number on."""
    return history.case_views(list(history.cases["case_id"].iloc[first::3]))


def values_in(thing):
    """Every plain value reachable from a view through fields, tuples and mappings; anything else is an error."""
    if is_dataclass(thing):
        for part in fields(thing):
            yield from values_in(getattr(thing, part.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from values_in(part)
    elif isinstance(thing, Mapping):
        yield from values_in(tuple(thing.values()))
    else:
        assert thing is None or type(thing) in (str, int, float, bool, date), f"a view holds {thing!r}"
        yield thing


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
@given(day=DAYS)
@settings(QUICK_TO_FAIL, max_examples=2)
def test_no_table_shows_what_was_known_later(record, later, day):
    assert_same_tables(History(day, later(record, day)), History(day, record))


@given(day=DAYS)
@settings(QUICK_TO_FAIL, max_examples=6)
def test_no_table_shows_anything_of_all_that_was_known_later(record, day):
    assert_same_tables(History(day, with_everything_later(record, day)), History(day, record))


@pytest.mark.long
@given(day=DAYS)
@settings(QUICK_TO_FAIL, max_examples=40)
def test_no_table_shows_anything_of_all_that_was_known_later_on_many_days(record, day):
    assert_same_tables(History(day, with_everything_later(record, day)), History(day, record))


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_what_is_planted_shows_on_the_next_day(record, later):
    day = date(2010, 6, 30)
    history = History(day + timedelta(days=1), later(record, day))
    known = [*(getattr(history, name) for name in TABLES), *(history.series(name) for name in SERIES)]
    assert any((rows == PLANTED).any(axis=None) for rows in known) or (
        len(history.alternatives) > len(History(history.as_of, record).alternatives)
    )


@given(day=DAYS, first=st.integers(0, 2))
@settings(QUICK_TO_FAIL, max_examples=6)
def test_no_view_shows_what_was_known_later(record, day, first):
    assert views(History(day, with_everything_later(record, day)), first) == views(History(day, record), first)


EARLY_AND_LATE = [pytest.param(day, marks=pytest.mark.long) for day in (date(1990, 1, 1), date(2026, 2, 5))]


@pytest.mark.parametrize("day", [date(2008, 2, 29), *EARLY_AND_LATE])
def test_no_forecast_moves_by_what_was_known_later(record, day):
    tables = []
    for known in (History(day, record), History(day, with_everything_later(record, day))):
        going_on = known.outcomes[(known.outcomes["target"] == "concluded") & (known.outcomes["cause"] == "")]
        tables.append(forecast(known, list(going_on["case_id"])[-2:], fitted=fit_models(known)))
    pd.testing.assert_frame_equal(*tables)


@given(day=DAYS)
@settings(QUICK_TO_FAIL, max_examples=20)
def test_every_row_shown_was_known_and_none_is_an_ending(record, day):
    known, when = History(day, record), pd.Timestamp(day)
    assert (known.cases["start_known_date"] <= when).all()
    assert (known.events["is_ending"] == 0).all()
    assert (known.events["known_date"] + pd.to_timedelta(known.events["known_late"], unit="D") <= when).all()
    assert (known.calendar["announced_date"] <= when).all()
    assert (known.alternatives["known_date"] <= when).all()
    assert (known.warheads["year"] < day.year).all()
    ended = known.outcomes["cause"] != ""
    assert (known.outcomes.loc[ended, "end_known_date"] <= when).all()
    assert (known.outcomes.loc[~ended, ["fade", "instrument", "successor", "aftermath"]] == "").all(axis=None)
    assert (
        known.outcomes.loc[~ended, ["end_date", "end_known_date", "concluded_date", "in_force_date"]]
        .isna()
        .all(axis=None)
    )
    assert (known.outcomes["last_seen"] <= when).all()


@pytest.mark.long
@given(day=DAYS, days=st.integers(0, 20_000))
@settings(QUICK_TO_FAIL, max_examples=6)
def test_an_earlier_history_is_the_same_however_it_is_reached(record, day, days):
    later = min(day + timedelta(days=days), record.data_end)
    assert_same_tables(History(later, record).at(day), History(day, record))
    assert set(History(day, record).events["event_id"]) <= set(History(later, record).events["event_id"])


@pytest.mark.parametrize("first", range(3))
def test_an_outcome_cannot_be_reached_from_a_view(record, first):
    day = date(2012, 7, 1)
    known = History(day, record)
    outcomes, acts_that_end = record.tables["outcomes"].cells.set_index("case_id"), set(endings(record))
    for view in views(known, first):
        rows = outcomes.loc[view.case_id]
        reached = set(values_in((view.events, view.calendar, tuple(view.start.items()))))
        assert not reached & set(rows[["cause", "fade", "aftermath"]].to_numpy().ravel()) - {""}
        assert not {v for v in reached if isinstance(v, date)} & {
            date.fromisoformat(end) for end in rows["end_known_date"] if end > day.isoformat()
        }
        assert not any(event.event_id in acts_that_end for event in view.events)


def endings(record):
    events = record.tables["events"].cells
    return events.loc[events["is_ending"] == "1", "event_id"]


def test_a_view_cannot_be_changed(history):
    view = history.case(FOUNDING_CASE)
    with pytest.raises(TypeError):
        view.start["type"] = "political_commitment"
    with pytest.raises(AttributeError):
        view.as_of = date(2026, 1, 1)


def test_what_came_late_on_a_day_counts_from_the_next(history):
    rejections = {f"{FOUNDING_CASE}-e09", f"{FOUNDING_CASE}-e12"}
    told = {f"{FOUNDING_CASE}-e{n}" for n in ("08", "10", "11", "43", "44", "46", "49")}
    on_the_day, after = (
        {event.event_id for event in history.at(date(2026, 2, day)).case(FOUNDING_CASE).events} for day in (5, 6)
    )
    assert told <= on_the_day
    assert not rejections & on_the_day
    assert rejections <= after


def test_an_announced_day_is_on_the_calendar_and_not_among_the_events(history):
    view = history.at(date(2026, 2, 5)).case(FOUNDING_CASE)
    assert date(2026, 2, 6) in [appointment.scheduled_date for appointment in view.calendar]
    assert max(event.event_date for event in view.events) <= view.as_of


def test_a_correction_counts_from_the_day_on_which_it_was_recorded(record):
    row = {"table": "cases", "row_key": FOUNDING_CASE, "field": "leader_endorsed", "reason": "planted"}
    rows = [{**row, "value": "0.6", "recorded_on": "2026-03-01"}, {**row, "value": "0", "recorded_on": "2026-04-01"}]
    corrected = with_rows(record, "corrections", pd.DataFrame(rows))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    values = [History(day, corrected).case(FOUNDING_CASE).start["leader_endorsed"] for day in days]
    assert values == [0.3, 0.6, 0.6, 0.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-09-01", "expected a day up to 2026-08-31, where the record ends (data_end), got 2026-09-01"),
        ("9999-12-31", "expected a day up to 2026-08-31, where the record ends (data_end), got 9999-12-31"),
    ],
)
def test_no_day_after_the_record_can_be_asked(few_cases, text, message):
    with pytest.raises(LeakageError) as refused:
        load_history(few_cases, as_of=text)
    assert str(refused.value) == message


def test_no_later_day_can_be_reached_from_an_earlier_one(history):
    with pytest.raises(LeakageError) as refused:
        history.at(date(2026, 2, 5)).at(date(2026, 2, 6))
    assert str(refused.value) == "expected a day up to 2026-02-05, the as-of day of this history, got 2026-02-06"


@pytest.mark.parametrize("name", ["new-start-2026", "NEW-START-POST-EXPIRY-2026", "New-START-2026"])
def test_an_unknown_case_is_refused_with_the_nearest_names(history, name):
    with pytest.raises(UsageError) as refused:
        history.case(name)
    assert str(refused.value).startswith(
        f"expected the case_id of a case in the record, got {name!r}; did you mean {FOUNDING_CASE}, "
    )


def test_a_case_not_yet_known_is_refused_with_the_day_from_which_it_is(history):
    with pytest.raises(UsageError) as refused:
        history.at(date(2026, 2, 4)).case(FOUNDING_CASE)
    assert str(refused.value) == (
        f"expected a day from 2026-02-05 on, when {FOUNDING_CASE} became known, got 2026-02-04"
    )


def test_a_faulty_record_gives_no_history(small_copy):
    small_copy.edit("cases", FOUNDING_CASE, type="treaty")
    with pytest.raises(SchemaError, match="expected type as one of"):
        load_history(small_copy.folder)


def test_warheads_of_a_year_are_known_from_its_end(history):
    assert stockpiles(history.at(date(2025, 12, 31)), ("USA", "RUS")).year == 2024
    assert stockpiles(history.at(date(2026, 1, 1)), ("USA", "RUS"), ("CHN",)).others.keys() == {"CHN"}
    assert stockpiles(history.at(date(1940, 1, 1)), ("USA",)) is None
    assert stockpiles(history, ("BRA", "ARG")) is None


def test_a_history_that_was_asked_can_be_sent_to_another_process(history):
    sent = pickle.loads(pickle.dumps(history.at(date(2026, 2, 5))))
    assert sent.case(FOUNDING_CASE) == history.at(date(2026, 2, 5)).case(FOUNDING_CASE)
    assert len(pickle.dumps(history)) == len(pickle.dumps(History(history.as_of, history.record)))


@pytest.mark.parametrize("target", TARGETS)
def test_open_cases_are_those_without_a_known_ending(record, history, target):
    cells = record.tables["outcomes"].cells
    rows = cells[(cells["target"] == target)]
    never = set(rows.loc[rows["cause"] == "", "case_id"])
    assert history.open_case_ids(target) == sorted(never)
    day = date(1996, 9, 24)
    begun = set(history.at(day).cases["case_id"])
    later = set(rows.loc[rows["end_known_date"] > day.isoformat(), "case_id"])
    assert later & begun
    assert history.at(day).open_case_ids(target) == sorted((never | later) & begun)


def test_open_cases_are_asked_of_the_history_alone():
    """`rules` compares raw cells, before there is a history."""
    package = Path(forecasting.__file__).parent
    homes = {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if '"cause"] == ""' in path.read_text()
    }
    assert homes == {"record/tables.py", "record/rules.py"}
