"""Conditional forecasts in the ledger: issued once, void where the condition fails, scored where it holds."""

from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from bodies import ISSUED_ON, put

import forecasting as fc
from forecasting.ledger import issue_conditional, read_chain, resolve, score, verify
from forecasting.ledger.conditionals import conditional_lines, settled_conditions
from forecasting.ledger.entries import FORM
from forecasting.ledger.of_case import said_of_case
from forecasting.store.errors import UsageError
from forecasting.verify.entries import verify_entries
from forecasting.verify.verification import Trusted

TAKEN, NOT_TAKEN = np.array([0.4, 0.2, 0.1, 0.3]), np.array([0.1, 0.3, 0.2, 0.4])


def found(case_id, as_of, by, level=2, status="active", form=0, chance=0.25, horizons=(12,)):
    tables = {"taken": TAKEN, "not taken": NOT_TAKEN, "whole": chance * TAKEN + (1 - chance) * NOT_TAKEN}
    return SimpleNamespace(
        case_id=case_id, as_of=date.fromisoformat(as_of), by=date.fromisoformat(by), target="concluded", step="a draft is tabled",
        rung=SimpleNamespace(form=form, level=level, status=status), chance=chance, horizons=horizons,
        probability={name: np.repeat(row[:, None], len(horizons), axis=1) for name, row in tables.items()},
    )  # fmt: skip


@pytest.fixture(scope="module")
def history():
    return fc.load_history()


@pytest.fixture(scope="module")
def steps(history):
    """A closed case with a step that an act moved: its id, the day before the step, the day after it, and the level."""
    rows = history.ladders[history.ladders["ladder"].eq("formalization") & history.ladders["status"].eq("active")]
    ended = set(
        history.outcomes[history.outcomes["end_date"].notna() & history.outcomes["target"].eq("concluded")]["case_id"]
    )
    for case_id, _ in rows.groupby("case_id"):
        case = history.case(case_id) if case_id in ended else None
        if case is None or case.start["type"] in ("signed_unratified", "provisional_application"):
            continue
        rungs = [r for r in case.rungs if r.ladder == "formalization"]
        for before, after in pairwise(rungs):
            if (
                before.level < after.level
                and before.status == after.status == "active"
                and (after.day - before.day).days > 60
            ):
                return case_id, before.day, after
    raise AssertionError("no such case")


def shifted(day, days):
    return date.fromordinal(day.toordinal() + days).isoformat()


@pytest.mark.parametrize(("days_after", "is_taken"), [(1, "yes"), (-1, "no")])
def test_a_step_on_record_meets_the_condition_and_a_later_one_does_not(tmp_path, history, steps, days_after, is_taken):
    case_id, before, after = steps
    asked = found(case_id, shifted(before, 1), shifted(after.day, days_after), after.level)
    issue_conditional(asked, tmp_path, history, ISSUED_ON)
    resolve(tmp_path, history, ISSUED_ON)
    chain = read_chain(tmp_path)
    assert list(settled_conditions(chain).values()) == [is_taken]
    lines = conditional_lines(chain).set_index("branch")
    holds, fails = ("taken", "not taken") if is_taken == "yes" else ("not taken", "taken")
    assert lines.loc[fails, "resolution"] == "void" and not lines.loc[fails, "is_scored"]
    assert lines.loc[holds, "resolution"] not in ("", "void") and lines.loc[holds, "is_scored"]
    row = score(tmp_path).conditionals.iloc[0]
    assert (row["issued"], row["void"], row["scored"], row["taken"]) == (2, 1, 1, float(is_taken == "yes"))
    state = ["formalized", "collapsed", "faded", "ongoing"].index(lines.loc[holds, "resolution"])
    said = TAKEN if is_taken == "yes" else NOT_TAKEN
    assert row["brier"] == pytest.approx(((said - np.eye(4)[state]) ** 2).sum() / 2)
    assert not verify(tmp_path).faults


def test_resolving_again_adds_nothing(tmp_path, history, steps):
    case_id, before, after = steps
    issue_conditional(
        found(case_id, shifted(before, 1), shifted(after.day, 1), after.level), tmp_path, history, ISSUED_ON
    )
    assert resolve(tmp_path, history, ISSUED_ON).paths
    assert not resolve(tmp_path, history, ISSUED_ON).paths


def test_where_it_stood_already_is_void(tmp_path, history, steps):
    case_id, _, after = steps
    issue_conditional(
        found(case_id, shifted(after.day, 1), shifted(after.day, 40), after.level), tmp_path, history, ISSUED_ON
    )
    resolve(tmp_path, history, ISSUED_ON)
    assert list(settled_conditions(read_chain(tmp_path)).values()) == ["void"]
    assert set(conditional_lines(read_chain(tmp_path))["resolution"]) == {"void"}


def test_what_is_not_over_is_pending(tmp_path, history):
    issue_conditional(found("new-start-post-expiry-2026", "2026-08-31", "2027-08-31", 4), tmp_path, history, ISSUED_ON)
    assert not resolve(tmp_path, history, ISSUED_ON).paths
    row = score(tmp_path).conditionals.iloc[0]
    assert (row["issued"], row["void"], row["scored"]) == (2, 0, 0)


@pytest.mark.parametrize(
    ("day", "is_told"), [("2026-08-30", False), ("2026-08-31", True), ("2027-08-31", True), ("2027-09-01", False)]
)
def test_a_page_tells_of_it_from_its_day_to_the_last_day_of_the_step(tmp_path, history, day, is_told):
    asked = found("new-start-post-expiry-2026", "2026-08-31", "2027-08-31", 4)
    issue_conditional(asked, tmp_path, history, ISSUED_ON)
    told = said_of_case(tmp_path, asked.case_id, "concluded", date.fromisoformat(day))["conditionals"]
    assert [(one["by"], one["chance"]) for one in told] == [("2027-08-31", pytest.approx(asked.chance))] * is_told
    assert said_of_case(tmp_path, "mtcr-1987", "concluded", date.fromisoformat(day))["conditionals"] == []


def test_the_same_condition_twice_is_refused_and_another_is_not(tmp_path, history):
    first = found("new-start-post-expiry-2026", "2026-08-31", "2027-08-31", 4)
    issue_conditional(first, tmp_path, history, ISSUED_ON)
    with pytest.raises(UsageError, match="expected a condition not issued before, got a draft is tabled by 2027-08-31"):
        issue_conditional(first, tmp_path, history, ISSUED_ON)
    assert issue_conditional(found(first.case_id, "2026-08-31", "2027-09-30", 4), tmp_path, history, ISSUED_ON).paths


def test_branches_that_do_not_add_up_are_refused(tmp_path, history):
    issue_conditional(
        found("new-start-post-expiry-2026", "2026-08-31", "2027-08-31", 4), tmp_path / "one", history, ISSUED_ON
    )
    body = read_chain(tmp_path / "one").links[0].entry.model_dump()
    kept = {name: value for name, value in body.items() if name not in ("sequence", "previous", "issued_on")}
    assert put(tmp_path / "two", kept)
    with pytest.raises(UsageError, match="expected branches that add up to the whole"):
        put(tmp_path / "three", kept | {"chance": 0.3})
    # the record of the entry ends as it is made, and a live one is of that end
    earlier = kept | {"kind": "live", "record_end": date(2026, 8, 30)}
    with pytest.raises(UsageError, match="expected a live as_of at the record's end, got 2026-08-31"):
        put(tmp_path / "four", earlier)
    assert put(tmp_path / "five", earlier | {"record_end": date(2026, 8, 31)})
    assert FORM.validate_python(body).entry == "conditional"


def test_a_conditional_forecast_is_made_again_and_an_altered_one_found_out(tmp_path, history):
    case_id, as_of = "salt2-observance-1979", date(1985, 1, 1)
    then = history.at(as_of)
    issue_conditional(
        fc.conditional(then, case_id, "all have consented", "1986-01-01", [12, 60]), tmp_path, then, ISSUED_ON
    )
    right = verify_entries(tmp_path, Trusted())
    assert not right.differences and right.n > 20
    body = read_chain(tmp_path).links[0].entry.model_dump()
    kept = {name: value for name, value in body.items() if name not in ("sequence", "previous", "issued_on")}
    put(tmp_path / "other", kept | {"cluster_id": "another"})
    assert [one.pointer for one in verify_entries(tmp_path / "other", Trusted()).differences] == ["/cluster_id"]
