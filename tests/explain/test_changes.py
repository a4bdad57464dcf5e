"""What moved the headline: parts add up, each moves for its own reason alone, later days change nothing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from record.planting import LATER, with_rows

from forecasting import History, UsageError, fit_models, forecast, load_history
from forecasting.documents.case.change_text import change_text
from forecasting.documents.case.explanation_values import change_values
from forecasting.explain.changes import LEGS, changes
from forecasting.record.vocabulary import STATES

CASE, QUIET = "new-start-post-expiry-2026", "dayton-article5-2001"
FIRST, SECOND = date(2026, 2, 5), date(2026, 3, 1)
MONTHS = (12, 60)


@pytest.fixture(scope="module")
def fits(trained, history):
    """The headline of both days."""
    return trained[1].only("ladder"), fit_models(history.at(SECOND), ["ladder"])


@pytest.fixture(scope="module")
def second(history):
    return history.at(SECOND)


@pytest.fixture(scope="module")
def founding(second, fits):
    return found_in(second, CASE, fits)


def found_in(history, case, fits, since=FIRST, **more):
    earlier, later = fits
    return changes(history, case, since, fitted=later, earlier=earlier, horizons=MONTHS, **more)


def same_fit(fits, since=FIRST):
    """The later fit for both days: only the case moves."""
    return replace(fits[1], as_of=since), fits[1]


def summed(found):
    return sum((np.array(row.points) for row in found.rows), start=np.zeros((len(STATES), len(MONTHS))))


def rows_of(found, name):
    return [row for row in found.rows if row.name == name]


def numbers(table, case):
    rows = table[(table["case_id"] == case) & (table["given"] == "all")]
    return rows.pivot(index="cause", columns="horizon", values="probability").loc[list(STATES)].to_numpy()


def test_parts_lead_from_the_first_forecast_to_the_second(history, second, fits):
    going_on = history.at(FIRST).open_case_ids("concluded")
    asked = [*[case for case in going_on if case in set(second.open_case_ids("concluded"))][::24], CASE]
    tables = [
        forecast(history.at(day), asked, fitted=fit, horizons=MONTHS)
        for day, fit in zip((FIRST, SECOND), fits, strict=True)
    ]
    for case in asked:
        found = found_in(second, case, fits)
        np.testing.assert_allclose(np.array(found.before) + summed(found), found.after, atol=1e-12)
        for table, told in zip(tables, (found.before, found.after), strict=True):
            np.testing.assert_allclose(told, numbers(table, case), atol=1e-12)
        np.testing.assert_allclose(np.array([row.points for row in found.rows]).sum(axis=1), 0.0, atol=1e-12)


def test_the_founding_case_moved_by_named_rows_acts_and_reports(founding):
    known = {row.name: row for row in founding.rows if row.leg == "known"}
    assert set(known) == {"rung", "strain", "leader_endorsed", "claims"}
    strain, endorsed, report = known["strain"], known["leader_endorsed"], known["claims"]
    assert (strain.before, strain.after, strain.rung.ladder) == ("level 2, live", "level 3, live", "strain")
    assert strain.points[1][1] > 0.1 and {act.event_id for act in strain.movers} == set(strain.rung.events)
    assert (endorsed.before, endorsed.after) == (0.3, 0.0)
    assert [(act.event_id, act.kind) for act in endorsed.movers] == [(f"{CASE}-e09", "leader_rejection")]
    assert (report.claim, report.before, report.after) == ("axios-handshake-2026-02-05", 0.5, 0.2)
    assert report.movers and report.rung is None
    assert [row.name for row in founding.rows if row.leg == "model"] == ["ladder_model", "recalibration", "base_rate"]


def test_rows_come_leg_by_leg(founding):
    order = [LEGS.index(row.leg) for row in founding.rows]
    assert order == sorted(order)


def test_where_nothing_changes_there_are_no_parts(second, fits):
    """Of one fit, two days within a month of age on which nothing became known."""
    case = "bwc-cbms-1986"
    since = date(2026, 2, 27)
    quiet = found_in(second, case, same_fit(fits, since), since)
    assert quiet.rows == () and quiet.before == quiet.after
    moved = found_in(second, case, (replace(fits[0], as_of=since), fits[1]), since)
    assert {row.leg for row in moved.rows} == {"model"} and moved.rows


def planted_rung(record, case, level, day="2026-02-20", known="2026-02-21", ladder="formalization"):
    """The record with one more row on a ladder of a case."""
    cells = record.tables["ladders"].cells
    like = cells[cells["ladder"] == ladder].iloc[[0]]
    status = "active" if ladder == "formalization" else "live"
    row = like.assign(case_id=case, date=day, known_date=known, level=str(level), status=status, events="")
    return with_rows(record, "ladders", row.assign(evidence="a planted step"))


@pytest.mark.parametrize(("ladder", "name"), [("formalization", "rung"), ("strain", "strain")])
def test_a_planted_row_of_a_ladder_moves_its_part_alone(record, second, fits, ladder, name):
    fit = same_fit(fits)
    plain = found_in(second, QUIET, fit)
    assert not rows_of(plain, name)
    planted = found_in(History(SECOND, planted_rung(record, QUIET, 4, ladder=ladder)), QUIET, fit)
    others = [row for row in planted.rows if row.name != name]
    assert others == list(plain.rows)
    (row,) = rows_of(planted, name)
    assert (row.leg, row.rung.evidence, row.rung.level) == ("known", "a planted step", 4)
    assert np.abs(row.points).max() > 0.01
    np.testing.assert_allclose(np.array(planted.after) - np.array(plain.after), np.array(row.points), atol=1e-12)


def test_a_row_planted_after_the_second_day_moves_nothing(record, second, fits):
    fit = same_fit(fits)
    late = planted_rung(record, QUIET, 4, day="2026-03-02", known="2026-03-02")
    assert found_in(History(SECOND, late), QUIET, fit) == found_in(second, QUIET, fit)


def test_rows_of_one_ladder_come_in_the_order_of_their_days(record, fits):
    twice = planted_rung(planted_rung(record, QUIET, 2, day="2026-02-10", known="2026-02-10"), QUIET, 4)
    found = found_in(History(SECOND, twice), QUIET, same_fit(fits))
    low, high = rows_of(found, "rung")
    assert (low.after, high.before, high.after) == ("level 2, active", "level 2, active", "level 4, active")
    assert low.points != high.points
    once = found_in(History(SECOND, planted_rung(record, QUIET, 4)), QUIET, same_fit(fits))
    np.testing.assert_allclose(np.add(low.points, high.points), rows_of(once, "rung")[0].points, atol=1e-12)


def test_a_clock_that_runs_out_is_put_down_to_time_and_not_to_silence(second, fits):
    since = date(2026, 2, 5)
    later = found_in(second.at(SECOND), CASE, same_fit(fits), since)
    assert {row.leg for row in later.rows} == {"known"}, "no month of age was completed between"
    half = changes(
        load_history(as_of="2026-08-31"), CASE, SECOND, fitted=replace(fits[1]), earlier=fits[1], horizons=MONTHS
    )
    (age,), (clock,) = rows_of(half, "age"), rows_of(half, "term_clock")
    assert age.after - age.before == clock.before - clock.after > 4
    assert np.abs(clock.points).max() > 0.001
    np.testing.assert_allclose(np.array(half.before) + summed(half), half.after, atol=1e-12)


def test_silence_is_the_gap_alone(second, fits):
    since = date(2025, 9, 1)
    found = found_in(second, "air-encounters-guidelines-2018", same_fit(fits, since), since)
    (gap,) = rows_of(found, "gap")
    assert gap.leg == "silence" and gap.after > gap.before and np.abs(gap.points).max() > 0.001


def test_a_correction_between_the_days_has_a_row_of_its_own(record_copy, fits):
    record_copy.append(
        "corrections", table="cases", row_key=CASE, field="stated_horizon_months", value="36",
        recorded_on="2026-02-20", reason="found out",
    )  # fmt: skip
    found = found_in(load_history(record_copy.folder, SECOND), CASE, same_fit(fits))
    (row,) = rows_of(found, "corrections")
    assert row.leg == "corrections" and np.abs(row.points).max() > 0.01
    np.testing.assert_allclose(np.array(found.before) + summed(found), found.after, atol=1e-12)


@pytest.mark.parametrize("kind", LATER)
def test_what_became_known_after_the_second_day_changes_nothing(record, founding, fits, kind):
    planted = History(SECOND, LATER[kind](record, SECOND))
    assert found_in(planted, CASE, fits) == founding


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
    found = change_values(founding, 60)
    text, told = change_text(found), found["states"]
    chances = "   ".join(f"{100 * told[cause]['before']:.1f} %" for cause in ("formalized", "collapsed", "faded"))
    assert f"2026-02-05      {chances}   (base rate {100 * told['formalized']['base_before']:.1f} %" in text
    assert "A leader stands behind it: 30 % to no  [what became known]" in text
    assert "2026-02-06 (known 2026-02-06) accusation_of_violation, confirmed: Under secretary DiNanno" in text
    assert "Strain, as a share of its highest level: level 2, live to level 3, live" in text
    assert text.splitlines()[-1].endswith("  together")


def test_models_without_the_headline_are_refused(second, trained):
    rates = trained[1].only("base_rate")
    with pytest.raises(UsageError) as refused:
        changes(second, CASE, FIRST, fitted=rates, earlier=rates)
    assert str(refused.value) == (
        'expected ladder among the fitted models, got base_rate: fit it with fit_models(history, ["ladder"])'
    )
