"""Records at the edge: the forecast by the ladder says how little it knows, or refuses once and clearly."""

import hashlib
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting import fit_models, forecast
from forecasting.models import HEADLINE, LADDER_MODEL
from forecasting.record.history import History
from forecasting.record.reading import RawTable
from forecasting.store.errors import InsufficientHistoryError

DAY = date(2026, 3, 1)
OPEN, CLAIMED = "us-china-encounters-mou-2014", "new-start-post-expiry-2026"
HORIZONS, NAMES = (12, 60), (HEADLINE, LADDER_MODEL)


def fitted(record):
    return fit_models(History(DAY, record), NAMES)


def told(each, record, name, case=OPEN):
    """Rows of a model's marginal forecast."""
    table = forecast(History(DAY, record), case, fitted=each, horizons=HORIZONS)
    return table[(table["model"] == name) & (table["given"] == "all")]


def headline(record, case=OPEN):
    """Point and bounds of the headline by state and horizon."""
    table = told(fitted(record), record, HEADLINE, case)
    assert np.isfinite(table[["probability", "lower", "upper"]]).all(axis=None)
    assert ((table["lower"] >= 0) & (table["upper"] <= 1)).all()
    assert ((table["lower"] <= table["probability"]) & (table["probability"] <= table["upper"])).all()
    np.testing.assert_allclose(table.groupby("horizon")["probability"].sum(), 1.0, atol=1e-12)
    return table.set_index(["horizon", "cause"])


def point(record, case=OPEN):
    return headline(record, case)["probability"]


def changed(record, name, change):
    """The record with the cells of a table changed, or rows of it dropped or added, and another hash."""
    raw = record.tables[name]
    cells = change(raw.cells.copy()).reset_index(drop=True)
    tables = dict(record.tables) | {name: RawTable(raw.table, cells, np.array([""] * len(cells)), np.zeros(len(cells)))}
    digest = hashlib.sha256((record.sha256 + cells.to_csv()).encode()).hexdigest()
    return replace(record, tables=tables, sha256=digest)


def only(record, case_ids):
    """The record of some cases."""
    for name, raw in record.tables.items():
        if "case_id" in raw.cells:
            record = changed(record, name, lambda cells: cells[cells["case_id"].isin(case_ids)])
    return record


def with_ladders(record, change):
    return changed(record, "ladders", change)


def own(cells, ladder="formalization"):
    return (cells["case_id"] == OPEN) & (cells["ladder"] == ladder)


def ended(record, causes=("formalized", "collapsed", "faded")):
    """Prospectively sampled core cases that ended so by the day, in the order of their endings."""
    coding = record.tables["coding"].cells
    core = coding[(coding["in_core"] == "1") & (coding["sampled_via"] == "forward")]["case_id"]
    rows = record.tables["outcomes"].cells
    rows = rows[(rows["target"] == "concluded") & rows["cause"].isin(causes) & rows["case_id"].isin(core)]
    return rows[rows["end_known_date"] < DAY.isoformat()].sort_values("end_date")["case_id"].tolist()


@pytest.fixture(scope="module")
def some(record):
    """Every fourth case that ended, and one that goes on."""
    return only(record, {*ended(record)[::4], OPEN})


def test_a_case_without_rows_is_forecast_from_the_rest_as_if_at_the_bottom(some):
    bare = with_ladders(some, lambda cells: cells[cells["case_id"] != OPEN])
    lowest = with_ladders(some, lambda cells: first_alone(cells, "0", "none"))
    higher = with_ladders(some, lambda cells: first_alone(cells, "4", "active"))
    np.testing.assert_allclose(point(bare), point(lowest), atol=1e-9)
    assert point(higher)[60, "formalized"] > point(bare)[60, "formalized"] + 0.05


def first_alone(cells, level, status):
    """The open case with one row a ladder: its first, at another level of the way to a text, and without strain."""
    cells = cells[(cells["case_id"] != OPEN) | ~cells.duplicated(["case_id", "ladder"])].copy()
    cells.loc[own(cells), ["level", "status"]] = level, status
    cells.loc[own(cells, "strain"), ["level", "status"]] = "0", "live"
    return cells


def test_a_ladder_that_ends_before_the_day_holds_until_somebody_says_otherwise(some):
    early = with_ladders(some, lambda cells: first_alone(cells, "2", "active"))
    again = with_ladders(early, lambda cells: with_row(cells, "2"))
    other = with_ladders(early, lambda cells: with_row(cells, "4"))
    np.testing.assert_allclose(point(early), point(again), atol=1e-9)
    assert point(other)[60, "formalized"] > point(early)[60, "formalized"] + 0.05


def with_row(cells, level):
    """The open case with its first row once more, years later, at a level."""
    later = cells[own(cells)].assign(date="2024-01-31", known_date="2024-01-31", level=level)
    return pd.concat([cells, later], ignore_index=True)


def test_a_record_whose_every_case_is_on_one_rung_knows_no_move(some):
    still = with_ladders(some, lambda cells: one_rung(cells, "none"))
    model = fitted(still).models[LADDER_MODEL]
    assert model.moves_.exits.tolist() == [0.0] * 18 and (model.moves_.destinations == 0.0).all()
    found = headline(still)
    assert (found["upper"] - found["lower"] > 0.002).all()
    moving = fitted(some).models[LADDER_MODEL]
    assert moving.moves_.exits.max() > 0.0


def one_rung(cells, status):
    cells.loc[cells["ladder"] == "formalization", ["level", "status"]] = "0", status
    return cells


def test_ten_endings_give_a_wide_interval_and_nine_a_refusal(record):
    names = ended(record)
    ten = headline(only(record, {*names[:10], OPEN}))
    whole = headline(record)
    width = {name: (each["upper"] - each["lower"])[60].mean() for name, each in (("ten", ten), ("whole", whole))}
    assert width["ten"] > 1.3 * width["whole"]
    with pytest.raises(InsufficientHistoryError, match="expected a day by which at least 10 endings were known, got "
                       "2026-03-01 with 9"):  # fmt: skip
        fitted(only(record, {*names[:9], OPEN}))


@pytest.mark.parametrize("cause", ["formalized", "collapsed", "faded"])
def test_of_one_ending_alone_the_others_are_unlikely_and_not_impossible(record, cause):
    found = headline(only(record, {*ended(record, (cause,))[:25], OPEN}))
    others = {"formalized", "collapsed", "faded"} - {cause}
    for other in others:
        assert found["probability"][60, cause] > found["probability"][60, other] >= 0.0
        assert found["upper"][60, other] > 0.0


@pytest.mark.long
def test_claims_that_are_certain_either_way_are_acts_or_no_acts(record):
    """Every claim with probability 1 is as good as confirmed; with 0, its rungs are left out."""
    record = resting(uncorrected(only(record, {*ended(record)[::4], CLAIMED})))
    sure, never = (changed(record, "claims", lambda cells, p=p: cells.assign(probability=p)) for p in ("1", "0"))
    confirmed = changed(record, "events", as_confirmed)
    gone = with_ladders(never, lambda cells: cells[~rests_on_claims(cells, record)])
    with_act, without, as_sure, as_gone = map(point_of_model, (sure, never, confirmed, gone))
    np.testing.assert_allclose(with_act, as_sure, atol=1e-9)
    np.testing.assert_allclose(without, as_gone, atol=1e-9)
    assert np.abs(with_act - without).max() > 0.01


def uncorrected(record):
    """The record without corrections of claims: a claim is as likely as stated on every day."""
    return changed(record, "corrections", lambda cells: cells[cells["table"] != "claims"])


def resting(record):
    """The record in which a case came to level 3 by an act that rests on a claim."""
    acts = record.tables["events"].cells
    claimed = acts[(acts["case_id"] == CLAIMED) & (acts["claim_id"] != "")]["event_id"].iloc[0]

    def change(cells):
        theirs = (cells["case_id"] == CLAIMED) & (cells["ladder"] == "formalization")
        first = theirs & (cells["date"] == "2026-02-05")
        cells.loc[first, ["level", "events"]] = "3", claimed
        return cells[first | ~theirs]

    return with_ladders(record, change)


def point_of_model(record):
    return told(fitted(record), record, LADDER_MODEL, CLAIMED)["probability"].to_numpy()


def as_confirmed(cells):
    cells.loc[cells["claim_id"] != "", ["standing", "claim_id"]] = "confirmed", ""
    return cells


def rests_on_claims(cells, record):
    """Rows of the ladders whose every act rests on a claim."""
    events = record.tables["events"].cells.set_index("event_id")["claim_id"]
    return cells["events"].map(lambda named: bool(named) and all(events.get(one, "") for one in named.split(";")))
