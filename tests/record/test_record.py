import pandas as pd
import pytest

from forecasting.record.checks import concluded_rows, record_faults
from forecasting.record.vocabulary import CAUSES, TARGETS

FOUNDING_CASE = "new-start-post-expiry-2026"


@pytest.fixture(scope="module")
def founding_events(record):
    events = record.tables["events"].cells
    return events[events["case_id"] == FOUNDING_CASE]


@pytest.fixture(scope="module")
def founding_case(record):
    return record.tables["cases"].cells.set_index("case_id").loc[FOUNDING_CASE]


def test_the_shipped_record_has_no_fault(record):
    assert record_faults(record) == []


def test_the_record_has_one_outcome_per_case_and_target(record):
    cases, outcomes = record.tables["cases"].cells, record.tables["outcomes"].cells
    assert len(outcomes) == len(TARGETS) * len(cases)
    expected = pd.MultiIndex.from_product([cases["case_id"], TARGETS])
    assert sorted(expected) == sorted(zip(outcomes["case_id"], outcomes["target"], strict=True))


def test_an_ended_case_has_one_ending_event_and_an_open_case_none(record):
    events = record.tables["events"].cells
    cause = concluded_rows(record.tables["outcomes"].cells)["cause"]
    endings = events[events["is_ending"] == "1"]["case_id"].value_counts().reindex(cause.index, fill_value=0)
    assert (endings == (cause != "").astype(int)).all()


def test_a_formalized_case_is_concluded_before_it_is_in_force(record):
    outcomes = record.tables["outcomes"].cells
    concluded, in_force = (outcomes[outcomes["target"] == t].set_index("case_id") for t in TARGETS)
    formal = in_force.index[in_force["cause"] == CAUSES[0]]
    assert (concluded.loc[formal, "cause"] == CAUSES[0]).all()
    assert (concluded.loc[formal, "end_date"] <= in_force.loc[formal, "end_date"]).all()


def test_every_party_and_actor_is_a_code_of_the_party_table(record):
    codes = set(record.tables["parties"].cells["code"])
    used = {
        code
        for table, column in (("cases", "parties"), ("events", "actor"), ("events", "target"))
        for cell in record.tables[table].cells[column]
        for code in cell.split(";")
    }
    assert used - {""} - codes == set()
    assert {"USA", "RUS", "CHN", "SUN"} <= codes


def test_every_source_cited_by_an_event_exists(record):
    cited = {source for cell in record.tables["events"].cells["source_id"] for source in cell.split(";")}
    assert cited <= set(record.tables["sources"].cells["source_id"])


def test_the_notes_of_the_coder_stay_out_of_the_case_table(record):
    assert {"notes", "confidence", "sampled_via", "in_core"} & set(record.tables["cases"].cells) == set()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", "lapsed_treaty"),
        ("start_date", "2026-02-05"),
        ("start_known_date", "2026-02-05"),
        ("parties", "USA;RUS"),
        ("stated_horizon_months", "6"),
        ("leader_endorsed", "0.3"),
        ("negotiation_underway", "0"),
        ("ratification_required", "1"),
        ("third_party_objection", "1"),
        ("adversarial", "1"),
        ("armed_conflict", "1"),
        ("verification", "national_technical_means"),
        ("prior_instrument", "New START"),
    ],
)
def test_the_founding_case_starts_as_the_report_told(founding_case, column, value):
    assert founding_case[column] == value


def test_the_founding_case_seeks_what_the_report_names(founding_case):
    assert founding_case["formal_target"].startswith("Discussion of an updated or new deal")


@pytest.mark.parametrize(
    ("kind", "event_date", "actor"),
    [
        ("inspection_or_data_exchange", "2020-03-31", "USA;RUS"),
        ("military_dialogue_suspended", "2021-12-31", "USA;RUS"),
        ("suspension", "2022-08-08", "RUS"),
        ("suspension", "2023-02-21", "RUS"),
        ("suspension", "2023-06-01", "USA"),
        ("linkage", "2025-08-25", "USA"),
        ("third_party_refusal", "2025-08-27", "CHN"),
        ("proposal", "2025-09-22", "RUS"),
        ("official_signal_negative", "2026-02-04", "RUS"),
        ("official_signal_negative", "2026-02-04", "USA"),
        ("linkage", "2026-02-04", "USA"),
        ("lapse", "2026-02-05", "USA;RUS"),
        ("military_dialogue", "2026-02-05", "USA;RUS"),
        ("talks_round", "2026-02-05", "USA;RUS"),
        ("agreed_statement", "2026-02-05", "USA;RUS"),
        ("linkage", "2026-02-05", "USA;RUS"),
        ("official_signal_positive", "2026-02-05", "RUS"),
        ("official_signal_negative", "2026-02-05", "USA"),
        ("third_party_refusal", "2026-02-05", "CHN"),
    ],
)
def test_a_fact_of_the_founding_report_is_an_event(founding_events, kind, event_date, actor):
    rows = founding_events[(founding_events["kind"] == kind) & (founding_events["event_date"] == event_date)]
    assert actor in set(rows["actor"])


def test_the_report_is_told_apart_from_what_was_confirmed(founding_events):
    that_day = founding_events[founding_events["event_date"] == "2026-02-05"].set_index("kind")["standing"]
    assert that_day["agreed_statement"] == that_day["talks_round"] == "reported"
    assert that_day["military_dialogue"] == "confirmed"


def test_the_experts_left_out_of_the_talks_are_in_the_timeline(founding_events):
    told = founding_events[founding_events["summary"].str.contains("arms-control officials")]
    assert list(told["kind"]) == ["official_signal_negative"]


@pytest.mark.parametrize(
    ("scheduled_date", "words"),
    [("2026-02-06", "DiNanno to address the UN disarmament conference"), ("2026-08-05", "End of the six months")],
)
def test_what_the_report_announces_is_on_the_calendar(record, scheduled_date, words):
    calendar = record.tables["calendar"].cells
    rows = calendar[(calendar["case_id"] == FOUNDING_CASE) & (calendar["scheduled_date"] == scheduled_date)]
    assert (rows["announced_date"] == "2026-02-05").all()
    assert rows["what"].str.contains(words).any()


@pytest.mark.parametrize("cause", ["collapsed", "faded"])
def test_the_founding_case_may_be_read_as_ended(record, cause):
    rows = record.tables["alternatives"].cells
    argued = rows[(rows["case_id"] == FOUNDING_CASE) & (rows["field"] == "cause") & (rows["value"] == cause)]
    assert set(argued["target"]) == set(TARGETS)
    assert (argued["known_date"] > "2026-02-05").all()


def test_the_founding_case_may_be_read_as_never_having_been_one(record):
    rows = record.tables["alternatives"].cells.set_index(["case_id", "field"]).sort_index()
    assert list(rows.loc[[(FOUNDING_CASE, "in_core")], "value"]) == ["0"]


def test_the_two_hold_most_warheads(history):
    latest = history.warheads[history.warheads["year"] == history.warheads["year"].max()].set_index("code")["warheads"]
    assert latest[["USA", "RUS"]].sum() / latest.sum() == pytest.approx(0.85, abs=0.05)
