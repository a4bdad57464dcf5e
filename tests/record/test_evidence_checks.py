import pytest

CASE, COLLAPSED = "us-china-encounters-mou-2014", "uganda-tanzania-mogadishu-1972"
KNOWN = "2014-11-12"
TABLES = ("second_ladders", "ladders_from_lines", "second_audit")
AGAIN = {
    "case_id": CASE, "ladder": "formalization", "date": "2015-11-12", "precision": "day", "level": "1", "status": "active",
    "confidence": "high",
}  # fmt: skip
LINES = {"case_id": CASE, "day": "2015-11-12", "ladder": "strain", "level": "1", "status": "live", "why": "A charge."}
FACT = {"case_id": CASE, "kind": "event", "key": f"{CASE}-e05", "verdict": "confirmed"}
REMEDY = "see the ladder in data/README.md"
SPOILT = {
    "level above the ladder": ("second_ladders", AGAIN | {"ladder": "strain", "status": "live", "level": "5"}, f"a level of strain from 0 to 4, got ladder='strain', level='5'; {REMEDY}"),
    "status of the other ladder": ("second_ladders", AGAIN | {"status": "live"}, f"a status of formalization out of none, active, stalled, broken, got ladder='formalization', status='live'; {REMEDY}"),
    "coarse within its year": ("second_ladders", AGAIN | {"precision": "year"}, "a coarse date at the end of its month or year, got date='2015-11-12', precision='year'; move it to the last day"),
    "before the start is known": ("second_ladders", AGAIN | {"date": "2014-11-11"}, f"no row before {KNOWN}, when the start became known, got ladder='formalization', date='2014-11-11'; give the level of that day"),
    "ending told": ("second_ladders", AGAIN | {"case_id": COLLAPSED, "date": "1978-12-01"}, "no row from {ended} on, when the case ended, got ladder='formalization', date='1978-12-01'; leave the ending to outcomes.csv"),
    "unknown case": ("second_ladders", AGAIN | {"case_id": "no-such-case"}, "case_id as a key of cases.csv, got 'no-such-case'"),
    "level from lines above the ladder": ("ladders_from_lines", LINES | {"level": "5"}, f"a level of strain from 0 to 4, got ladder='strain', level='5'; {REMEDY}"),
    "lines before the start": ("ladders_from_lines", LINES | {"day": "2014-11-11"}, f"no row before {KNOWN}, when the start became known, got ladder='strain', day='2014-11-11'; give the level of that day"),
    "lines after the end": ("ladders_from_lines", LINES | {"case_id": COLLAPSED, "day": "1978-12-01"}, "no row from {ended} on, when the case ended, got ladder='strain', day='1978-12-01'; leave the ending to outcomes.csv"),
    "fact of no kind": ("second_audit", FACT | {"kind": "claim"}, "kind as one of event, ladder, ending, last_sight, got 'claim'"),
    "fact of another case": ("second_audit", FACT | {"key": f"{COLLAPSED}-e05"}, f"a key of the same case, got key='{COLLAPSED}-e05'; write the event, case/ladder/date, or the case"),
    "wrong and left": ("second_audit", FACT | {"verdict": "wrong"}, "a resolution of a fact that is wrong, got verdict='wrong', resolution=''; correct the fact, or say why it is kept"),
}  # fmt: skip


def faults(record):
    return [fault for fault in record.faults() if fault.startswith(TABLES)]


@pytest.fixture
def without_evidence(small_copy):
    """A record of five cases without a row that tells how good the coding is."""
    for name in TABLES:
        small_copy.rewrite(small_copy.file(name), lambda content: content.splitlines(keepends=True)[0])
    return small_copy


@pytest.mark.parametrize(("table", "cells", "message"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_row_of_evidence_is_one_fault(without_evidence, table, cells, message):
    without_evidence.append(table, **cells)
    ended = without_evidence.cells("outcomes", f"{COLLAPSED}/concluded")["end_date"]
    told = f"{table}.csv row 2 ({cells['case_id']}): expected {message.format(ended=ended)}"
    assert faults(without_evidence) == [told]


def test_sound_rows_of_evidence_are_no_fault(without_evidence):
    for name, cells in zip(TABLES, (AGAIN, LINES, FACT), strict=True):
        without_evidence.append(name, **cells)
    without_evidence.append("second_audit", **FACT | {"kind": "ladder", "key": f"{CASE}/strain/{KNOWN}"})
    without_evidence.append("second_audit", **FACT | {"kind": "last_sight", "key": CASE})
    assert faults(without_evidence) == []
    without_evidence.append("second_audit", **FACT)
    assert len(faults(without_evidence)) == 1
