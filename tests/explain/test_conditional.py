"""Conditional forecasts of a case: the headline's own number split in two, steps by their words, and what is refused."""

import numpy as np
import pytest

import forecasting as fc
from forecasting.explain.conditional import conditional
from forecasting.explain.rungs import rung_of
from forecasting.explain.steps_ahead import possible_steps
from forecasting.store.errors import UsageError

CASE = "new-start-post-expiry-2026"
DAY = "2026-02-05"


@pytest.fixture(scope="module")
def history():
    return fc.load_history(as_of=DAY)


@pytest.fixture(scope="module")
def found(history):
    return conditional(history, CASE, "talks get a date", "2027-02-05", (12, 60))


def test_the_whole_is_the_headline_with_its_bounds(history, found):
    table = fc.forecast(history, CASE, horizons=(12, 60))
    rows = table[table["model"].eq("ladder") & table["given"].eq("all")]
    for name in ("probability", "lower", "upper"):
        headline = rows.pivot(index="cause", columns="horizon", values=name)
        own = found.table().query("branch == 'whole'").pivot(index="cause", columns="horizon", values=name)
        np.testing.assert_allclose(own, headline.loc[own.index], atol=1e-12)


def test_the_branches_add_up_to_the_whole_and_hold_their_bounds(found):
    table = found.table()
    parts = table[table["branch"] != "whole"]
    total = (parts["branch_probability"] * parts["probability"]).groupby([parts["horizon"], parts["cause"]]).sum()
    whole = table[table["branch"] == "whole"].set_index(["horizon", "cause"])["probability"]
    np.testing.assert_allclose(total, whole.loc[total.index], atol=1e-12)
    assert (table["lower"] <= table["probability"]).all() and (table["probability"] <= table["upper"]).all()
    np.testing.assert_allclose(table.groupby(["branch", "horizon"])["probability"].sum(), 1.0, atol=1e-12)
    assert found.chance_lower <= found.chance <= found.chance_upper


def test_every_possible_step_is_known_by_its_words(history):
    for words, rung in possible_steps(rung_of(history.case(CASE)))[-2:]:
        assert conditional(history, CASE, words.upper(), "2027-02-05", (12,)).rung == rung


@pytest.mark.parametrize("step", ["leaders endorse it", "", "a"])
def test_what_is_no_step_or_several_is_refused(history, step):
    with pytest.raises(
        UsageError, match=r"expected one of the steps that are possible from its rung \(.*talks break off"
    ):
        conditional(history, CASE, step, "2027-02-05")


@pytest.mark.parametrize("by", ["2026-02-05", "2026-02-10", "2025-01-01", "2031-06-01"])
def test_a_day_that_is_too_early_or_too_late_is_refused(history, by):
    with pytest.raises(UsageError, match=f"expected a day from half a month to 60 months after {DAY}, got {by}"):
        conditional(history, CASE, "a draft", by)
