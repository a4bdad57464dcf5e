"""No page of an earlier day shows what was written later."""

from datetime import date, timedelta

import pandas as pd
import pytest

from forecasting import load_history
from forecasting.documents.case.evidence_values import sources
from forecasting.documents.case.material import Material

CASE = "us-china-encounters-mou-2014"


def listed(history, case_id, day):
    """Titles by source_id on the page of a day, and whether each page was written later."""
    found = sources(Material(history.at(day), case_id, (60,), "concluded"))
    return {one["source_id"]: (one["title"], one["written_later"]) for one in found}


@pytest.mark.parametrize(
    ("case_id", "day", "url"),
    [
        ("us-belarus-heu-removal-2010", date(2011, 8, 1), "suspend"),
        ("israel-lebanon-cessation-2024", date(2026, 3, 1), "march-2-6"),
    ],
)
def test_a_page_of_the_month_of_the_ending_is_not_on_a_page_of_its_first_day(history, case_id, day, url):
    titles = " ".join(title for title, _ in listed(history, case_id, day).values())
    assert "suspends heu" not in titles.lower()
    assert "new war with hezbollah" not in titles.lower()


@pytest.fixture
def monthly(small_copy):
    """A page of February 2020 on which the case rests, and another that an act of the 10th cites."""
    for source_id in ("planted-own", "planted-cited"):
        small_copy.append("sources", source_id=source_id, title=source_id, publisher="x", published="2020-02", kind="news", seen="0")  # fmt: skip
        small_copy.append("case_sources", case_id=CASE, source_id=source_id)
    small_copy.append_like("events", f"{CASE}-e05", event_id="planted-e01", event_date="2020-02-10", known_date="2020-02-10", source_id="planted-cited")  # fmt: skip
    assert small_copy.faults() == []
    return load_history(small_copy.folder)


def test_a_page_dated_to_a_month_counts_from_its_last_day(monthly):
    for day in (date(2020, 2, number) for number in (1, 9, 10, 15, 28, 29)):
        found = listed(monthly, CASE, day)
        last = day == date(2020, 2, 29)
        assert found.get("planted-own") == (("planted-own", False) if last else None)
        cited = {True: ("planted-cited", False), False: ("", True)}
        assert found.get("planted-cited") == (cited[last] if day >= date(2020, 2, 10) else None)


def test_every_page_of_the_record_counts_from_the_last_day_that_its_date_may_mean(record, history):
    told, days = record.tables["sources"].cells["published"], history.sources["published"]
    coarse = {4: "year", 7: "month", 10: "day"}
    for text, day in zip(told, days, strict=True):
        if not text:
            assert pd.isna(day)
            continue
        assert day.strftime("%Y-%m-%d").startswith(text)
        following = (day + timedelta(days=1)).strftime("%Y-%m-%d")
        assert coarse[len(text)] == "day" or not following.startswith(text)


@pytest.mark.parametrize(
    "value", ["18/02/2026", "2/18/2026", "18.02.2026", "Apr-10", "2026-13", "2026-02-30", "2026-2", "26", "1026"]
)
def test_a_date_of_publication_in_another_form_is_a_fault(small_copy, value):
    source_id = small_copy.read().tables["sources"].cells["source_id"].iloc[0]
    small_copy.edit("sources", source_id, published=value)
    expected = "published as a day, month or year as YYYY-MM-DD, YYYY-MM or YYYY, from 1800 on or empty"
    assert small_copy.faults() == [f"sources.csv row 2: expected {expected}, got {value!r}"]


@pytest.mark.parametrize("value", ["", "2010", "2010-04", "2010-04-30"])
def test_a_day_a_month_a_year_or_nothing_is_a_date_of_publication(small_copy, value):
    source_id = small_copy.read().tables["sources"].cells["source_id"].iloc[0]
    small_copy.edit("sources", source_id, published=value)
    assert small_copy.faults() == []
