"""Resolving: the state at the deadline as the record has it, once and again only where the record says otherwise."""

from dataclasses import replace
from datetime import date

import pytest
from bodies import ISSUED_ON, issue_body, put

from forecasting.ledger import read, read_chain, resolve
from forecasting.ledger.resolve import KnownEndings, Verdict, known_endings, verdict
from forecasting.store.errors import UsageError

ENDED = "salt2-observance-1979"
OPEN = "new-start-post-expiry-2026"
AS_OF = date(1982, 1, 1)
KNOWN = KnownEndings(
    {"a": date(1990, 1, 1), "b": date(1990, 1, 1)},
    {
        ("a", "concluded"): ("faded", date(2000, 12, 31), date(2002, 5, 1), date(1999, 1, 1)),
        ("b", "concluded"): ("", None, None, date(2003, 6, 1)),
    },
)


@pytest.mark.parametrize(
    ("case", "as_of", "due", "found"),
    [
        ("a", date(1999, 1, 1), date(2000, 12, 30), Verdict("ongoing", date(2000, 12, 31))),
        ("a", date(1999, 1, 1), date(2000, 12, 31), Verdict("faded", date(2000, 12, 31))),
        ("a", date(2001, 1, 1), date(2002, 1, 1), Verdict("faded", date(2000, 12, 31))),
        ("a", date(2002, 4, 30), date(2003, 1, 1), Verdict("faded", date(2000, 12, 31))),
        ("a", date(2002, 5, 1), date(2003, 1, 1), Verdict("void", reason="the record now says that the case faded on 2000-12-31, known on 2002-05-01")),
        ("a", date(1989, 12, 31), date(1995, 1, 1), Verdict("void", reason="the record now says that the case became known only on 1990-01-01")),
        ("b", date(2000, 1, 1), date(2003, 6, 1), Verdict("ongoing", date(2003, 6, 1))),
        ("b", date(2000, 1, 1), date(2003, 6, 2), None),
        ("c", date(2000, 1, 1), date(2003, 6, 2), Verdict("void", reason="the record no longer holds the case")),
    ],
)  # fmt: skip
def test_the_verdict_on_a_question(case, as_of, due, found):
    assert verdict(KNOWN, case, "concluded", as_of, due) == found


def test_a_target_that_is_coded_no_more_makes_void():
    assert verdict(KNOWN, "a", "in_force", date(1999, 1, 1), date(2001, 1, 1)) == Verdict(
        "void", reason="the record no longer codes the case under the target in_force"
    )


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    put(
        folder,
        issue_body([ENDED], AS_OF, horizons=(12, 120)),
        issue_body([ENDED], AS_OF, horizons=(12, 120), model="other"),
        issue_body(["merged-case-1980"], AS_OF, horizons=(12, 120)),
        issue_body([OPEN], date(2026, 8, 31), horizons=(12, 120)),
    )
    return folder


def test_the_record_settles_what_it_can(ledger, history):
    written = resolve(ledger, history, ISSUED_ON)
    assert [path.name for path in written.paths] == ["000005-resolution-2026-11-24.json"]
    entry = read_chain(ledger).links[-1].entry
    assert (entry.record_sha256, entry.record_end) == (history.sha256, history.as_of)
    assert [(r.case_id, r.horizons, r.state, r.evidence_date, r.reason) for r in entry.resolutions] == [
        ("merged-case-1980", (12, 120), "void", None, "the record no longer holds the case"),
        (ENDED, (12,), "ongoing", date(1986, 5, 27), None),
        (ENDED, (120,), "collapsed", date(1986, 5, 27), None),
    ]
    told = read(ledger).drop_duplicates(["model", "case_id", "horizon"]).set_index(["model", "case_id", "horizon"])
    assert told["resolution"].to_dict() == {
        ("primary", ENDED, 12): "ongoing",
        ("primary", ENDED, 120): "collapsed",
        ("other", ENDED, 12): "ongoing",
        ("other", ENDED, 120): "collapsed",
        ("primary", "merged-case-1980", 12): "void",
        ("primary", "merged-case-1980", 120): "void",
        ("primary", OPEN, 12): "",
        ("primary", OPEN, 120): "",
    }


def test_a_second_time_nothing_is_added(ledger, history):
    resolve(ledger, history, ISSUED_ON)
    before = {path.name: path.read_bytes() for path in ledger.iterdir()}
    assert resolve(ledger, history, ISSUED_ON).paths == ()
    assert {path.name: path.read_bytes() for path in ledger.iterdir()} == before


def test_a_record_that_says_otherwise_later_adds_a_resolution_and_the_last_one_counts(ledger, history):
    resolve(ledger, history.at(date(1985, 1, 1)), ISSUED_ON)
    first = read_chain(ledger).links[-1].entry
    assert [(r.case_id, r.horizons, r.state) for r in first.resolutions if r.case_id == ENDED] == [
        (ENDED, (12,), "ongoing")
    ]
    resolve(ledger, history, ISSUED_ON)
    second = read_chain(ledger).links[-1].entry
    assert [(r.case_id, r.horizons, r.state) for r in second.resolutions] == [(ENDED, (120,), "collapsed")]


def test_a_corrected_ending_is_told_again(ledger, history):
    resolve(ledger, history, ISSUED_ON)
    cells = history.record.tables["outcomes"].cells.copy()
    cells.loc[cells["case_id"] == ENDED, "cause"] = "faded"
    tables = {**history.record.tables, "outcomes": replace(history.record.tables["outcomes"], cells=cells)}
    corrected = replace(history, record=replace(history.record, tables=tables))
    resolve(ledger, corrected, ISSUED_ON)
    assert [(r.horizons, r.state) for r in read_chain(ledger).links[-1].entry.resolutions] == [((120,), "faded")]
    assert resolve(ledger, corrected, ISSUED_ON).paths == ()


def test_a_record_that_ends_before_the_last_one_is_refused(ledger, history):
    resolve(ledger, history, ISSUED_ON)
    with pytest.raises(UsageError) as refused:
        resolve(ledger, history.at(date(2020, 1, 1)), ISSUED_ON)
    assert str(refused.value) == (
        "expected a record up to 2026-08-31 or later, as at the last resolution, got 2020-01-01; use a later one"
    )


def test_an_unseen_case_that_falls_due_moves_the_day_on_without_a_verdict(tmp_path, history):
    known = known_endings(history)
    going_on = {case: each for (case, target), each in known.endings.items() if target == "concluded" and not each[0]}
    stale, (*_, seen) = min(going_on.items(), key=lambda each: each[1][3])
    put(tmp_path, issue_body([stale], seen, horizons=(12,)))
    resolve(tmp_path, history, ISSUED_ON)
    entry = read_chain(tmp_path).links[-1].entry
    assert (entry.record_end, entry.resolutions) == (history.as_of, ())
    assert resolve(tmp_path, history, ISSUED_ON).paths == ()


def test_a_resolution_names_the_sources_of_the_ending_act(ledger, history):
    resolve(ledger, history, ISSUED_ON)
    acts = history.record.tables["events"].cells
    ending = acts[(acts["case_id"] == ENDED) & (acts["is_ending"] == "1")].iloc[0]
    void, *settled = read_chain(ledger).links[-1].entry.resolutions
    assert void.sources is None
    assert all(set(ending["source_id"].split(";")) <= set(one.sources) for one in settled)


def test_what_was_seen_last_names_where_it_was_seen(history):
    known = known_endings(history)
    sight = history.outcome("mtcr-1987")["last_observed_source"]
    found = verdict(known, "mtcr-1987", "concluded", date(2000, 1, 1), date(2010, 1, 1))
    assert found.state == "ongoing" and found.sources == tuple(sight.split(";")) != ("",)
