"""Dates, parties and actors against what they belong to."""

import json

import pytest

from forecasting.record.party_rules import later_codes
from forecasting.record.schema import TABLES

CASE = "us-china-encounters-mou-2014"
NEW_START = "new-start-post-expiry-2026"
COLLAPSED = "uganda-tanzania-mogadishu-1972"
ACT = f"{CASE}-e05"
CENTURY = "at most 25 years before and 100 after {}, when its case began"


def place(copy, table, key):
    return f"{copy.file(table)} row {copy.row_of(table, key)} ({copy.cells(table, key)['case_id']}): expected "


@pytest.mark.parametrize("day", ["1926-02-05", "1936-02-05"])
def test_the_year_in_the_name_of_a_case_is_that_of_its_start(plain_copy, day):
    plain_copy.edit("cases", NEW_START, start_date=day, start_known_assumed="0")
    told = f"case_id that ends with the year of start_date, got case_id='{NEW_START}', start_date='{day}'; correct the year, or name the case anew in every file"
    assert place(plain_copy, "cases", NEW_START) + told in plain_copy.faults()


@pytest.mark.parametrize("day", ["1026-02-05", "0026-02-05", "1799-12-31", "2226-02-05"])
def test_no_day_is_outside_the_centuries_of_the_record(plain_copy, day):
    plain_copy.edit("events", ACT, event_date=day)
    told = f"event_date as a day as YYYY-MM-DD, from 1800 on, got '{day}'"
    assert place(plain_copy, "events", ACT) + told in plain_copy.faults()


@pytest.mark.parametrize(("day", "is_fault"), [("1989-11-09", True), ("1989-11-10", False), ("1926-02-05", True)])
def test_an_act_is_at_most_25_years_older_than_its_case(plain_copy, day, is_fault):
    plain_copy.edit("events", ACT, event_date=day, known_assumed="0")
    told = f"event_date {CENTURY.format('2014-11-10')}, got event_date='{day}'; correct the century"
    assert plain_copy.faults() == ([place(plain_copy, "events", ACT) + told] if is_fault else [])


def test_an_act_is_at_most_100_years_younger_than_its_case(plain_copy):
    plain_copy.edit("cases", COLLAPSED, start_date="1872-10-05", start_known_date="1872-10-05")
    told = f"event_date {CENTURY.format('1872-10-05')}, got event_date='1978-10-09'; correct the century"
    assert place(plain_copy, "events", f"{COLLAPSED}-e10") + told in plain_copy.faults()


@pytest.mark.parametrize(("day", "is_fault"), [("1914-11-10", True), ("2126-02-05", False), ("2126-02-06", True)])
@pytest.mark.parametrize(
    ("table", "column"),
    [("outcomes", "concluded_date"), ("calendar", "scheduled_date"), ("alternatives", "known_date")],
)
def test_every_day_of_a_case_lies_within_reach_of_its_start(plain_copy, table, column, day, is_fault):
    manner = {"alternative_id": "planted-a01", "case_id": NEW_START, "reason": "planted", "known_date": "2026-02-06"}
    plain_copy.append("alternatives", **manner, field="matched", value="none")
    like = plain_copy.read().tables[table].cells
    row = like[like["case_id"] == NEW_START].iloc[-1].to_dict()
    plain_copy.edit(table, "/".join(row[name] for name in TABLES[table].key), **{column: day})
    now = row | {column: day}
    told = f"{column} {CENTURY.format('2026-02-05')}, got {column}='{day}'; correct the century"
    where = place(plain_copy, table, "/".join(now[name] for name in TABLES[table].key))
    assert (where + told in plain_copy.faults()) == is_fault


def test_a_start_known_long_after_needs_a_note(plain_copy):
    plain_copy.edit("coding", CASE, notes="")
    plain_copy.edit("cases", CASE, start_known_date="2015-11-10")
    assert plain_copy.faults() == []
    plain_copy.edit("cases", CASE, start_known_date="2015-11-11")
    told = "a note in coding.csv where the start became known more than a year late, got start_date='2014-11-10', start_known_date='2015-11-11'; say in notes why, or correct the year"
    assert plain_copy.faults() == [place(plain_copy, "cases", CASE) + told]
    plain_copy.edit("coding", CASE, notes="The text was published a year later.")
    assert plain_copy.faults() == []


DO = "use the code of the day, or correct the years of the code in parties.csv"


def test_a_party_exists_when_its_case_begins(plain_copy):
    plain_copy.edit("cases", NEW_START, parties="USA;SUN")
    told = (
        f"SUN in parties on a day from 1922-12-30 to 1991-12-26, got start_date='2026-02-05', parties='USA;SUN'; {DO}"
    )
    assert plain_copy.faults() == [place(plain_copy, "cases", NEW_START) + told]


@pytest.mark.parametrize("column", ["actor", "target"])
def test_an_actor_exists_on_the_day_of_the_act(plain_copy, column):
    plain_copy.edit("events", ACT, **{column: "CHN;SUN"})
    told = (
        f"SUN in {column} on a day from 1922-12-30 to 1991-12-26, got event_date='2015-09-24', {column}='CHN;SUN'; {DO}"
    )
    assert plain_copy.faults() == [place(plain_copy, "events", ACT) + told]


@pytest.mark.parametrize(("precision", "n"), [("year", 0), ("month", 0), ("day", 1)])
def test_a_coarse_act_may_lie_before_the_end_of_its_actor(plain_copy, precision, n):
    day = {"date_precision": precision, "event_date": "1991-12-31", "known_date": "1991-12-31"}
    plain_copy.edit("events", ACT, **day, actor="SUN", known_assumed="1")
    assert len(plain_copy.faults()) == n


def test_a_party_of_an_alternative_exists_when_the_case_begins(plain_copy):
    manner = {"alternative_id": "planted-a01", "case_id": CASE, "reason": "planted", "known_date": "2026-02-06"}
    plain_copy.append("alternatives", **manner, field="parties", value="CHN;SUN")
    row = plain_copy.last_row("alternatives")
    told = (
        f"SUN in parties on a day from 1922-12-30 to 1991-12-26, got start_date='2014-11-10', parties='CHN;SUN'; {DO}"
    )
    assert plain_copy.faults() == [f"alternatives.csv row {row} ({CASE}): expected applied as a full row: {told}"]


def test_a_state_and_its_successor_are_not_both_parties(plain_copy):
    plain_copy.edit("cases", "salt2-observance-1979", parties="USA;FRG;DEU", n_parties="3")
    told = "a state or its successor, not both, got parties='USA;FRG;DEU' with FRG and its successor DEU; keep the one of start_date"
    assert plain_copy.faults() == [place(plain_copy, "cases", "salt2-observance-1979") + told]


def test_two_states_with_one_successor_may_be_parties_of_one_case(plain_copy):
    plain_copy.edit("cases", "salt2-observance-1979", parties="FRG;GDR")
    assert plain_copy.faults() == []


def test_a_code_ends_after_it_begins(plain_copy):
    plain_copy.edit("parties", "SUN", end_date="1921-12-26")
    row = plain_copy.row_of("parties", "SUN")
    told = "end_date on or after start_date, got start_date='1922-12-30', end_date='1921-12-26'; correct one of them"
    assert f"parties.csv row {row}: expected {told}" in plain_copy.faults()


@pytest.mark.parametrize("circle", [{"RUS": "RUS"}, {"RUS": "SUN"}, {"RUS": "UKR", "UKR": "SUN"}])
def test_no_state_follows_upon_itself(plain_copy, circle):
    for code, heir in circle.items():
        plain_copy.edit("parties", code, successor=heir)
    caught = [fault for fault in plain_copy.faults() if "does not lead back" in fault]
    assert [fault.split("got ")[1] for fault in caught] == [
        f"code='{code}', successor='{plain_copy.cells('parties', code)['successor']}'; name the state that came after it"
        for code in sorted({"SUN", *circle} - ({"SUN"} if circle == {"RUS": "RUS"} else set()), key=lambda c: plain_copy.row_of("parties", c))
    ]  # fmt: skip


def test_lines_of_succession_are_followed_to_their_end():
    following = {"a": ["b", "c"], "c": ["d"], "e": ["a"]}
    assert later_codes("e", following) == {"a", "b", "c", "d"}
    assert later_codes("d", following) == set()


def act_of(copy, **cells):
    copy.append_like("events", ACT, event_id="planted-e01", **cells)
    place = f"events/hand_coded.csv row {copy.last_row('events')} ({CASE}): expected "
    standing = copy.cells("events", "planted-e01")["standing"]
    return (
        f"{place}an act once: another row of the case has the same date, kind, actors and targets, got "
        f"event_date='2015-09-24', kind='agreed_statement', standing='{standing}'; "
        "keep one of the two; a standing that changed later is a row of corrections.csv"
    )


@pytest.mark.parametrize(
    "cells", [{}, {"actor": "CHN;USA"}, {"standing": "reported"}, {"actor": "CHN;USA", "standing": "disputed"}]
)
def test_an_act_stands_once_whatever_the_order_of_its_actors_and_its_standing(plain_copy, cells):
    assert plain_copy.cells("events", ACT)["actor"] == "USA;CHN"
    told = act_of(plain_copy, **cells)
    assert plain_copy.faults() == [told]


@pytest.mark.parametrize(
    "cells",
    [
        {"actor": "USA"},
        {"target": "RUS"},
        {"kind": "summit"},
        {"event_date": "2015-09-23", "known_assumed": "0"},
        {"known_late": "1"},
    ],
)
def test_another_act_of_the_day_is_no_double(plain_copy, cells):
    act_of(plain_copy, **cells)
    assert plain_copy.faults() == []


DESCRIPTOR = "datapackage.json: expected {}; make it anew with: forecasting data describe --data DIR"
SPOILT = {
    "no resources": (lambda found: found.pop("resources"), [f"a resource {name}, got none" for name in sorted(TABLES)]),
    "a table missing": (lambda found: found["resources"].pop(0), ["a resource cases, got none"]),
    "another path": (lambda found: found["resources"][0].update(path="Cases.csv"), ["cases.path 'cases.csv', got 'Cases.csv'"]),
    "another type": (lambda found: found["resources"][0]["schema"]["fields"][5].update(type="string"), ["cases.schema.fields.n_parties.type 'integer', got 'string'"]),
    "a code less": (lambda found: found["resources"][0]["schema"]["fields"][2]["constraints"]["enum"].pop(), ["cases.schema.fields.type.constraints.enum 7 entries, got 6 entries"]),
    "a column less": (lambda found: found["resources"][0]["schema"]["fields"].pop(), [f"cases.schema.fields {len(TABLES['cases'].columns)} entries, got {len(TABLES['cases'].columns) - 1} entries"]),
    "another bound": (lambda found: found["resources"][0]["schema"]["fields"][5]["constraints"].update(maximum=9), ["cases.schema.fields.n_parties.constraints.maximum 250, got 9"]),
    "something more": (lambda found: found["resources"][0]["schema"].update(missingValues=["NA"]), ["cases.schema.missingValues.0 '', got 'NA'"]),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "told"), SPOILT.values(), ids=SPOILT)
def test_the_descriptor_says_what_the_schema_says(plain_copy, spoil, told):
    path = plain_copy.folder / "datapackage.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    spoil(found)
    path.write_text(json.dumps(found), encoding="utf-8")
    assert plain_copy.faults() == [DESCRIPTOR.format(text) for text in told]


def test_a_descriptor_may_have_a_title_and_an_end_of_its_own(plain_copy):
    path = plain_copy.folder / "datapackage.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(found | {"title": "Mine", "version": "9", "data_end": "2026-09-30"}), encoding="utf-8")
    assert plain_copy.faults() == []
