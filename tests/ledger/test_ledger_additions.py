"""What people and markets say beside the model, scored on the same questions; and retractions, which remove nothing."""

from datetime import date

import pytest
from bodies import ISSUED_ON, RECORD_END, issue_body, put, resolution_body

from forecasting.ledger import add, read, read_chain, read_opinions, retract, score
from forecasting.ledger.additions import opinion
from forecasting.store.errors import UsageError

Y2000 = date(2000, 1, 1)
LIVE = "000001-live-2026-08-31-concluded-primary.json"


def said(case="a-1990", horizon=12, cause="collapsed", probability=0.5):
    return {"case_id": case, "horizon": horizon, "cause": cause, "probability": probability}


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    put(
        folder,
        issue_body(["a-1990", "b-1991"], RECORD_END, kind="live"),
        issue_body(["a-1990", "b-1991"], Y2000),
        issue_body(["c-1992"], Y2000, horizons=(36,)),
    )
    return folder


def test_a_probability_is_entered_beside_the_last_issue_that_asked(ledger):
    written = add(ledger, [said(), said("b-1991")], "A Market", as_of=RECORD_END, issued_on=ISSUED_ON)
    assert written.paths[0].name == "000004-added-2026-11-24.json"
    entry = read_chain(ledger).links[-1].entry
    assert (entry.beside, entry.kind, entry.by, len(entry.opinions)) == (LIVE, "live", "A Market", 2)


def test_beside_a_replay_or_too_late_it_is_a_replay(ledger):
    add(ledger, [said()], "somebody", as_of=Y2000, issued_on=ISSUED_ON)
    add(ledger, [said()], "somebody", as_of=RECORD_END, issued_on=date(2026, 12, 30))
    assert [link.entry.kind for link in read_chain(ledger).links[-2:]] == ["replay", "replay"]


@pytest.mark.parametrize(
    ("opinions", "options", "message"),
    [
        ([], {}, "expected at least one probability, got none"),
        ([said("z-1999")], {}, "expected questions that a forecast in the ledger asks, got 'z-1999' at 12 months under concluded, and 0 more; issue it first"),
        ([said(horizon=6)], {}, "expected questions that a forecast in the ledger asks, got 'a-1990' at 6 months under"),
        ([said(), said("c-1992", 36)], {}, "expected questions that a forecast in the ledger asks, got 'a-1990' at 12 months under concluded, and 1 more"),
        ([said()], {"as_of": date(1999, 1, 1)}, "expected questions that a forecast in the ledger asks, got 'a-1990' at 12 months as of 1999-01-01"),
        ([said()], {"target": "in_force"}, "expected questions that a forecast in the ledger asks, got 'a-1990' at 12 months under in_force"),
        ([said(), said()], {}, "expected each case, horizon and cause once, got "),
        ([said(probability=1.5)], {}, "expected opinions.0.probability: less than or equal to 1, got 1.5"),
        ([said()], {"by": ""}, "expected by: at least 1 character, got ''"),
    ],
)  # fmt: skip
def test_what_cannot_be_entered_is_refused(ledger, opinions, options, message):
    before = sorted(ledger.iterdir())
    with pytest.raises(UsageError) as refused:
        add(ledger, opinions, **({"by": "somebody", "issued_on": ISSUED_ON} | options))
    assert str(refused.value).startswith(message)
    assert sorted(ledger.iterdir()) == before


def test_nobody_says_it_twice_or_after_the_fact(ledger):
    add(ledger, [said()], "somebody", as_of=Y2000, issued_on=ISSUED_ON)
    with pytest.raises(UsageError) as refused:
        add(ledger, [said(probability=0.9)], "somebody", as_of=Y2000, issued_on=ISSUED_ON)
    assert str(refused.value) == (
        "expected a probability not entered before, got a-1990 collapsed at 12 months by somebody, which is in "
        "000004-added-2026-11-24.json; an entry is never changed: retract it, or answer as of another day"
    )
    put(ledger, resolution_body([(Y2000, "b-1991", [12], "faded")]))
    with pytest.raises(UsageError) as refused:
        add(ledger, [said("b-1991")], "somebody", as_of=Y2000, issued_on=ISSUED_ON)
    assert str(refused.value) == (
        "expected a question not yet resolved, got b-1991 at 12 months, resolved: faded; leave it out"
    )


def test_what_others_said_is_scored_on_the_same_questions(ledger):
    """On a collapse that comes, 0.5 has 0.25, the model's 0.2 has 0.64, the base rate's 0.25 has 0.5625."""
    add(ledger, [said(), said("b-1991")], "somebody", as_of=Y2000, issued_on=ISSUED_ON)
    put(ledger, resolution_body([(Y2000, "a-1990", [12], "collapsed"), (Y2000, "b-1991", [12], "ongoing")]))
    rows = score(ledger).others.set_index("against")
    assert list(rows.index) == ["base_rate", "primary"]
    assert rows["brier"].tolist() == pytest.approx([0.25, 0.25])
    assert rows.loc["primary", "brier_against"] == pytest.approx((0.64 + 0.04) / 2)
    assert rows.loc["base_rate", "brier_against"] == pytest.approx((0.5625 + 0.0625) / 2)
    assert rows["note"].tolist() == ["too few: 2 forecasts in 2 clusters; expected 30 and 10 at least"] * 2
    assert rows[["stated", "scored", "retracted"]].to_numpy().tolist() == [[2, 2, 0]] * 2


def test_a_retraction_flags_the_entry_and_removes_nothing(ledger):
    before = {path.name: path.read_bytes() for path in ledger.glob("0*")}
    retract(ledger, "2", "a slip in the record", ISSUED_ON)
    after = {path.name: path.read_bytes() for path in ledger.glob("0*")}
    assert before.items() <= after.items()
    assert read(ledger).groupby("entry")["is_retracted"].max().tolist() == [0, 1, 0]


NO_FORECAST = "expected the file or the number of a forecast in the ledger, got {}; see the names of its files"


@pytest.mark.parametrize(
    ("entry", "reason", "message"),
    [
        ("9", "x", NO_FORECAST.format("'9'")),
        ("../../etc/passwd", "x", NO_FORECAST.format("'../../etc/passwd'")),
        ("4", "x", NO_FORECAST.format("'4'")),
        (
            LIVE,
            "x",
            f"expected an entry not retracted before, got {LIVE}, retracted because: a slip; nothing more is needed",
        ),
        ("2", "", "expected reason: at least 1 character, got ''; correct it and enter it again"),
    ],
)
def test_a_retraction_of_nothing_or_without_reason_is_refused(ledger, entry, reason, message):
    retract(ledger, "000001", "a slip", ISSUED_ON)
    with pytest.raises(UsageError) as refused:
        retract(ledger, entry, reason, ISSUED_ON)
    assert str(refused.value) == message


def test_probabilities_are_read_from_a_file(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("case_id,horizon,cause,probability\na-1990,12,collapsed,0.5\n")
    assert read_opinions(path) == [said()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case,horizon\n", "row 1: expected the header case_id,horizon,cause,probability, got ['case', 'horizon']; correct it"),
        ("", "row 1: expected the header case_id,horizon,cause,probability, got None; correct it"),
        ("case_id,horizon,cause,probability\na,12,ended,0.5\n", "row 2: expected a cause out of formalized, collapsed, faded, ongoing, got 'ended'; choose one of them"),
        ("case_id,horizon,cause,probability\na,12,faded,0.5\na,x,faded,0.5\n", "row 3: expected a horizon in months and a probability, got ('x', '0.5'); write them as numbers"),
        ("case_id,horizon,cause,probability\na,12,faded\n", "row 2: expected a horizon in months and a probability, got ('12', None); write them as numbers"),
        ("case_id,horizon,cause,probability\na,12,faded,nan\n", "row 2: expected a probability from 0 to 1, got 'nan'; write 20 % as 0.2"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_by_row(tmp_path, text, message):
    path = tmp_path / "said.csv"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        read_opinions(path)
    assert str(refused.value) == f"{path} {message}"


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="^expected a readable CSV file in UTF-8, got "):
        read_opinions(tmp_path / "none.csv")


def test_a_probability_typed_in_is_checked_like_one_from_a_file():
    with pytest.raises(UsageError, match="^expected a probability from 0 to 1, got '1.1'; write 20 % as 0.2$"):
        opinion("", "a-1990", "12", "faded", "1.1")


@pytest.mark.parametrize("by", ["a\x9b31m", "a\u202eb", "a\u2028b", "a\x7fb"])
def test_a_name_with_hidden_signs_is_refused(tmp_path, by):
    put(tmp_path / "ledger", issue_body(["a-1990"]))
    said = [{"case_id": "a-1990", "horizon": 12, "cause": "faded", "probability": 0.3}]
    with pytest.raises(UsageError, match="^expected by: "):
        add(tmp_path / "ledger", said, by)
