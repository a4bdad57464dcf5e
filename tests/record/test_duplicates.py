import json

import pytest
from calling import call

from forecasting.record.checks import record_warnings

CASE, OTHER = "salt2-observance-1979", "salt2-again-1980"
DAY = "1980-06-01"
REMEDY = "keep one of them if they are one arrangement; else say in distinct_cases.csv what tells them apart"


def add_again(copy, **cells):
    """The case a second time under another name, with what the check asks of every case."""
    copy.append_like("cases", CASE, case_id=OTHER, **({"start_date": DAY, "start_known_date": DAY} | cells))
    copy.append_like("coding", CASE, case_id=OTHER)
    for target in ("concluded", "in_force"):
        own = {"cause": "", "end_date": "", "end_precision": "", "end_known_date": "", "end_known_assumed": "0"}
        own |= {
            "fade": "",
            "successor": "",
            "last_observed_date": "1985-01-01",
            "looked_until": "1986-01-01",
            "instrument": "",
        }
        copy.append_like("outcomes", f"{CASE}/{target}", case_id=OTHER, target=target, **own)
    copy.append("case_sources", case_id=OTHER, source_id=copy._lines("case_sources")[1][1])


def warnings(copy):
    assert copy.faults() == []
    return [str(one) for one in record_warnings(copy.read())]


def test_the_shipped_record_has_no_warnings(record):
    assert record_warnings(record) == []


def test_a_case_under_a_second_name_is_named_with_the_first(plain_copy):
    add_again(plain_copy)
    row = plain_copy.row_of("cases", OTHER)
    assert warnings(plain_copy) == [
        f"cases.csv row {row} ({OTHER}): expected a case that is not another under a second name, got {CASE} and {OTHER}, "
        f"of the same parties, begun 1979-06-18 and 1980-06-01; {REMEDY}"
    ]


def test_a_state_under_the_code_of_its_successor_is_the_same_party(plain_copy):
    add_again(plain_copy, parties="RUS;USA", start_date="1992-01-10", start_known_date="1992-01-10")
    plain_copy.edit("cases", CASE, start_date="1991-06-18", start_known_date="1991-06-18")
    told = [str(one) for one in record_warnings(plain_copy.read())]
    assert len(told) == 1 and f"got {CASE} and {OTHER}" in told[0]


@pytest.mark.parametrize(
    "cells",
    [
        {"start_date": "1980-06-20", "start_known_date": "1980-06-20"},
        {"parties": "USA;SUN;GBR", "n_parties": "3"},
    ],
    ids=["begun later than a year", "another party"],
)
def test_another_case_is_not_named(plain_copy, cells):
    add_again(plain_copy, **cells)
    assert warnings(plain_copy) == []


def test_a_pair_that_is_said_to_be_distinct_is_not_named_again_in_either_order(plain_copy):
    add_again(plain_copy)
    assert len(warnings(plain_copy)) == 1
    plain_copy.append("distinct_cases", case_id=OTHER, distinct_from=CASE, reason="limits of another kind")
    assert warnings(plain_copy) == []


def test_what_is_said_of_pairs_is_checked(plain_copy):
    other = "vladivostok-1974"
    rows = [
        (CASE, CASE, "why"),
        (CASE, "enmod-joint-statement-1974", "why"),
        ("enmod-joint-statement-1974", CASE, ""),
        (CASE, other, "why"),
    ]
    for one, another, reason in rows:
        plain_copy.append("distinct_cases", case_id=one, distinct_from=another, reason=reason)
    first = plain_copy.last_row("distinct_cases") - 3
    place = f"distinct_cases.csv row {{}} ({CASE}): expected"
    told = plain_copy.faults()
    assert told == [
        f"{place.format(first)} another case, got distinct_from='{CASE}'; name the other of the two",
        f"distinct_cases.csv row {first + 2} (enmod-joint-statement-1974): expected each pair once, got case_id='enmod-joint-statement-1974', distinct_from='{CASE}'; keep one of the rows",
        f"distinct_cases.csv row {first + 2} (enmod-joint-statement-1974): expected reason as text, got ''",
        f"{place.format(first + 3)} distinct_from as a key of cases.csv, got '{other}'",
    ]  # fmt: skip


def test_the_command_prints_warnings_and_leaves_with_0(plain_copy, capsys):
    add_again(plain_copy)
    assert call("check", data=plain_copy.folder) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"warning: cases.csv row {plain_copy.row_of('cases', OTHER)} ({OTHER}): ")
    assert call("check", data=plain_copy.folder, json=True) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["warning"], one["case_id"]) == (True, OTHER)
