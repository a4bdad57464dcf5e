"""Where a case stands, as tables: what they hold is what the functions behind them say."""

import numpy as np
import pytest

from forecasting import UsageError, load_history, where_it_stands

OLD, MONTHS = "us-china-encounters-mou-2014", (12, 60)


@pytest.fixture(scope="module")
def found():
    return where_it_stands(load_history(as_of="2026-03-01"), OLD, MONTHS, deadlines=(0, 90))


def test_shares_are_counts_over_landmarks(found):
    table = found.shares()
    assert table.index.tolist() == [12, 24, 60]
    for row, one in zip(table.itertuples(), found.past, strict=True):
        assert (row.went_on, row.faded, row.n) == (one.went_on / one.n, one.faded / one.n, one.n)
    thin = type(found)(found.rung, [type(found.past[0])(12, 9, 9, 1, 1, 0, 0)], [], [], ())
    assert np.isnan(thin.shares().loc[12, "went_on"]) and thin.shares().loc[12, "n"] == 9
    assert thin.nearest().empty and thin.steps.__self__ is thin


def test_the_nearest_are_listed_by_id(found):
    table = found.nearest()
    assert table.index.tolist() == [one.case_id for one in found.near] and OLD not in table.index


def test_steps_are_those_of_the_horizon_and_state_asked_for(found):
    table = found.steps(60, "collapsed")
    assert table["days"].tolist() == [0] * (len(table) // 2) + [90] * (len(table) // 2)
    assert table["then"].tolist() == [float(each.then[1, 1]) for each in found.ahead]
    assert table["then"].tolist() != found.steps(60)["then"].tolist() != found.steps(12)["then"].tolist()
    assert not table.loc[table["step"] == "", "outside_history"].any()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((24, "formalized"), "expected one of 12, 60, got 24; ask for one of them"),
        ((60, "over"), "expected one of formalized, collapsed, faded, ongoing, got 'over'; ask for one of them"),
    ],
)
def test_other_horizons_and_states_are_refused(found, asked, message):
    with pytest.raises(UsageError) as error:
        found.steps(*asked)
    assert str(error.value) == message
