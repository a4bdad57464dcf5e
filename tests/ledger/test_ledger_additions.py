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


HEADER = "case_id,horizon,cause,probability"
CHANCE = "expected probability as a number from 0 to 1 (1 yes, 0 no), got {}; write 20 % as 0.2"
MONTHS = "expected horizon as a whole number from 1 to 120, got {}; write 12, not 12.0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case,horizon\n", f" row 1: expected the header {HEADER}, got case,horizon; correct it"),
        ("", f" row 1: expected the header {HEADER}, got an empty file; correct it"),
        ("case_id;horizon;cause;probability\n", f" row 1: expected the header {HEADER}, got a header separated by ';'; correct it"),
        (f"{HEADER}\na,12,ended,0.5\n", " row 2: expected cause as one of formalized, collapsed, faded, ongoing, got 'ended'; choose one of them"),
        (f"{HEADER}\na,12,faded,0.5\na,x,faded,0.5\n", f" row 3: {MONTHS.format(repr('x'))}"),
        (f"{HEADER}\na,12,faded\n", " row 2: expected 4 cells, got 3 cells; correct it, or name another"),
        (f"{HEADER}\na,12,faded,0,15\n", " row 2: expected 4 cells, got 5 cells; correct it, or name another"),
        (f'{HEADER}\na,12,faded,"0,15"\n', f" row 2: {CHANCE.format(repr('0,15'))}"),
        (f'{HEADER}\n\n"a","12","faded","1\n"\n', " row 3: expected cells of one line, got a line break inside a cell; correct it, or name another"),
        (f"{HEADER}\nA,12,faded,0.5\n", " row 2: expected case_id as lower-case words joined by hyphens, at most 80 characters, got 'A'; correct it"),
        (f'{HEADER}\na,12,faded,0.5\n"a', " row 3: expected well-formed CSV, got unexpected end of data; correct it, or name another"),
        *((f"{HEADER}\na,12,faded,{cell}\n", f" row 2: {CHANCE.format(repr(cell))}") for cell in ("nan", ".5", "5e-1", "1.5", " 0.5", "٠.٥", "0.5%", "")),
        *((f"{HEADER}\na,{cell},faded,0.5\n", f" row 2: {MONTHS.format(repr(cell))}") for cell in ("0", "12.0", "-12", "1_2", "9999999", "9" * 5000)[:5]),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_by_row(tmp_path, text, message):
    path = tmp_path / "said.csv"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        read_opinions(path)
    assert str(refused.value) == f"{path}{message}"


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="expected a CSV file of probabilities, got No such file"):
        read_opinions(tmp_path / "none.csv")


def test_a_probability_typed_in_is_checked_like_one_from_a_file():
    with pytest.raises(
        UsageError, match="^expected probability as a number from 0 to 1 .*, got '1.1'; write 20 % as 0.2$"
    ):
        opinion("", "a-1990", "12", "faded", "1.1")


@pytest.mark.parametrize(
    ("cause", "chances", "message"),
    [
        (
            "formalized",
            (0.5, 0.1),
            "never falls with the horizon, got a-1990 formalized 0.5 at 12 months and 0.1 at 24",
        ),
        ("ongoing", (0.5, 0.9), "never rises with the horizon, got a-1990 ongoing 0.5 at 12 months and 0.9 at 24"),
        ("formalized", (0.1, 0.1), ""),
        ("formalized", (0.1, 0.5), ""),
        ("ongoing", (0.9, 0.5), ""),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_what_has_come_by_12_months_has_come_by_24(tmp_path, cause, chances, message, at_once):
    put(tmp_path / "ledger", issue_body(["a-1990"], Y2000, horizons=(12, 24)))
    both = [
        said(horizon=months, cause=cause, probability=chance) for months, chance in zip((12, 24), chances, strict=True)
    ]
    if not at_once:
        add(tmp_path / "ledger", both[1:], "somebody", issued_on=ISSUED_ON)
        both = both[:1]
    if not message:
        assert add(tmp_path / "ledger", both, "somebody", issued_on=ISSUED_ON).paths
        return
    with pytest.raises(UsageError) as refused:
        add(tmp_path / "ledger", both, "somebody", issued_on=ISSUED_ON)
    assert message in str(refused.value)
    assert add(tmp_path / "ledger", both[:1], "somebody else", issued_on=ISSUED_ON).paths  # each is held to its own


@pytest.mark.parametrize("given", [{}, {"case_id": 7}, {"case_id": "a-1990", "horizon": "x"}, 5, None])
def test_what_is_no_probability_at_all_is_refused(ledger, given):
    with pytest.raises(UsageError, match="^expected opinions.0"):
        add(ledger, [given], "somebody")


@pytest.mark.parametrize("by", ["a\x9b31m", "a\u202eb", "a\u2028b", "a\x7fb"])
def test_a_name_with_hidden_signs_is_refused(tmp_path, by):
    put(tmp_path / "ledger", issue_body(["a-1990"]))
    said = [{"case_id": "a-1990", "horizon": 12, "cause": "faded", "probability": 0.3}]
    with pytest.raises(UsageError, match="^expected by: "):
        add(tmp_path / "ledger", said, by)
