import json
from itertools import pairwise

import pytest
from calling import call

from forecasting.record.receipts import STATES, receipts, sources_of_cases, states_of_sources
from forecasting.store.errors import UsageError

CASE = "salt2-observance-1979"
HASH = "0" * 64


def source_of(copy):
    """A source of the case."""
    return next(line[1] for line in copy._lines("case_sources") if line[0] == CASE)


def test_a_source_is_open_then_opened_then_has_a_receipt(plain_copy):
    source = source_of(plain_copy)
    told = []
    for cells in ({"seen": "0"}, {"seen": "1"}, {"opened_on": "2026-03-01", "text_sha256": HASH}):
        plain_copy.edit("sources", source, **cells)
        assert plain_copy.faults() == []
        record = plain_copy.read()
        counts = receipts(record)
        told.append((states_of_sources(record)[source], counts.cases[CASE]))
    assert [state for state, _ in told] == list(STATES)
    for (before, old), (after, new) in pairwise(told):
        assert (new[before], new[after]) == (old[before] - 1, old[after] + 1)


def test_a_row_counts_by_the_best_of_its_sources_and_every_row_with_one_is_counted(plain_copy):
    record = plain_copy.read()
    acts = record.tables["events"].cells
    counts = receipts(record)
    assert sum(counts.rows["acts"].values()) == len(acts)
    assert sum(counts.rows["endings"].values()) == (acts["is_ending"] == "1").sum()
    act = acts[acts["case_id"] == CASE].iloc[0]
    plain_copy.edit("sources", act["source_id"].split(";")[0], seen="1", opened_on="2026-03-01", text_sha256=HASH)
    citing = acts["source_id"].str.split(";").map(lambda own: act["source_id"].split(";")[0] in own).sum()
    assert receipts(plain_copy.read()).rows["acts"]["receipt"] == counts.rows["acts"]["receipt"] + citing


def test_the_sources_of_a_case_are_those_of_its_acts_too(plain_copy):
    record = plain_copy.read()
    acts = record.tables["events"].cells
    named = {source for cell in acts.loc[acts["case_id"] == CASE, "source_id"] for source in cell.split(";")}
    assert named < set(sources_of_cases(record)[CASE])


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"seen": "0", "opened_on": "2026-03-01"}, "seen 1 for a source with a receipt, got seen='0', opened_on='2026-03-01'; set seen to 1, or clear the receipt"),
        ({"text_sha256": HASH}, f"opened_on where text_sha256 is given, got opened_on='', text_sha256='{HASH}'; say on which day the text was read"),
        ({"opened_on": "2025-12-31", "published": "2026"}, "opened_on on or after published, got published='2026', opened_on='2025-12-31'; correct one of the two"),
        ({"opened_on": "2026-03-01", "text_sha256": "abc"}, "text_sha256 as a SHA-256 of 64 hexadecimal digits in lower case or empty, got 'abc'"),
    ],
)  # fmt: skip
def test_a_receipt_that_cannot_be_is_a_fault(plain_copy, cells, told):
    source = source_of(plain_copy)
    plain_copy.edit("sources", source, **({"seen": "1"} | cells))
    assert plain_copy.faults() == [f"sources.csv row {plain_copy.row_of('sources', source)}: expected {told}"]


def test_the_command_counts_by_case_and_lists_the_sources_of_one(plain_copy, capsys):
    folder = plain_copy.folder
    call("check", data=folder, receipts=True)
    short = capsys.readouterr().out
    call("check", data=folder, receipts=True, by_case=True)
    assert capsys.readouterr().out.startswith(short) and CASE not in short
    call("check", data=folder, receipts=True, case=CASE, json=True)
    listed = json.loads(capsys.readouterr().out)
    assert [one["source_id"] for one in listed] == sources_of_cases(plain_copy.read())[CASE]
    with pytest.raises(UsageError, match="expected --by-case and --case with --receipts, got them alone"):
        call("check", data=folder, by_case=True)
    with pytest.raises(UsageError, match="expected the case_id of a case in the record, got 'nowhere'"):
        call("check", data=folder, receipts=True, case="nowhere")
