import pytest

from forecasting.record.checks import record_faults
from forecasting.record.history import load_history
from forecasting.record.schema import TABLES
from forecasting.store.errors import SchemaError

OPEN = "us-china-encounters-mou-2014"
COLLAPSED = "uganda-tanzania-mogadishu-1972"
ENDING = "uganda-tanzania-mogadishu-1972-e10"
FORMALIZED = "enmod-joint-statement-1974"
SIGNED = "salt2-observance-1979"
EVENT = "us-china-encounters-mou-2014-e01"


def choices(table, column):
    return ", ".join(TABLES[table].column(column).choices)


EDITS = {
    "word outside the vocabulary": ("cases", OPEN, {"type": "treaty"}, f"type as one of {choices('cases', 'type')}, got 'treaty'"),
    "required cell left empty": ("cases", OPEN, {"limit_object": ""}, f"limit_object as one of {choices('cases', 'limit_object')}, got ''"),
    "day that does not exist": ("events", EVENT, {"known_date": "2026-02-30"}, "known_date as a day as YYYY-MM-DD, from 1800 on, got '2026-02-30'"),
    "day in another form": ("cases", OPEN, {"start_known_date": "10/11/2014"}, "start_known_date as a day as YYYY-MM-DD, from 1800 on, got '10/11/2014'"),
    "digits of another script": ("cases", OPEN, {"n_parties": "٣"}, "n_parties as a whole number from 1 to 250, got '٣'"),
    "probability above one": ("cases", OPEN, {"leader_endorsed": "1.5"}, "leader_endorsed as a number from 0 to 1 (1 yes, 0 no), got '1.5'"),
    "flag that is neither 0 nor 1": ("coding", OPEN, {"in_core": "yes"}, "in_core as 0 or 1, got 'yes'"),
    "term too long": ("cases", OPEN, {"stated_horizon_months": "1201"}, "stated_horizon_months as a whole number from 0 to 1200 or empty, got '1201'"),
    "cluster that is no slug": ("cases", OPEN, {"cluster_id": "US China"}, "cluster_id as lower-case words joined by hyphens, at most 80 characters, got 'US China'"),
    "unknown party": ("cases", OPEN, {"parties": "USA;XXX"}, "parties as keys of parties.csv joined by ';', none twice, none unknown, got 'USA;XXX'"),
    "party named twice": ("cases", OPEN, {"parties": "USA;USA"}, "parties as keys of parties.csv joined by ';', none twice, none unknown, got 'USA;USA'"),
    "unknown source": ("events", EVENT, {"source_id": "s0000"}, "source_id as keys of sources.csv joined by ';', none twice, none unknown, got 's0000'"),
    "placeholder of a template": ("cases", OPEN, {"summary": "?"}, "summary as text, got '?'"),
    "text with a space at its end": ("cases", OPEN, {"name": "MOU "}, "name as text, got 'MOU '"),
    "coarse start inside its year": ("cases", OPEN, {"start_precision": "year"}, "a coarse start_date at the end of its month or year, got start_date='2014-11-10', start_precision='year'"),
    "coarse event inside its month": ("events", EVENT, {"event_date": "2013-06-07", "known_date": "2013-06-07", "date_precision": "month"}, "a coarse event_date at the end of its month or year, got event_date='2013-06-07', date_precision='month'"),
    "start known before it happened": ("cases", OPEN, {"start_known_date": "2014-11-09"}, "start_known_date on or after start_date, got start_date='2014-11-10', start_known_date='2014-11-09'"),
    "start known after the record ends": ("cases", OPEN, {"start_known_date": "2026-09-01"}, "a start known by data_end 2026-08-31, which stands in datapackage.json, got start_known_date='2026-09-01'"),
    "fewer states than parties": ("cases", OPEN, {"n_parties": "1"}, "n_parties at least the number of parties listed, got n_parties='1', parties='USA;CHN'"),
    "event known before it happened": ("events", EVENT, {"event_date": "2013-06-08", "known_date": "2013-06-07", "known_assumed": "0"}, "known_date on or after event_date, got event_date='2013-06-08', known_date='2013-06-07'"),
    "event known after the record ends": ("events", EVENT, {"known_date": "2026-09-01", "known_assumed": "0"}, "known by data_end 2026-08-31, got known_date='2026-09-01'"),
    "ending event in an open case": ("events", EVENT, {"is_ending": "1", "kind": "lapse"}, "no ending event in a case that goes on, got event_date='{event_date}', kind='lapse'"),
    "ending event on another day": ("events", ENDING, {"event_date": "1977-01-01", "known_assumed": "0"}, "the ending event on the end_date of the outcome (or within its month or year), got event_date='1977-01-01'"),
    "open case never seen": ("outcomes", f"{OPEN}/concluded", {"last_observed_date": ""}, "last_observed_date for a case that goes on, got last_observed_date=''"),
    "last sight before the start": ("outcomes", f"{OPEN}/concluded", {"last_observed_date": "2014-11-09"}, "last_observed_date on or after the start, got last_observed_date='2014-11-09'"),
    "last sight after the record ends": ("outcomes", f"{OPEN}/in_force", {"last_observed_date": "2026-09-01"}, "last_observed_date not after data_end 2026-08-31, got last_observed_date='2026-09-01'"),
    "end before the start": ("outcomes", f"{COLLAPSED}/in_force", {"end_date": "1972-10-04"}, "end_date on or after the start, got end_date='1972-10-04'"),
    "end known before it happened": ("outcomes", f"{COLLAPSED}/concluded", {"end_known_date": "1978-10-08"}, "end_known_date on or after end_date, got end_known_date='1978-10-08'"),
    "end without a precision": ("outcomes", f"{COLLAPSED}/concluded", {"end_precision": ""}, "end_precision for an ended case, got cause='collapsed', end_precision=''"),
    "fade of a collapsed case": ("outcomes", f"{COLLAPSED}/concluded", {"fade": "lapsed"}, "fade if and only if the cause is faded, got cause='collapsed', fade='lapsed'"),
    "formal agreement without a name": ("outcomes", f"{FORMALIZED}/concluded", {"instrument": ""}, "instrument for a formalized case, got cause='formalized', instrument=''"),
    "in force on another day than its end": ("outcomes", f"{FORMALIZED}/in_force", {"in_force_date": "1978-10-06"}, "end_date equal to in_force_date where the target in_force is formalized, got end_date='1978-10-05', in_force_date='1978-10-06'"),
    "two targets that must agree": ("outcomes", f"{SIGNED}/in_force", {"cause": "faded", "fade": "lapsed"}, "the same outcome for both targets in a case of type signed_unratified or provisional_application, got target='in_force', cause='faded'"),
}  # fmt: skip
MANNER = {"alternative_id": "planted-a01", "case_id": OPEN, "reason": "planted", "known_date": "2026-02-06"}
ALTERNATIVES = {
    "of an unknown field": ({"field": "colour", "value": "red"}, ["field as a column of cases.csv, outcomes.csv or coding.csv, or a ladder, got field='colour'"]),
    "of the key": ({"field": "case_id", "value": COLLAPSED}, ["field as a column of cases.csv, outcomes.csv or coding.csv, or a ladder, got field='case_id'"]),
    "of an outcome without its target": ({"field": "cause", "value": "faded"}, ["target if and only if the field belongs to outcomes.csv, got field='cause', target=''"]),
    "known after the record ends": ({"field": "matched", "value": "none", "known_date": "2026-09-01"}, ["known_date not after data_end, got known_date='2026-09-01'"]),
    "with a word outside the vocabulary": ({"field": "matched", "value": "loosely"}, ["applied as a full row: matched as one of explicit, tacit, none, got 'loosely'"]),
    "that leaves a row half changed": (
        {"field": "cause", "value": "collapsed", "target": "concluded"},
        [f"applied as a full row: {column} for an ended case, got cause='collapsed', {column}=''" for column in ("end_date", "end_known_date", "end_precision")],
    ),
}  # fmt: skip
CORRECTION = {
    "table": "cases",
    "row_key": OPEN,
    "field": "matched",
    "value": "tacit",
    "recorded_on": "2026-02-06",
    "reason": "planted",
}
CORRECTIONS = {
    "of an unknown row": ({"row_key": "no-such-case"}, "corrections.csv row 2: expected row_key of a row of that table, got table='cases', row_key='no-such-case'"),
    "of an unknown table": ({"table": "parties"}, "corrections.csv row 2: expected table as one of cases, outcomes, events, claims, ladders, calendar, got 'parties'"),
    "of an unknown field": ({"field": "colour"}, "corrections.csv row 2: expected field as a column of that table outside its key, got field='colour'"),
    "of the key": ({"field": "case_id"}, "corrections.csv row 2: expected field as a column of that table outside its key, got field='case_id'"),
    "recorded after the record ends": ({"recorded_on": "2026-09-01"}, "corrections.csv row 2: expected recorded_on not after data_end, got recorded_on='2026-09-01'"),
    "that breaks a column": ({"value": "loosely"}, "cases.csv row {row} ({case}): expected with corrections.csv to 2026-02-06: matched as one of explicit, tacit, none, got 'loosely'"),
    "that breaks a row": ({"field": "n_parties", "value": "1"}, "cases.csv row {row} ({case}): expected with corrections.csv to 2026-02-06: n_parties at least the number of parties listed, got n_parties='1', parties='USA;CHN'"),
}  # fmt: skip


@pytest.mark.parametrize(("table", "key", "cells", "message"), EDITS.values(), ids=EDITS)
def test_a_spoilt_cell_is_one_fault(plain_copy, table, key, cells, message):
    plain_copy.edit(table, key, **cells)
    spoilt = plain_copy.cells(table, key)
    place = f"{plain_copy.file(table)} row {plain_copy.row_of(table, key)} ({spoilt['case_id']})"
    assert plain_copy.faults() == [f"{place}: expected {message.format(**spoilt)}"]


@pytest.mark.parametrize(("cells", "messages"), ALTERNATIVES.values(), ids=ALTERNATIVES)
def test_an_alternative_that_cannot_be_applied_is_a_fault(plain_copy, cells, messages):
    plain_copy.append("alternatives", **(MANNER | cells))
    place = f"alternatives.csv row {plain_copy.last_row('alternatives')} ({OPEN})"
    assert plain_copy.faults() == [f"{place}: expected {message}" for message in messages]


def test_a_joint_alternative_belongs_to_one_case(plain_copy):
    plain_copy.append("alternatives", **MANNER, field="matched", value="none")
    plain_copy.append("alternatives", **(MANNER | {"case_id": COLLAPSED}), field="publicity", value="secret")
    assert [fault.split(": ", 1)[1] for fault in plain_copy.faults()] == [
        f"expected one case in a joint alternative, got alternative_id='planted-a01', case_id='{case}'"
        for case in (OPEN, COLLAPSED)
    ]


@pytest.mark.parametrize(("cells", "message"), CORRECTIONS.values(), ids=CORRECTIONS)
def test_a_correction_that_cannot_be_applied_is_a_fault(plain_copy, cells, message):
    plain_copy.append("corrections", **(CORRECTION | cells))
    assert plain_copy.faults() == [message.format(row=plain_copy.row_of("cases", OPEN), case=OPEN)]


def test_a_fault_is_told_once_however_often_the_record_was_corrected(plain_copy):
    plain_copy.edit("cases", OPEN, n_parties="1")
    own = plain_copy.faults()
    assert len(own) == 1
    for day in ("2026-02-06", "2026-03-06"):
        plain_copy.append("corrections", **(CORRECTION | {"recorded_on": day, "value": "tacit"}))
    assert plain_copy.faults() == own
    plain_copy.append("corrections", **(CORRECTION | {"recorded_on": "2026-02-20", "field": "parties", "value": "USA"}))
    assert plain_copy.faults() == own
    plain_copy.append(
        "corrections", **(CORRECTION | {"recorded_on": "2026-02-25", "field": "parties", "value": "USA;CHN;RUS"})
    )
    got = "n_parties at least the number of parties listed, got n_parties='1', parties='USA;CHN;RUS'"
    place = f"cases.csv row {plain_copy.row_of('cases', OPEN)} ({OPEN})"
    assert plain_copy.faults() == [*own, f"{place}: expected with corrections.csv to 2026-02-25: {got}"]


@pytest.mark.parametrize("table", ["cases", "outcomes", "coding", "calendar", "alternatives", "parties", "sources"])
def test_a_row_that_stands_twice_is_a_fault(small_copy, table):
    last = small_copy.read().tables[table].cells.iloc[-1]
    key = {name: last[name] for name in TABLES[table].key}
    small_copy.append_like(table, "/".join(key.values()))
    owner = f" ({last['case_id']})" if "case_id" in last else ""
    got = ", ".join(f"{name}={cell!r}" for name, cell in key.items())
    place = f"{table}.csv row {small_copy.last_row(table)}{owner}"
    assert f"{place}: expected {' and '.join(key)} unlike that of every other row, got {got}" in small_copy.faults()


def test_an_event_that_stands_twice_repeats_its_act_and_its_id(plain_copy):
    plain_copy.append_like("events", EVENT)
    event, row = plain_copy.cells("events", EVENT), plain_copy.last_row("events")
    got = f"event_date='{event['event_date']}', kind='{event['kind']}', standing='{event['standing']}'"
    do = "keep one of the two; a standing that changed later is a row of corrections.csv"
    assert plain_copy.faults() == [
        f"events/hand_coded.csv row {row} ({OPEN}): expected an act once: another row of the case has the same date, "
        f"kind, actors and targets, got {got}; {do}",
        f"events/hand_coded.csv row {row} ({OPEN}): expected event_id unlike that of every other row, got event_id='{EVENT}'",
    ]


@pytest.mark.parametrize("target", ["concluded", "in_force"])
@pytest.mark.parametrize("case_id", [COLLAPSED, "new-start-post-expiry-2026"])
def test_a_missing_outcome_is_a_fault(plain_copy, case_id, target):
    plain_copy.drop("outcomes", f"{case_id}/{target}")
    place = f"cases.csv row {plain_copy.row_of('cases', case_id)} ({case_id})"
    assert f"{place}: expected an outcome for target {target}, got case_id='{case_id}'" in plain_copy.faults()


@pytest.mark.parametrize(
    ("table", "key", "expected"),
    [
        ("events", ENDING, "an event with is_ending=1 in an ended case"),
        ("coding", COLLAPSED, "a row of coding.csv for every case"),
    ],
)
def test_a_missing_row_is_a_fault_of_its_case(plain_copy, table, key, expected):
    plain_copy.drop(table, key)
    place = f"cases.csv row {plain_copy.row_of('cases', COLLAPSED)} ({COLLAPSED})"
    assert plain_copy.faults() == [f"{place}: expected {expected}, got case_id='{COLLAPSED}'"]


def test_a_second_ending_event_is_a_fault(plain_copy):
    plain_copy.append_like("events", ENDING, event_id="planted-e01", kind="lapse")
    place = f"events/hand_coded.csv row {plain_copy.last_row('events')} ({COLLAPSED})"
    assert plain_copy.faults() == [
        f"{place}: expected one ending event in a case, got event_date='1978-10-09', kind='lapse'"
    ]


def test_an_announcement_for_an_earlier_day_is_a_fault(plain_copy):
    source = plain_copy.cells("events", EVENT)["source_id"]
    plain_copy.append(
        "calendar", case_id=OPEN, announced_date="2026-02-05", scheduled_date="2026-02-04", what="x", source_id=source
    )
    assert plain_copy.faults() == [
        f"calendar.csv row {plain_copy.last_row('calendar')} ({OPEN}): expected scheduled_date on or after announced_date, "
        "got announced_date='2026-02-05', scheduled_date='2026-02-04'"
    ]


def test_all_faults_are_told_at_once(plain_copy):
    plain_copy.edit("cases", OPEN, type="treaty", leader_endorsed="2")
    plain_copy.edit("events", EVENT, confidence="certain")
    plain_copy.edit("outcomes", f"{OPEN}/concluded", last_observed_date="")
    plain_copy.append("corrections", **(CORRECTION | {"table": "x"}))
    with pytest.raises(SchemaError) as refused:
        load_history(plain_copy.folder)
    assert [(fault.file, fault.got) for fault in refused.value.faults] == [
        ("cases.csv", "'2'"),
        ("cases.csv", "'treaty'"),
        ("corrections.csv", "'x'"),
        ("events/hand_coded.csv", "'certain'"),
        ("outcomes.csv", "last_observed_date=''"),
    ]
    assert str(refused.value).splitlines() == plain_copy.faults()


def test_the_check_leaves_the_record_as_it_is(record):
    before = {name: raw.cells.copy() for name, raw in record.tables.items()}
    record_faults(record)
    assert all(raw.cells.equals(before[name]) for name, raw in record.tables.items())
