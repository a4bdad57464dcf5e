"""What moved the forecast: rows add up, acts are named where they moved something, later days change nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from record.planting import LATER, with_rows

from forecasting import History, UsageError, fit_models, forecast, load_history
from forecasting.documents.case.change_text import change_text
from forecasting.documents.case.explanation_values import change_values
from forecasting.explain.changes import LEGS, changes
from forecasting.record.vocabulary import STATES

CASE = "new-start-post-expiry-2026"
ACCUSATION = f"{CASE}-e13"


@pytest.fixture(scope="module")
def founding(second_day, earlier, later):
    return changes(second_day, CASE, earlier.as_of, fitted=later, earlier=earlier)


def row_of(found, name):
    return next(row for row in found.rows if row.name == name)


@pytest.fixture(scope="module")
def told(history, earlier, later):
    """Forecasts of both days for the founding case and three others, by day, case and state."""
    outcomes = history.at(earlier.as_of).outcomes
    going_on = outcomes[(outcomes["target"] == "concluded") & (outcomes["cause"] == "")]["case_id"]
    tables = [
        forecast(history.at(fitted.as_of), [*going_on.iloc[::24], CASE], fitted=fitted, horizons=(36,))
        for fitted in (earlier, later)
    ]
    both = pd.concat(tables)
    return both[both["given"] == "all"].set_index(["as_of", "case_id", "cause"])["probability"]


def test_rows_add_up_from_the_first_forecast_to_the_second(second_day, index, earlier, later, told):
    asked = sorted({(case_id, state) for _, case_id, state in told.index})
    assert len(asked) >= 4 * len(STATES)
    for case_id, state in asked[::3] + [(CASE, state) for state in STATES]:
        found = changes(
            second_day, case_id, earlier.as_of, fitted=later, earlier=earlier, index=index, horizon=36, state=state
        )
        assert found.before + sum(row.points for row in found.rows) == pytest.approx(found.after, abs=1e-9)
        for fitted, number in ((earlier, found.before), (later, found.after)):
            assert number == pytest.approx(told[fitted.as_of.isoformat(), case_id, state], abs=1e-12)


def test_the_founding_case_fell_for_named_acts(founding):
    assert (round(founding.before, 2), round(founding.after, 2)) == (0.36, 0.17)
    assert founding.base_after == pytest.approx(founding.base_before, abs=0.01)
    moved = {row.name: row for row in founding.rows if row.leg == "events"}
    assert {"leader_endorsed", "accusation_stands", "signal_balance"} == set(moved)
    assert all(row.points < 0 and not row.together for row in moved.values())
    endorsed = moved["leader_endorsed"]
    assert (endorsed.before, endorsed.after) == (0.3, 0.0)
    assert [(act.event_id, act.kind, act.standing) for act in endorsed.movers] == [
        (f"{CASE}-e09", "leader_rejection", "confirmed")
    ]
    assert [act.event_id for act in moved["accusation_stands"].movers] == [ACCUSATION]
    words = moved["signal_balance"].movers
    assert len(words) > 3 and all(date(2026, 2, 5) <= act.known_date <= date(2026, 3, 1) for act in words)
    assert {act.kind for act in words} == {
        "leader_rejection", "official_signal_negative", "official_signal_positive",
    }  # fmt: skip


def test_rows_come_leg_by_leg_the_largest_first(founding):
    order = [(LEGS.index(row.leg), -abs(row.points)) for row in founding.rows]
    assert order == sorted(order)
    assert [row.leg for row in founding.rows[:2]] == ["record", "time"]


def test_without_any_act_only_the_record_and_clocks_move(history, second_day, later):
    """Weeks in which nothing became known of the case: nothing is put down to an act."""
    quiet = "wassenaar-1996"
    since = later.as_of - timedelta(days=20)
    new = {e.event_id for e in second_day.case(quiet).events} - {
        e.event_id for e in history.at(since).case(quiet).events
    }
    assert new == set()
    found = changes(second_day, quiet, since, fitted=later, earlier=replace(later, as_of=since))
    assert all(act.kind == "ending" for row in found.rows for act in row.movers)
    assert row_of(found, "record").points == 0.0


def test_a_clock_that_runs_out_is_put_down_to_time(record, second_day, earlier, later):
    """Talks not followed by others lapse after a year, without any act."""
    events = second_day.events
    case_id = "wassenaar-1996"
    like = record.tables["events"].cells[lambda cells: cells["case_id"] == case_id].iloc[[0]]
    day = (earlier.as_of - timedelta(days=355)).isoformat()
    talks = like.assign(event_id="planted-talks", event_date=day, known_date=day, kind="talks_opened", is_ending="0")
    assert "planted-talks" not in set(events["event_id"])
    planted = History(later.as_of, with_rows(record, "events", talks))
    found = changes(planted, case_id, earlier.as_of, fitted=later, earlier=earlier)
    lapsed = row_of(found, "talks_under_way")
    assert (lapsed.leg, lapsed.before, lapsed.after, lapsed.movers) == ("time", 1.0, 0.0, ())
    assert lapsed.points != 0.0


def test_of_two_acts_that_would_each_have_done_it_both_are_named_together(record, earlier, later):
    cells = record.tables["events"].cells
    again = cells[cells["event_id"] == ACCUSATION].assign(
        event_id="planted-again", event_date="2026-02-09", known_date="2026-02-09"
    )
    planted = History(later.as_of, with_rows(record, "events", again))
    stands = row_of(changes(planted, CASE, earlier.as_of, fitted=later, earlier=earlier), "accusation_stands")
    assert stands.together
    assert {act.event_id for act in stands.movers} == {ACCUSATION, "planted-again"}


def test_endings_of_other_cases_are_named_where_they_move_a_share(second_day, later):
    since = date(2023, 1, 1)
    found = changes(second_day, "wassenaar-1996", since, fitted=later, earlier=replace(later, as_of=since))
    climate = next(row for row in found.rows if row.name == "formalization_climate" and row.leg == "events")
    assert {act.kind for act in climate.movers} == {"ending"}
    assert all(since < act.known_date <= later.as_of for act in climate.movers)


def test_a_correction_between_the_days_has_a_row_of_its_own(record_copy, earlier, later):
    record_copy.append(
        "corrections", table="cases", row_key=CASE, field="verification", value="onsite_inspection",
        recorded_on="2026-02-20", reason="found out",
    )  # fmt: skip
    history = load_history(record_copy.folder, later.as_of)
    found = changes(history, CASE, earlier.as_of, fitted=later, earlier=earlier)
    row = row_of(found, "verification_level")
    assert (row.leg, row.after, row.movers) == ("corrections", 1.0, ())
    assert found.before + sum(row.points for row in found.rows) == pytest.approx(found.after, abs=1e-9)


@pytest.mark.parametrize("kind", LATER)
def test_what_became_known_after_the_second_day_changes_nothing(record, founding, earlier, later, kind):
    planted = History(later.as_of, LATER[kind](record, later.as_of))
    assert changes(planted, CASE, earlier.as_of, fitted=later, earlier=earlier) == founding


@pytest.mark.parametrize(
    ("since", "until", "case_id", "message"),
    [
        (date(2026, 3, 1), date(2026, 2, 5), CASE, "expected two days, the earlier one first, got 2026-03-01 and 2026-02-05"),
        (date(2026, 3, 1), date(2026, 3, 1), CASE, "expected two days, the earlier one first, got 2026-03-01 and 2026-03-01"),
        (date(2026, 2, 4), date(2026, 3, 1), CASE, f"expected a day from 2026-02-05 on, when {CASE} became known, got 2026-02-04"),
        (date(1986, 1, 1), date(1987, 1, 1), "salt2-observance-1979", "expected a case that goes on, got salt2-observance-1979, which collapsed on 1986-05-27, known since 1986-05-27; ask as of an earlier day"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_compared_are_refused(history, since, until, case_id, message):
    with pytest.raises(UsageError) as refused:
        changes(history.at(until), case_id, since)
    assert str(refused.value) == message


def test_the_text_names_numbers_rows_and_acts(founding):
    text = change_text(change_values(founding))
    assert "2026-02-05   36.0 %   (base rate 13.6 %)" in text
    assert "A leader stands behind it: 30 % to no  [what became known]" in text
    assert "2026-02-06 (known 2026-02-06) accusation_of_violation, confirmed: Under secretary DiNanno" in text
    assert text.splitlines()[-1].endswith("  together")


def test_models_without_the_hazard_model_are_refused(second_day):
    rates = fit_models(second_day.at(date(2026, 2, 5)), ["base_rate"])
    with pytest.raises(UsageError) as refused:
        changes(second_day, CASE, date(2026, 2, 5), fitted=rates, earlier=rates)
    assert str(refused.value) == (
        'expected primary among the fitted models, got base_rate: fit it with fit_models(history, ["primary"])'
    )
