import pytest

from forecasting.record.vocabulary import LADDER_STATUSES

CASE = "us-china-encounters-mou-2014"
COLLAPSED = "uganda-tanzania-mogadishu-1972"
KNOWN, ACT, CHARGE, LAST_CHARGE = "2014-11-12", f"{CASE}-e05", f"{CASE}-e07", f"{CASE}-e09"
FIRST = {
    "case_id": CASE, "ladder": "formalization", "date": KNOWN, "precision": "day", "known_date": KNOWN, "level": "0",
    "status": "none", "evidence": "planted", "confidence": "low",
}  # fmt: skip
LATER = FIRST | {"date": "2015-09-24", "known_date": "2015-09-24", "level": "1", "status": "active"}
STRAIN = {"ladder": "strain", "status": "live"}
BEFORE = "no row before 2014-11-12, when the start became known, got ladder='formalization', date='2014-11-11'; give the level of that day"
ROWS = {
    "level above the ladder": ({"level": "6"}, "level as a whole number from 0 to 5, got '6'"),
    "level above strain": (STRAIN | {"level": "5", "date": KNOWN, "known_date": KNOWN}, "a level of strain from 0 to 4, got ladder='strain', level='5'; see the ladder in data/README.md"),
    "level that is no number": ({"level": "high"}, "level as a whole number from 0 to 5, got 'high'"),
    "status of the other ladder": ({"status": "dormant"}, "a status of formalization out of none, active, stalled, broken, got ladder='formalization', status='dormant'; see the ladder in data/README.md"),
    "status of no ladder": ({"status": "paused"}, "status as one of none, active, stalled, broken, live, dormant, got 'paused'"),
    "none above level 0": ({"status": "none"}, "level 0 where the status is none, got level='1', status='none'; use none where no effort was ever made, else active, stalled or broken"),
    "unknown ladder": ({"ladder": "promise"}, "ladder as one of formalization, strain, got 'promise'"),
    "before the start is known": ({"date": "2014-11-11", "known_date": "2014-11-12"}, BEFORE),
    "first row after the start": (STRAIN, "the first row of a ladder on 2014-11-12, when the start became known, got ladder='strain', date='2015-09-24'; add the level of that day"),
    "after the last look": ({"date": "2026-08-31", "known_date": "2026-08-31"}, "no row after {looked_until}, until when somebody looked, got ladder='formalization', date='2026-08-31'; move looked_until of the case if somebody looked further"),
    "known before its day": ({"known_date": "2015-09-23"}, "known_date on or after date, got date='2015-09-24', known_date='2015-09-23'; date the row by what was known"),
    "known after the end": ({"known_date": "2026-09-01"}, "known by data_end 2026-08-31, got known_date='2026-09-01'; leave the row out until data_end is later"),
    "coarse within its month": ({"precision": "month"}, "a coarse date at the end of its month or year, got date='2015-09-24', precision='month'; move it to the last day"),
    "day that does not exist": ({"date": "2015-02-30"}, "date as a day as YYYY-MM-DD, from 1800 on, got '2015-02-30'"),
    "unknown case": ({"case_id": "no-such-case"}, "case_id as a key of cases.csv, got 'no-such-case'"),
    "unknown act": ({"events": "no-such-act"}, "events as keys of events/*.csv joined by ';', none twice, none unknown or empty, got 'no-such-act'"),
    "act of another case": ({"events": f"{COLLAPSED}-e01"}, f"an act of the same case, got {COLLAPSED}-e01 of {COLLAPSED}; name an act of this case, or its source"),
    "later act": ({"events": f"{CASE}-e06"}, f"an act not later than date, got {CASE}-e06 of 2015-10-27; date the row by its act"),
    "act known later": ({"date": "2016-05-17", "known_date": "2016-05-17", "events": CHARGE}, f"an act that counts by known_date, got {CHARGE}, which counts from 2016-05-18; move known_date to that day"),
    "sure without act or source": ({"confidence": "medium"}, "an act or a source for a row whose confidence is not low, got events='', source_id='', confidence='medium'; name the act that moved the ladder, or where it is told, or set confidence to low"),
    "two rows of a day": ({"date": KNOWN, "known_date": KNOWN}, f"case_id and ladder and date unlike that of every other row, got case_id='{CASE}', ladder='formalization', date='{KNOWN}'"),
    "no evidence": ({"evidence": ""}, "evidence as text, got ''"),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "message"), ROWS.values(), ids=ROWS)
def test_a_spoilt_row_of_a_ladder_is_one_fault(plain_copy, cells, message):
    plain_copy.append("ladders", **FIRST)
    plain_copy.append("ladders", **(LATER | cells))
    looked = plain_copy.cells("outcomes", f"{CASE}/concluded")["looked_until"]
    owner = cells.get("case_id", CASE)
    assert plain_copy.faults() == [f"ladders.csv row 3 ({owner}): expected {message.format(looked_until=looked)}"]


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("1978-10-08", []),
        ("1978-10-09", ["no row from 1978-10-09 on, when the case ended, got ladder='strain', date='1978-10-09'; leave the ending to outcomes.csv"]),
    ],
)  # fmt: skip
def test_no_row_tells_the_ending(plain_copy, date, told):
    own = FIRST | STRAIN | {"case_id": COLLAPSED}
    known = plain_copy.cells("cases", COLLAPSED)["start_known_date"]
    plain_copy.append("ladders", **(own | {"date": known, "known_date": known}))
    plain_copy.append("ladders", **(own | {"date": date, "known_date": date, "level": "3"}))
    assert plain_copy.faults() == [f"ladders.csv row 3 ({COLLAPSED}): expected {text}" for text in told]


def test_no_row_names_the_act_that_ends_the_case(plain_copy):
    ending, known = f"{COLLAPSED}-e10", plain_copy.cells("cases", COLLAPSED)["start_known_date"]
    own = FIRST | STRAIN | {"case_id": COLLAPSED}
    plain_copy.append("ladders", **(own | {"date": known, "known_date": known}))
    plain_copy.edit("events", ending, event_date="1978-10-31", date_precision="month", known_date="1978-10-31")
    for target in ("concluded", "in_force"):
        plain_copy.edit("outcomes", f"{COLLAPSED}/{target}", end_date="1978-10-31", end_precision="month", end_known_date="1978-10-31", looked_until="1978-10-31")  # fmt: skip
    plain_copy.append("ladders", **(own | {"date": "1978-10-30", "known_date": "1978-10-31", "events": ending, "level": "3"}))  # fmt: skip
    told = plain_copy.faults()
    place = f"ladders.csv row 3 ({COLLAPSED}): expected "
    assert f"{place}no act that ends the case, got {ending}; leave the ending to outcomes.csv" in told


@pytest.mark.parametrize("ladder", LADDER_STATUSES)
def test_a_whole_ladder_has_no_fault(plain_copy, ladder):
    for level, status in enumerate(LADDER_STATUSES[ladder]):
        day = KNOWN if level == 0 else f"{2014 + level}-12-31"
        own = {"ladder": ladder, "level": str(level), "status": status, "date": day, "known_date": day}
        plain_copy.append("ladders", **(FIRST | own | {"precision": "day" if level == 0 else "year"}))
    plain_copy.append("ladders", **(LATER | {"ladder": ladder, "status": LADDER_STATUSES[ladder][-1], "events": ACT, "confidence": "high"}))  # fmt: skip
    assert plain_copy.faults() == []


READING = {"alternative_id": "planted-a01", "case_id": CASE, "reason": "planted", "known_date": "2016-02-06", "field": "formalization"}  # fmt: skip
FORM = "value as YYYY-MM-DD LEVEL STATUS for a reading of a ladder, got field='formalization', value='{}'; for example 2026-02-05 1 active"  # fmt: skip
READINGS = {
    "empty": ("", FORM.format("")),
    "without a status": ("2015-09-24 1", FORM.format("2015-09-24 1")),
    "in another order": ("1 active 2015-09-24", FORM.format("1 active 2015-09-24")),
    "of a day that does not exist": ("2015-02-30 1 active", "applied as a full row: date as a day as YYYY-MM-DD, from 1800 on, got '2015-02-30'"),
    "of a level outside its ladder": ("2015-09-24 7 active", "applied as a full row: level as a whole number from 0 to 5, got '7'"),
    "of a status of the other ladder": ("2015-09-24 1 live", "applied as a full row: a status of formalization out of none, active, stalled, broken, got ladder='formalization', status='live'; see the ladder in data/README.md"),
    "before the start is known": ("2014-11-11 0 none", "applied as a full row: " + BEFORE),
    "known before its day": ("2016-02-07 1 active", "applied as a full row: known_date on or after date, got date='2016-02-07', known_date='2016-02-06'; date the row by what was known"),
}  # fmt: skip


@pytest.mark.parametrize(("value", "message"), READINGS.values(), ids=READINGS)
def test_an_alternative_reading_is_checked_as_a_row(plain_copy, value, message):
    plain_copy.append("alternatives", **READING, value=value)
    place = f"alternatives.csv row {plain_copy.last_row('alternatives')} ({CASE})"
    assert plain_copy.faults() == [f"{place}: expected {message}"]


def test_an_alternative_reading_has_no_target(plain_copy):
    plain_copy.append("alternatives", **READING, value="2015-09-24 1 active", target="concluded")
    place = f"alternatives.csv row {plain_copy.last_row('alternatives')} ({CASE})"
    told = "target if and only if the field belongs to outcomes.csv, got field='formalization', target='concluded'"
    assert plain_copy.faults() == [f"{place}: expected {told}"]


CLEARS = {
    "on a reported act": ({"standing": "reported"}, CHARGE, "a confirmed act where it clears a charge, got standing='reported', clears='{}'; empty clears: a report that a quarrel is settled settles nothing"),
    "of another kind": ({}, f"{CASE}-e08", f"clears as acts of kind accusation_of_violation, got {CASE}-e08 of kind military_dialogue_suspended; name the accusation itself"),
    "made later": ({}, LAST_CHARGE, f"clears as charges that were made and known by then, got {LAST_CHARGE} of 2018-09-30, which counts from 2018-09-30; name a charge that the act could answer"),
    "unknown": ({}, "no-such-act", "clears as keys of events/*.csv joined by ';', none twice, none unknown or empty, got 'no-such-act'"),
}  # fmt: skip
ANSWER = f"{CASE}-e08"


@pytest.mark.parametrize(("cells", "charge", "message"), CLEARS.values(), ids=CLEARS)
def test_an_act_that_cannot_answer_the_charge_is_a_fault(plain_copy, cells, charge, message):
    plain_copy.edit("events", ANSWER, clears=charge, **cells)
    place = f"events/hand_coded.csv row {plain_copy.row_of('events', ANSWER)} ({CASE})"
    assert plain_copy.faults() == [f"{place}: expected {message.format(charge)}"]


def test_a_confirmed_act_answers_an_earlier_charge(plain_copy):
    plain_copy.edit("events", ANSWER, clears=CHARGE)
    assert plain_copy.faults() == []


@pytest.mark.parametrize("value", ["1.2", "-0.1", "60 %", "0,6"])
def test_a_claim_has_a_probability_or_none(plain_copy, value):
    source = plain_copy.cells("events", ACT)["source_id"]
    plain_copy.append("claims", claim_id="press", about="What the press said.", source_id=source, probability=value)
    plain_copy.edit("events", ACT, claim_id="press", standing="reported")
    expected = "probability as a number from 0 to 1 (1 yes, 0 no) or empty"
    assert plain_copy.faults() == [f"claims.csv row 2: expected {expected}, got {value!r}"]


def test_an_act_rests_on_a_claim_that_is_there_and_a_claim_carries_an_act(plain_copy):
    source = plain_copy.cells("events", ACT)["source_id"]
    plain_copy.append("claims", claim_id="press", about="What the press said.", source_id=source)
    plain_copy.edit("events", ACT, claim_id="leak", standing="reported")
    row = plain_copy.row_of("events", ACT)
    assert plain_copy.faults() == [
        "claims.csv row 2: expected a claim on which an act rests, got claim_id='press'; name it in claim_id of an event, or drop it",
        f"events/hand_coded.csv row {row} ({CASE}): expected claim_id as a key of claims.csv or empty, got 'leak'",
    ]  # fmt: skip


RETRACTION = {"table": "events", "row_key": ACT, "field": "standing", "value": "retracted", "recorded_on": "2026-02-05", "reason": "x"}  # fmt: skip
RETRACTIONS = {
    "of an act that is not in the record": ({"row_key": "no-such-act"}, "row_key of a row of that table, got table='events', row_key='no-such-act'"),
    "on the day on which it became known": ({"recorded_on": "2015-09-24"}, f"a retraction after 2015-09-24, when the act became known, got row_key='{ACT}', recorded_on='2015-09-24'; correct the row itself if the act was never known"),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "message"), RETRACTIONS.values(), ids=RETRACTIONS)
def test_an_act_that_is_not_there_cannot_be_retracted(plain_copy, cells, message):
    plain_copy.append("corrections", **(RETRACTION | cells))
    assert plain_copy.faults() == [f"corrections.csv row 2: expected {message}"]


def test_an_act_is_retracted_once_unless_it_was_found_to_have_happened(plain_copy):
    plain_copy.append("corrections", **RETRACTION)
    plain_copy.append("corrections", **(RETRACTION | {"recorded_on": "2026-03-05"}))
    told = f"a retraction of an act that is there, got {ACT}, which is retracted already; drop the second retraction"
    assert plain_copy.faults() == [f"corrections.csv row 3: expected {told}"]
    plain_copy.append("corrections", **(RETRACTION | {"recorded_on": "2026-02-20", "value": "confirmed"}))
    assert plain_copy.faults() == []


def test_retracted_stands_in_no_event(plain_copy):
    plain_copy.edit("events", ACT, standing="retracted")
    row = plain_copy.row_of("events", ACT)
    assert plain_copy.faults() == [
        f"events/hand_coded.csv row {row} ({CASE}): expected standing as one of confirmed, reported, disputed, got 'retracted'"
    ]  # fmt: skip


def test_the_ending_act_of_a_case_that_stays_ended_cannot_be_retracted(plain_copy):
    plain_copy.append("corrections", **(RETRACTION | {"row_key": f"{COLLAPSED}-e10"}))
    place = f"cases.csv row {plain_copy.row_of('cases', COLLAPSED)} ({COLLAPSED})"
    told = f"with corrections.csv to 2026-02-05: an event with is_ending=1 in an ended case, got case_id='{COLLAPSED}'"
    assert plain_copy.faults() == [f"{place}: expected {told}"]


LOOKED = {
    "after the record ends": ("2026-09-01", "looked_until not after data_end 2026-08-31, got looked_until='2026-09-01'; move data_end in datapackage.json once every open case was looked up"),
    "before the last sight": ("2014-11-12", "looked_until on or after last_observed_date, got last_observed_date='{last_observed_date}', looked_until='2014-11-12'; whoever saw it had looked until then"),
    "empty": ("", "looked_until as a day as YYYY-MM-DD, from 1800 on, got ''"),
}  # fmt: skip


@pytest.mark.parametrize(("day", "message"), LOOKED.values(), ids=LOOKED)
def test_nobody_looked_until_a_day_that_cannot_be(plain_copy, day, message):
    key = f"{CASE}/concluded"
    plain_copy.edit("outcomes", key, looked_until=day)
    cells = plain_copy.cells("outcomes", key)
    place = f"outcomes.csv row {plain_copy.row_of('outcomes', key)} ({CASE})"
    assert plain_copy.faults() == [f"{place}: expected {message.format(**cells)}"]


def test_the_end_of_a_case_became_known_to_somebody_who_looked(plain_copy):
    key = f"{COLLAPSED}/in_force"
    known = plain_copy.cells("outcomes", key)["end_known_date"]
    plain_copy.edit("outcomes", key, looked_until="1978-01-01")
    place = f"outcomes.csv row {plain_copy.row_of('outcomes', key)} ({COLLAPSED})"
    told = f"looked_until on or after end_known_date, got end_known_date='{known}', looked_until='1978-01-01'"
    assert plain_copy.faults() == [f"{place}: expected {told}; whoever saw it had looked until then"]


def test_an_assumed_known_day_is_the_day_of_the_act(plain_copy):
    plain_copy.edit("events", ACT, known_date="2015-09-25")
    place = f"events/hand_coded.csv row {plain_copy.row_of('events', ACT)} ({CASE})"
    told = "an assumed known_date equal to event_date, got event_date='2015-09-24', known_date='2015-09-25'"
    do = "set known_assumed to 0 where the day on which it became known was looked up"
    assert plain_copy.faults() == [f"{place}: expected {told}; {do}"]
