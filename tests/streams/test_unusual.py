"""Cases to look at: a new high since anyone looked, as a list, in the portfolio and in the brief."""

import json
import shutil
from datetime import date, timedelta

import pytest
from calling import call
from event_rows import daily_file, gdelt, write

from forecasting.documents.activity import activity_of_all, activity_of_case, activity_values
from forecasting.documents.blocks import Link
from forecasting.documents.compose import section
from forecasting.documents.text import section_text
from forecasting.publish.notebook import render_report
from forecasting.publish.parameters import checked_parameters
from forecasting.store.errors import UsageError
from forecasting.streams.store import open_store
from forecasting.streams.unusual import UNVALIDATED, unusual_activity
from forecasting.verify import Trusted, verify

CASE = "new-start-post-expiry-2026"
LAGGING = "israel-opacity-understanding-1969"


def file_of_days(folder, last, high=None, n_days=700):
    """One file of the days before a day: two attacks a block of 30 days, and twenty on one day if asked for."""
    rows = []
    for ago in range(n_days):
        day = f"{last - timedelta(days=ago):%Y%m%d}"
        n = (ago % 15 == 0) + 20 * (ago == high)
        rows += [gdelt(ago * 100 + k, day, "USA", "ISR", act="190", NumSources=k) for k in range(n)]
        rows.append(gdelt(ago * 100 + 99, day, "FRA", "FRA"))
    return write(folder / "all.CSV", "gdelt1", rows)


@pytest.mark.parametrize(("high", "listed"), [(3, True), (None, False), (200, False)])
def test_a_case_is_listed_for_a_new_high_since_anyone_looked_and_for_no_old_one(high, listed, added, history, tmp_path):
    day, looked = history.as_of, history.case(LAGGING).looked_until
    assert (looked, history.case(CASE).looked_until) == (day - timedelta(days=88), day)
    added(file_of_days(tmp_path, day, high))
    found = unusual_activity(added.folder)
    ours = [one for one in found.unusual if one.case_id == LAGGING]
    assert [one.what for one in ours] == (["all", "conflict"] if listed else [])
    assert (LAGGING in found.usual) != listed and CASE in found.not_assessed
    if listed:
        assert (ours[0].first, ours[0].last, ours[0].n) == (day - timedelta(days=29), day, 22)
        assert (ours[0].before, ours[0].most_before, ours[0].looked_until) == (2.0, 2, looked)
        assert {one.act for one in ours[0].events} == {"Use conventional military force"}
        assert [one.n_sources for one in ours[0].events] == list(range(19, 9, -1))
        assert LAGGING in set(found.table()["case_id"])


def test_what_became_known_after_the_day_lists_no_case(added, history, tmp_path):
    added(file_of_days(tmp_path, history.as_of, high=3))
    before, after = (unusual_activity(added.folder, history.as_of - timedelta(days=ago)) for ago in (4, 3))
    assert [LAGGING in {one.case_id for one in found.unusual} for found in (before, after)] == [False, True]


def test_too_few_days_of_files_list_nothing(added, history, tmp_path, capsys):
    added(file_of_days(tmp_path, history.as_of, high=3, n_days=300))
    assert call("streams", "look", added.folder) == 0
    said = capsys.readouterr().out
    assert said.startswith(UNVALIDATED) and "0 kinds of unusual activity; 0 cases" in said
    with pytest.raises(UsageError, match="expected a day that the files cover, 2025-11-05 to 2026-08-31"):
        unusual_activity(added.folder, date(2020, 1, 1))
    with pytest.raises(UsageError, match="expected a store of event files, got nothing in"):
        unusual_activity(tmp_path / "none")


@pytest.fixture
def store(added, history, tmp_path):
    """A store in which the case that nobody looked at for long has a new high."""
    added(file_of_days(tmp_path, history.as_of, high=3))
    return added.folder


def words(found):
    return section_text(section(*found)).replace("\xa0", " ")


def test_the_portfolio_lists_it_with_the_events_behind_it_and_says_that_it_is_unvalidated(store, history):
    found = activity_values(history, store)
    content = {"activity": found, "cases": {}}
    said = words(activity_of_all(content, lambda _, case: Link(words=f"case {case}", to="")))
    assert "unusual activity since anyone last looked" in said and "Unvalidated" in said
    assert (
        said.count(f"case {LAGGING}") == 1 and "22, 2 August 2026 to 31 August 2026; before at most 2, median 2" in said
    )
    assert "USA to ISR: Use conventional military force" in said and found["sha256"] in said
    assert all(len(one["events"]) == 3 for one in found["unusual"])
    assert activity_values(history, None) is None and words(activity_of_all({"activity": None}, None)) == ""


@pytest.mark.parametrize(
    ("case", "as_of", "told"),
    [
        (LAGGING, "2026-08-31", "all events: 22, "),
        (CASE, "2026-08-31", "not assessed: somebody looked until the day"),
        (LAGGING, "2023-01-01", "not assessed; they cover 1 October 2024 to 31 August 2026"),
        (LAGGING, "2026-08-20", "no unusual activity since anyone last looked"),
    ],
)
def test_the_brief_tells_of_its_own_case(case, as_of, told, store, history):
    found = activity_values(history.at(date.fromisoformat(as_of)), store, [case])
    assert told in words(activity_of_case({"activity": found}))


@pytest.mark.parametrize("template", ["portfolio", "brief"])
def test_another_store_is_another_page_and_the_path_of_one_is_none(template, store, added, tmp_path):
    asked = {"case_id": LAGGING} if template == "brief" else {}
    plain, listed = (checked_parameters(template, asked | more) for more in ({}, {"streams": str(store)}))
    assert plain.folder() == listed.folder() and plain.files_read() == {}
    assert (read := listed.files_read()) == {"streams": open_store(store).sha256}
    moved = shutil.copytree(store, tmp_path / "moved")
    assert checked_parameters(template, asked | {"streams": moved}).files_read() == read
    added(daily_file(tmp_path, date(2024, 9, 1)))
    assert listed.files_read() != read
    with pytest.raises(UsageError, match="expected a store of event files, got nothing in"):
        checked_parameters(template, asked | {"streams": tmp_path / "none"}).files_read()


@pytest.mark.long
def test_pages_that_looked_in_event_files_are_verified_with_the_files_that_are_trusted(store, tmp_path):
    for template, asked in (("portfolio", {"horizons": [60]}), ("brief", {"case_id": LAGGING, "horizons": [60]})):
        plain = render_report(template, asked | {"artefacts": None}, tmp_path / "plain")
        page = render_report(template, asked | {"artefacts": None, "streams": str(store)}, tmp_path / "reports")
        assert "Unvalidated" in page.read_text() and "Event files" not in plain.read_text()
        held, without = (json.loads(one.with_suffix(".json").read_text()) for one in (page, plain))
        assert {name for name in without if held[name] != without[name]} == {"activity", "provenance", "rendering"}
        with pytest.raises(UsageError, match="expected --streams, the event files to hold the page against, got none"):
            verify(page, Trusted())
        assert not verify(page, Trusted(streams=shutil.copytree(store, tmp_path / template))).differences
