"""The reader of news texts: what it proposes, and above all what it never does."""

import csv
import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from runpy import run_path

import pytest
from calling import call

from forecasting import UsageError
from forecasting.reading import propose, read_file, read_news, read_text, rows_of
from forecasting.reading.proposals import CALENDAR_COLUMNS, EVENT_COLUMNS, LADDER_COLUMNS
from forecasting.reading.reader import years_of
from forecasting.reading.tables import DIRECTIONS, FORMS, names, rules
from forecasting.record.vocabulary import EVENT_KINDS, PLOVER_BY_KIND, STANDINGS
from forecasting.store.errors import ForecastingError
from forecasting.store.package_data import shipped

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DAY = date(2026, 3, 11)
CASE = "new-start-post-expiry-2026"
EXCEPTIONS = {("inspection_or_data_exchange", "SANCTION"), ("crisis_or_conflict", "RETREAT")}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header(name):
    with (shipped("data") / name).open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file)))


SENTENCES = rows(HERE / "sentences.csv")


@pytest.fixture(scope="module")
def found(history):
    years = years_of(history)
    return {
        row["sentence_id"]: propose(row["sentence"], date.fromisoformat(row["dateline"]), years=years)
        for row in SENTENCES
    }


def one(text, day=DAY, **more):
    proposals = propose(text, day, **more)
    assert len(proposals) == 1, proposals
    return proposals[0]


def test_there_are_120_sentences_half_of_them_held_out():
    assert len(SENTENCES) == 120
    assert [row["half"] for row in SENTENCES] == ["develop", "held_out"] * 60


def test_nine_of_ten_held_out_acts_are_found_with_kind_actor_day_form_and_standing(found):
    held = [row for row in SENTENCES if row["half"] == "held_out" and row["kind"]]
    right = 0
    for row in held:
        for proposal in found[row["sentence_id"]]:
            who = set(proposal.actor) == set(row["actor"].split(";")) - {""}
            day = not row["date"] or str(proposal.day) == row["date"]
            standing = not row["standing"] or proposal.standing == row["standing"]
            right += (proposal.kind, proposal.form) == (row["kind"], row["form"]) and who and day and standing
    proposed = sum(len(found[row["sentence_id"]]) for row in SENTENCES if row["half"] == "held_out")
    assert right >= 0.85 * len(held)
    assert right >= 0.85 * proposed


def test_what_did_not_happen_is_never_proposed_as_confirmed_nor_ticked(found):
    denied = [row for row in SENTENCES if row["form"] == "denied"]
    assert len(denied) == 10
    for row in denied:
        for proposal in found[row["sentence_id"]]:
            assert proposal.event_row()["standing"] != "confirmed", row["sentence"]
            assert not proposal.is_act, row["sentence"]


@pytest.mark.parametrize(
    ("done", "not_done"),
    [
        ("Russia and Ukraine have agreed to a truce at sea.", "Russia and Ukraine have not agreed to a truce at sea."),
        ("Iran signed the protocol.", "Iran never signed the protocol."),
        ("The Senate ratified the treaty.", "The Senate has not ratified the treaty."),
        (
            "Iran promised to suspend enrichment of uranium.",
            "Iran refused to promise to suspend enrichment of uranium.",
        ),
        ("North Korea tested a missile.", "North Korea denied that it tested a missile."),
        ("Trump met Putin in Helsinki.", "Trump has yet to be met by Putin; Trump never met Putin in Helsinki."),
    ],
)
def test_a_negation_turns_an_act_into_none(done, not_done):
    assert {proposal.form for proposal in propose(done, DAY)} == {"act"}
    assert "act" not in {proposal.form for proposal in propose(not_done, DAY)}


@pytest.mark.parametrize(
    ("sentence", "form"),
    [
        ("Moscow suspended the accord.", "act"),
        ("Moscow could suspend the accord.", "hedged"),
        ("Moscow might suspend the accord.", "hedged"),
        ("Talks between India and Pakistan resumed.", "act"),
        ("Talks between India and Pakistan will resume on Friday.", "calendar"),
        ("India and Pakistan are close to an agreement.", "hedged"),
    ],
)
def test_hedges_and_days_to_come_are_no_acts(sentence, form):
    assert one(sentence).form == form


def test_a_condition_is_no_act():
    assert propose("If North Korea tests a missile, Tokyo will be angry.", DAY) == []
    assert one("North Korea tested a missile.").kind == "test_or_deployment"


def test_a_hedged_act_is_entered_as_reported_and_a_plain_one_as_confirmed():
    assert one("Moscow could suspend the accord.").event_row()["standing"] == "reported"
    assert one("Moscow suspended the accord.").event_row()["standing"] == "confirmed"


def test_unnamed_sources_make_an_act_reported_whatever_else_tells_it():
    plain = "India and Pakistan agreed to a ceasefire on Tuesday."
    assert one(plain).standing == "confirmed"
    both = one(f"{plain} India and Pakistan agreed to a ceasefire on Tuesday, two sources said.")
    assert (both.standing, both.also) == ("reported", (2,))


def test_a_claim_that_the_other_side_denies_is_disputed():
    assert one("Russia alleges that Ukraine broke the pact, which Kyiv denies.").standing == "disputed"


def test_a_day_to_come_is_a_row_of_the_calendar_and_no_event():
    coming = one("American and Russian envoys will meet in Geneva on Monday.")
    made = rows_of([coming], "s0001")
    assert made["events"] == []
    assert made["calendar"] == [
        {
            "case_id": "",
            "announced_date": "2026-03-11",
            "scheduled_date": "2026-03-16",
            "what": "Talks round by USA and RUS, to come.",
            "source_id": "s0001",
        }
    ]


def test_rows_have_the_columns_of_the_record():
    assert header("events/hand_coded.csv") == EVENT_COLUMNS
    assert header("ladders.csv") == LADDER_COLUMNS
    assert header("calendar.csv") == CALENDAR_COLUMNS
    row = one("Russia proposed talks on Tuesday.", case_id=CASE).event_row("s0001", "Moscow proposes talks.")
    assert tuple(row) == EVENT_COLUMNS
    assert {
        key: row[key] for key in ("case_id", "event_date", "known_date", "actor", "kind", "plover", "source_id")
    } == {
        "case_id": CASE,
        "event_date": "2026-03-10",
        "known_date": "2026-03-11",
        "actor": "RUS",
        "kind": "proposal",
        "plover": "REQUEST",
        "source_id": "s0001",
    }


def test_a_summary_is_in_our_own_words():
    proposal = one("Russia proposed talks on Tuesday.")
    assert proposal.event_row()["summary"] == "Proposal by RUS."


def test_actors_hold_office_on_the_day_of_the_text(history):
    years = years_of(history)
    assert one("Clinton welcomed the pledge.", date(1999, 6, 18)).kind == "leader_endorsement"
    assert propose("Clinton welcomed the pledge.", date(1990, 6, 18)) == []
    assert one("Moscow tested a missile.", date(1986, 6, 18), years=years).actor == ("SUN",)
    assert one("Moscow tested a missile.", date(2006, 6, 18), years=years).actor == ("RUS",)


def test_a_party_of_the_case_is_no_third_party():
    text = "China refused to join the talks."
    assert one(text, principals=("RUS", "USA")).kind == "third_party_refusal"
    assert one(text, principals=("CHN", "USA")).kind == "official_signal_negative"


def test_who_is_introduced_with_an_office_is_known_by_surname_later():
    text = "Iran's chief negotiator, Saeed Example, arrived. Example said that Tehran is ready to resume talks."
    assert [proposal.actor for proposal in propose(text, DAY)] == [("IRN",)]
    assert propose("Example said that progress was made.", DAY) == []


def test_every_rule_is_of_the_form_and_of_the_vocabulary():
    table = rules()
    assert len({rule.name for rule in table}) == len(table)
    for rule in table:
        assert rule.standing in FORMS
        assert rule.direction in DIRECTIONS
        assert rule.kind in (*EVENT_KINDS, "calendar")
        usual = PLOVER_BY_KIND.get(rule.kind, "NONE")
        assert rule.plover == usual or (rule.kind, rule.plover) in EXCEPTIONS, rule.name


def test_every_actor_is_a_party_of_the_record(history):
    codes = set(history.parties["code"])
    for name, actors in names().items():
        for actor in actors:
            assert set(actor.codes) <= codes, name
            assert actor.since < actor.until, name


def test_the_reading_of_a_file_as_json_and_as_text(tmp_path, capsys):
    news = tmp_path / "news.txt"
    news.write_text("Russia proposed talks on Tuesday. The American side has not agreed to any limit.\n")
    before = sorted(tmp_path.iterdir())
    call("read", news, case=CASE, as_of="2026-02-11", json=True)
    told = json.loads(capsys.readouterr().out)
    assert [row["kind"] for row in told["rows"]["events"]] == ["proposal"]
    assert [(row["kind"], row["form"], row["ticked"]) for row in told["proposals"]] == [
        ("proposal", "act", True),
        ("agreed_statement", "denied", False),
    ]
    call("read", news, case=CASE, as_of="2026-02-11")
    text = capsys.readouterr().out
    assert "[x] 2026-02-10  proposal  RUS  confirmed\n    1: Russia proposed talks on Tuesday." in text
    assert "DENIED" in text
    assert sorted(tmp_path.iterdir()) == before


def test_a_text_is_read_on_the_day_it_begins_with(history):
    reading = read_text(
        "February 10, 2026\n\nRussia said on Monday that it is ready to negotiate limits.",
        CASE,
        date(2026, 3, 1),
        history,
    )
    assert (reading.dateline, reading.dateline_told) == (date(2026, 2, 10), True)
    assert [str(proposal.day) for proposal in reading.proposals] == ["2026-02-09"]
    with pytest.raises(ForecastingError) as error:
        read_text("March 10, 2026\n\nRussia proposed talks.", CASE, date(2026, 3, 1), history)
    assert str(error.value) == (
        "text: expected a text up to the as-of day 2026-03-01, got one of 2026-03-10; give that day as as_of"
    )


def test_an_act_that_the_record_has_is_named_and_not_ticked(history):
    known = read_text("Beijing has shown no interest in joining the talks.", CASE, date(2026, 2, 5), history).proposals[
        0
    ]
    assert known.in_record.startswith(CASE)
    assert not known.is_act
    fresh = read_text(
        "Beijing has shown no interest in joining the talks.", CASE, date(2026, 8, 20), history
    ).proposals[0]
    assert (fresh.in_record, fresh.is_act) == ("", True)


def test_steps_are_proposed_beyond_where_the_record_stands(history):
    steps = read_text("The US and Russia opened talks in Geneva on Tuesday.", CASE, date(2026, 2, 11), history).steps
    assert [(step.ladder, step.level, step.status) for step in steps] == [("formalization", 2, "active")]
    assert tuple(steps[0].row()) == LADDER_COLUMNS
    assert read_text("China and India opened talks in Geneva on Tuesday.", CASE, date(2026, 2, 11), history).steps == ()


GOOD = "Russia proposed talks with the United States on Tuesday."
SAVE = "save the article's words as a plain text file and name that"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"expected a news text, got no words; {SAVE}"),
        (b" \n\t ", f"expected a news text, got no words; {SAVE}"),
        (b"%PDF-1.4\0\0\1\2", f"expected a news text, got binary content; {SAVE}"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", f"expected text in UTF-8, got byte 0x89; {SAVE}"),
        (
            ("Мы готовы. " * 40).encode(),
            f"expected a text in English, got one in another language, or no running text; {SAVE}",
        ),
        (
            b"Der russische Minister hat am Dienstag neue Gespraeche mit den Vereinigten Staaten vorgeschlagen und nichts weiter.",
            f"expected a text in English, got one in another language, or no running text; {SAVE}",
        ),
        (
            b"<html><body><p>Russia proposed talks.</p><p>It did.</p></body></html>",
            f"expected plain text, got HTML; {SAVE}",
        ),
        (b"Russia proposed talks. " * 250_000, f"expected at most 200000 bytes, got 5750000; {SAVE}"),
    ],
    ids=["empty", "blank", "binary", "not UTF-8", "Russian", "German", "HTML", "5 MB"],
)
def test_what_is_no_english_text_is_told_in_one_sentence(tmp_path, history, content, message):
    news = tmp_path / "news.txt"
    news.write_bytes(content)
    with pytest.raises(ForecastingError) as error:
        read_file(news, CASE, date(2026, 2, 11), history)
    assert str(error.value) == f"{news}: {message}"
    news.write_text(GOOD)
    assert read_file(news, CASE, date(2026, 2, 11), history).proposals


def test_a_folder_a_missing_file_and_a_day_to_come_are_refused(tmp_path):
    with pytest.raises(ForecastingError, match="expected a news text, got a folder"):
        read_news(tmp_path, CASE, "2026-02-11")
    with pytest.raises(ForecastingError, match="expected a news text, got No such file or directory"):
        read_news(tmp_path / "none.txt", CASE, "2026-02-11")
    with pytest.raises(
        UsageError, match=r"^expected an as-of day up to today, .*, got 9999-01-01; a day to come has no news$"
    ):
        read_news(tmp_path, CASE, "9999-01-01")


def test_a_text_that_takes_too_long_is_told_and_ended(monkeypatch):
    monkeypatch.setattr("forecasting.reading.reader.MOST_SECONDS", -1.0)
    with pytest.raises(
        UsageError, match="^expected a text that can be read in -1 s, got more at sentence 1; give a part of it$"
    ):
        propose(GOOD, DAY)


def test_control_characters_do_not_reach_the_terminal():
    proposal = one("Russia \x1b proposed\u202e talks on Tuesday.")
    assert "\x1b" not in proposal.sentence and "\u202e" not in proposal.sentence


def test_standings_are_those_of_the_record(found):
    assert {proposal.event_row()["standing"] for proposals in found.values() for proposal in proposals} <= set(
        STANDINGS
    )


def test_the_page_has_the_counts_of_the_table():
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    made = run_path(str(ROOT / "docs" / "make_reading.py"))["page"](page)
    assert made == page
    assert (
        run_path(str(ROOT / "docs" / "make_reading.py"))["page"](page.replace("0.73 (30 of 41)", "0.99 (30 of 41)"))
        == page
    )


def test_the_counted_rules_are_the_rules():
    tables = [ROOT / "forecasting" / "reading" / f"{name}.csv" for name in ("rules", "words", "cues", "actors")]
    now = sha256(b"".join(path.read_bytes() for path in tables)).hexdigest()[:8]
    counted = {
        row["rules"]
        for row in rows(shipped("data") / "evaluation" / "reading.csv")
        if row["set"] in ("sentences", "press5")
    }
    assert counted == {now}
