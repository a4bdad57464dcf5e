"""The lines that bound hindsight: which rungs each keeps, moves or replaces."""

from datetime import timedelta

import numpy as np
import pytest

from forecasting.backtest.lines import (
    KINDS,
    LAST_SEEN,
    FirstCoding,
    FromLines,
    _until,
    acts_of_the_record,
    high_confidence,
    lines_table,
    registered_lines,
    six_months_late,
    without_added,
)
from forecasting.record.vocabulary import LADDERS


@pytest.fixture(scope="module")
def dossiers(history):
    return [history.case(case, "concluded") for case in history.cases["case_id"]]


def test_each_line_keeps_the_first_row_of_each_ladder_and_fewer_of_the_others(dossiers):
    for keep in (high_confidence, without_added, acts_of_the_record):
        kept = [list(keep(dossier)) for dossier in dossiers]
        assert sum(map(len, kept)) < sum(len(dossier.rungs) for dossier in dossiers)
        for dossier, rows in zip(dossiers, kept, strict=True):
            assert set(map(id, rows)) <= set(map(id, dossier.rungs))
            assert {rung.ladder for rung in rows} == {rung.ladder for rung in dossier.rungs}
    rows = [rung for dossier in dossiers for rung in high_confidence(dossier)[2:]]
    assert {rung.confidence for rung in rows if rung.level > 0} >= {"high"}


def test_late_rows_are_known_half_a_year_later_but_for_the_first(dossiers):
    for dossier in dossiers:
        seen = set()
        for late, rung in zip(six_months_late(dossier), dossier.rungs, strict=True):
            expected = max(rung.known_date, rung.day) + timedelta(days=183) if rung.ladder in seen else rung.known_date
            assert late.known_date == expected
            seen.add(rung.ladder)


def test_a_first_coding_is_read_up_to_the_day_and_the_two_differ(history, dossiers):
    codings = [FirstCoding(history.record.folder, name) for name in ("first", "second")]
    early = history.at(dossiers[0].start_date.replace(year=1819))
    for coding in codings:
        rows = coding(dossiers[10])
        assert rows and {rung.ladder for rung in rows} <= set(LADDERS)
        assert all(rung.day <= dossiers[10].as_of for rung in rows)
        first = coding(early.case(dossiers[0].case_id, "concluded"))
        assert all(rung.day <= early.as_of for rung in first)
    assert any(
        [(r.day, r.level) for r in codings[0](each)] != [(r.day, r.level) for r in codings[1](each)]
        for each in dossiers[:20]
    )


def test_a_judged_landmark_stands_where_the_lines_put_it_and_others_where_the_record_does(history, every_origin):
    read = FromLines(history.record.folder)
    judged = read.landmarks(every_origin)
    assert 50 < judged.sum() < 150
    marks = list(zip(every_origin.lines["case_id"], every_origin.lines["day"], strict=True))
    case, day = marks[int(np.flatnonzero(judged)[0])]
    there = history.dossiers("concluded").dossier(case, day)
    assert [rung.confidence for rung in read(there)][-1] == "low" and read(there) != list(there.rungs)
    case, day = marks[int(np.flatnonzero(~judged)[0])]
    other = history.dossiers("concluded").dossier(case, day)
    assert read(other) == list(other.rungs)


def test_masks_take_away_windows_of_open_cases_alone(history, drawn):
    for column in ("last_seen", "looked_until"):
        less = _until(drawn, history, "concluded", column)
        gone = (drawn.origins.states >= 0) & (less.origins.states < 0)
        assert gone.any() and (drawn.origins.cause[gone.any(axis=1)] == 0).all()
        np.testing.assert_array_equal(np.isnan(less.probabilities["ladder"]).all(axis=1), less.origins.states < 0)


@pytest.mark.long
def test_lines_are_run_by_name_and_tabled_with_their_kind(history):
    found = registered_lines(history.at(history.as_of.replace(year=1975)), names=["all rows", LAST_SEEN])
    table = lines_table(found)
    assert set(table["line"]) == set(found) and set(table["kind"]) == {"whole", "sensitivity"}
    assert set(table["part"]) == {"all", "12"} and set(KINDS.values()) == {"whole", "sensitivity", "hindsight"}
