"""Faults of the series, one line each; and what a day knows of them."""

from datetime import date

import pytest

from forecasting import History
from forecasting.record.known_series import SeriesIndex
from forecasting.record.schema import TABLES
from forecasting.record.series_schema import SERIES, SERIES_KNOWN, YEARLY

TESTS = "series/nuclear_tests.csv"
ADD = "use a code of parties.csv, or add the state there first"
SPOILT = {
    "a year twice": ("USA/1990", {}, "{file} row {last} : expected code and year unlike that of every other row, got code='USA', year='1990'; keep one of the two rows"),
    "a figure without citation": ("USA/1990", {"year": "2020", "published": "2020", "source_id": ""}, "{file} row {last} : expected source_id as a key of sources.csv, got ''; name the source of the figure, a row of sources.csv"),
    "a new state code": ("USA/1990", {"code": "ATL"}, "{file} row {last} : expected code as a key of parties.csv, got 'ATL'; " + ADD),
    "a gap": ("USA/1990", {"year": "2022", "published": "2022"}, "{file} row {last} : expected a figure of USA for 2020 to 2021, got none; add the figures with their source, or a row of series/gaps.csv"),
    "a state of other years": ("SUN/1990", {"year": "1992", "published": "1992"}, "{file} row {last} : expected a year of SUN, from 1922-12-30 to 1991-12-26, got year='1992', code='SUN'; use the code of the day, or correct the years of the code in parties.csv"),
    "published before its year": ("USA/1990", {"year": "2020", "published": "2019"}, "{file} row {last} : expected published in the year of the figure or later, got year='2020', published='2019'; correct one of the two"),
    "no number": ("USA/1990", {"year": "2020", "published": "2020", "tests": "many"}, "{file} row {last} : expected tests as a whole number from 0 to 1000, got 'many'"),
}  # fmt: skip


@pytest.mark.parametrize(("like", "cells", "told"), SPOILT.values(), ids=SPOILT)
def test_a_fault_of_a_series_is_one_line(plain_copy, like, cells, told):
    plain_copy.append_like("nuclear_tests", like, **cells)
    line = told.format(file=TESTS, last=plain_copy.last_row("nuclear_tests")).replace(" :", ":")
    assert plain_copy.faults() == [line]


def test_a_gap_that_is_said_to_be_one_is_none(plain_copy):
    plain_copy.append_like("nuclear_tests", "USA/1990", year="2022", published="2022")
    gap = {"series": "nuclear_tests", "code": "USA", "first_year": "2020", "last_year": "2021", "reason": "not counted"}
    plain_copy.append("series_gaps", **gap)
    assert plain_copy.faults() == []
    plain_copy.append_like("nuclear_tests", "USA/1990", year="2021", published="2021")
    row = plain_copy.last_row("series_gaps")
    assert (
        f"series/gaps.csv row {row}: expected no figure in a gap, got a figure of USA for 2021 in {TESTS}; shorten the gap, or drop the row"
        in plain_copy.faults()
    )


@pytest.mark.parametrize(
    ("table", "key", "cells", "told"),
    [
        ("leaders", "USA/1977-01-20/Carter", {"end_date": "1976-01-20"}, "end_date on or after start_date, got start_date='1977-01-20', end_date='1976-01-20'; correct one of the two"),
        ("capabilities", "USA/1990", {"cinc": "1.5"}, "cinc as a number from 0 to 1, got '1.5'"),
        ("nuclear_votes", "USA/1990", {"ideal_point": "-11"}, "ideal_point as a number from -10 to 10, got '-11'"),
        ("disputes", "CHN/USA/1996", {"code": "USA"}, "two states, got code='USA', other='USA'; name the other of the two"),
    ],
)  # fmt: skip
def test_faults_of_the_other_series(plain_copy, table, key, cells, told):
    row = plain_copy.row_of(table, key)
    plain_copy.edit(table, key, **cells)
    assert plain_copy.faults() == [f"{TABLES[table].path} row {row}: expected {told}"]


@pytest.mark.parametrize("day", [date(1962, 10, 28), date(1999, 6, 30), date(2026, 8, 31)])
@pytest.mark.parametrize("name", SERIES)
def test_a_day_knows_the_rows_that_count_by_then_alone(record, name, day):
    rows = History(day, record).series(name)
    assert (rows[SERIES_KNOWN[name]].dt.date <= day).all()
    every = record.tables[name].typed(SERIES_KNOWN[name])
    assert len(rows) == (every.dt.date <= day).sum()
    if "end_date" in rows:
        assert not (rows["end_date"].dt.date > day).any()


def test_a_figure_of_a_year_counts_from_the_day_after_which_it_was_published(record):
    before, after = (History(date(1987, 12, day), record).series("capabilities") for day in (30, 31))
    assert (len(before), after["year"].max()) == (0, 1985)


def test_figures_by_hand(history):
    """Counted in the tables: 100 seats need 67, and the president's party had 53 in 2026 and 57 in 1999's table 45."""
    index = SeriesIndex(history, history.dossiers()._successors.lineage)

    def known(*states, day):
        return index.figures(states, date.fromisoformat(day).toordinal())

    assert known("RUS", "USA", day="2026-08-31")["votes_wanting"] == pytest.approx((67 - 53) / 100)
    assert known("RUS", "USA", day="1999-06-30")["votes_wanting"] == pytest.approx((67 - 45) / 100)
    assert "votes_wanting" not in known("RUS", "CHN", day="1999-06-30")
    assert known("RUS", "USA", day="1985-03-12")["leader_since"] == date(1985, 3, 11).toordinal()
    assert (known("RUS", "USA", day="1962-10-28")["tested"], known("RUS", "USA", day="1999-06-30").get("tested")) == (
        1,
        0,
    )
    assert "rivals" not in known("RUS", "USA", day="2022-12-30")
    assert known("RUS", "USA", day="2022-12-31")["rivals"] == 1
    assert known("CHN", day="2026-08-31").keys() <= {"leader_since", "election_on", "tested", "dispute_years"}


@pytest.mark.parametrize("name", YEARLY)
def test_every_gap_between_two_years_is_said_to_be_one_and_no_more(record, name):
    years = {}
    for code, year in zip(*(record.tables[name].cells[column] for column in ("code", "year")), strict=True):
        years.setdefault(code, set()).add(int(year))
    missing = {(code, year) for code, own in years.items() for year in range(min(own), max(own)) if year not in own}
    gaps = record.tables["series_gaps"].cells
    own = gaps[gaps["series"] == name]
    told = {(row.code, year) for row in own.itertuples() for year in range(int(row.first_year), int(row.last_year) + 1)}
    assert told == missing
