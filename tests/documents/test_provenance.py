"""What a value claims to have read is what it rests on: other cells leave it as it was, and these can change it."""

import hashlib
import os
import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from records import RecordCopy

from forecasting.documents.case.content import (
    applicability,
    arguable_codings,
    assessed_confidence,
    case_content,
    case_facts,
    earlier_terms,
    forecasts,
    hazard_forecasts,
    incidence_by_month,
    reference_class_values,
    stated_term,
)
from forecasting.documents.case.evidence_values import EVIDENCE
from forecasting.documents.case.explanation_values import EXPLANATION
from forecasting.documents.case.first_screen_values import PANELS
from forecasting.documents.case.headline_values import FIRST_SCREEN
from forecasting.documents.case.material import Material
from forecasting.documents.case.rung_values import RUNG
from forecasting.documents.case.situation_values import SITUATION
from forecasting.documents.portfolio import PortfolioReport, portfolio_content
from forecasting.documents.provenance import Recorded
from forecasting.record.history import History
from forecasting.record.reading import read_record
from forecasting.record.schema import TABLES
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES
from forecasting.store.errors import AbstentionError
from forecasting.store.package_data import shipped

FULL = "FORECASTING_FULL" in os.environ
CASE, DAY, TARGET = "new-start-post-expiry-2026", date(2026, 2, 5), "concluded"
VALUES = {
    "case": case_facts,
    **FIRST_SCREEN,
    **PANELS,
    "confidence": assessed_confidence,
    "contested": arguable_codings,
    "forecast": forecasts,
    "hazard_model.limit": applicability,
    "hazard_model.forecast": hazard_forecasts,
    "curve": incidence_by_month,
    "reference_classes": reference_class_values,
    "stated_term": stated_term,
    "earlier_terms": earlier_terms,
    **{f"explanation.{name}": work for name, work in EXPLANATION.items()},
    **{f"situation.{name}": work for name, work in SITUATION.items()},
    **{f"rung.{name}": work for name, work in RUNG.items()},
    **EVIDENCE,
}


def values_of(record, names=tuple(VALUES)):
    """The named values of the case's report, and what each claims to have read; the error of one that cannot be."""
    value, found = Recorded(), {}
    material = Material(History(DAY, record), CASE, (12, 60), TARGET)
    for name in names:
        try:
            found[name] = value(name, VALUES[name], material)
        except Exception as error:
            found[name] = repr(error)
    return found, {
        name: {(table, column) for table, columns in told["reads"].items() for column in columns}
        for name, told in value.provenance.items()
    }


def altered(record, columns, change):
    """The record with the cells of these columns changed, and another hash."""
    tables = dict(record.tables)
    for table, column in columns:
        cells = tables[table].cells
        texts = cells[column].to_numpy(dtype=object).copy()
        change(TABLES[table].column(column), cells, texts)
        tables[table] = replace(tables[table], cells=cells.assign(**{column: texts}).astype("str"))
    digest = hashlib.sha256(repr((record.sha256, sorted(columns), change.__name__)).encode()).hexdigest()
    return replace(record, tables=tables, sha256=digest)


def of_the_case(cells):
    """Which rows are the case's own; of a table without cases all."""
    return (cells["case_id"] == CASE).to_numpy() if "case_id" in cells else np.ones(len(cells), dtype=bool)


def moved(column, cells, texts):
    """Each cell that is not empty takes the text of one at least a third of the table above, an odd number of rows.

    Of such numbers it is the first that changes a cell of the case itself, where one does.
    """
    held = np.flatnonzero(texts != "")
    before, own, least = texts[held], of_the_case(cells)[held], len(held) // 3 | 1
    odd = range(least, len(held), 2)  # the two targets take turns by row
    texts[held] = np.roll(before, next((n for n in odd if (np.roll(before, n) != before)[own].any()), least))


def spoilt(column, cells, texts):
    """Each cell of the case itself, of a table without cases every cell, says what no other does."""
    for line in np.flatnonzero(of_the_case(cells)):
        texts[line] = unlike(column, str(texts[line]), set(texts))


def late(column, cells, texts):
    """Flags are turned everywhere; other cells change for the case itself and for two rows of four.

    Days are put off until after the report, numbers are naught, or gone where a cell may be empty, and of two choices
    the last holds. What is none of these stays.
    """
    chosen = of_the_case(cells) | (np.arange(len(cells)) % 4 < 2)
    for line in np.flatnonzero(texts != ""):
        if column.kind == "flag":
            texts[line] = str(1 - int(texts[line]))
        elif column.kind == "day" and chosen[line]:
            texts[line] = "2026-03-01"
        elif column.kind == "integer" and chosen[line]:
            texts[line] = "0" if column.required else ""
        elif len(column.choices) == 2 and chosen[line]:
            texts[line] = column.choices[-1]


def unlike(column, text, others):
    """A cell of the column's kind unlike the one that is there, and unlike all others where that can be."""
    if column.choices:
        chosen = [choice for choice in column.choices if choice not in others] or [
            c for c in column.choices if c != text
        ]
        return chosen[0] if chosen else text
    if column.kind == "day":
        return (date.fromisoformat(text or "2000-01-01") - timedelta(days=4000)).isoformat()
    if column.kind == "integer":
        return str(int(text or 0) + 977)
    if column.kind == "keys":
        return "FRA" if text != "FRA" else "GBR"
    return {"flag": "0" if text == "1" else "1", "probability": "0.37", "slug": f"{text}-x"}.get(
        column.kind, f"{text} x"
    )


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The record of some thirty cases, and the values of the report on one of them."""
    folder = tmp_path_factory.mktemp("provenance") / "record"
    copy = RecordCopy(shutil.copytree(shipped("data"), folder, copy_function=shutil.copyfile))
    outcomes = copy.read().tables["outcomes"].cells
    ended = outcomes[(outcomes["target"] == TARGET) & (outcomes["cause"] != "")]["case_id"]
    copy.keep_cases({*ended.iloc[::5], CASE, "nsg-1978"})
    return read_record(folder)


@pytest.fixture(scope="module")
def whole(few):
    """The values of the report on that record, and what they claim."""
    return values_of(few)


def test_every_value_is_there_and_says_what_made_it(few, whole):
    values, claims = whole
    assert set(values) == set(claims) == set(VALUES)
    assert not [value for value in values.values() if isinstance(value, str)]


def test_cells_that_a_value_does_not_claim_to_have_read_leave_it_as_it_was(few, whole):
    values, claims = whole
    every = {(name, column) for name, table in TABLES.items() for column in table.names}
    keys = {(name, column) for name, table in TABLES.items() for column in table.key}
    # A level outside its ladder is refused before anything is fitted, whatever the value reads.
    keys.add(("ladders", "level"))
    groups = {}
    for name in VALUES:
        groups.setdefault(frozenset(claims[name]), []).append(name)
    for claimed, alike in list(groups.items())[:: 1 if FULL else 3]:
        for change, columns in ((moved, every - claimed), (spoilt, every - claimed - keys))[: 2 if FULL else 1]:
            found, _ = values_of(altered(few, columns, change), alike)
            assert found == {name: values[name] for name in alike}, f"{alike} rest on more than they claim: {change}"


MOVES = [
    (spoilt, "cases", "summary", {"case"}),
    (spoilt, "cases", "background_treaty", {"case", "precedents"}),
    (spoilt, "cases", "stated_horizon_months", {"case", "stated_term"}),
    (moved, "cases", "adversarial", {"case", "forecast", "reference_classes", "precedents", "hazard_model.forecast"}),
    (moved, "events", "kind", {"timeline", "stockpiles", "hazard_model.forecast", "curve"}),
    (late, "outcomes", "end_known_date", {"headline", "forecast", "reference_classes", "earlier_terms", "precedents", "curve", "rung.shares", "rung.nearest", "rung.steps"}),
    (moved, "ladders", "level", {"situation.ladders", "rung.here", "rung.shares", "rung.nearest", "rung.steps", "explanation.drivers"}),
    (late, "ladders", "known_date", {"situation.ladders", "rung.shares", "rung.steps"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "table", "column", "expected"), MOVES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_cells_that_values_claim_to_have_read_change_them(few, whole, change, table, column, expected):
    values, claims = whole
    assert all((table, column) in claims[name] for name in expected)  # those that claim nothing: see the test above
    found, _ = values_of(altered(few, {(table, column)}, change), sorted(expected))
    assert {name for name in expected if found[name] == values[name]} == set()


@pytest.mark.long
def test_a_domain_that_no_other_case_has_changes_the_limit_which_claims_it(few, whole):
    values, claims = whole
    found, again = values_of(altered(few, {("cases", "domain")}, spoilt))
    assert values["hazard_model.limit"]["status"] != "abstained" == found["hazard_model.limit"]["status"]
    assert found["hazard_model.limit"]["reasons"][0]["rule"] == "domain"
    for said in (claims, again):
        assert all(("cases", "domain") in said[name] for name in ("hazard_model.limit", "hazard_model.forecast"))
        assert not any(
            ("cases", "domain") in said[name]
            for name in ("headline", "forecast", "explanation.drivers", "reference_classes", "timeline")
        )


@pytest.fixture(scope="module")
def lonely(few):
    """The same record, in which the case has signed a text and no other has."""

    signed_type = sorted(SAME_OUTCOME_TYPES)[0]

    def alone(column, cells, texts):
        signed = np.isin(texts.astype(str), list(SAME_OUTCOME_TYPES))
        texts[signed] = texts[~signed][0]
        texts[of_the_case(cells)] = signed_type

    return altered(few, {("cases", "type")}, alone)


def test_a_form_that_no_other_case_has_changes_the_limit_of_the_headline_which_claims_it(whole, lonely):
    values, claims = whole
    found, again = values_of(lonely, ["limit"])
    assert values["limit"] == {"status": "within", "reasons": ()} and found["limit"]["status"] == "abstained"
    assert all(("cases", "type") in said["limit"] for said in (claims, again))


@pytest.mark.long
def test_a_case_from_which_the_headline_abstains_has_no_page_and_a_line_without_numbers(few, lonely):
    """The twin: on the record as it is, it has both."""
    with pytest.raises(AbstentionError) as error:
        case_content(History(DAY, lonely), CASE, (12, 60))
    assert str(error.value) == (
        f"expected a forecast of {CASE} on {DAY}, got an abstention of the headline: no other case that the model "
        "learned from has the form a signed text; ask for a later day"
    )
    said = []
    for record in (few, lonely):
        report = PortfolioReport.__new__(PortfolioReport)
        report.content = portfolio_content(History(DAY, record), History(DAY, record), (12, 60))
        said.append(report.show("forecasts")._repr_markdown_())
    name = report.content["cases"][CASE]["name"]
    assert f"The forecast abstains from {name} (no other training case has the same form (a signed text))." in said[1]
    lines = [next(line for line in told.splitlines() if line.startswith(f"| {name} |")) for told in said]
    assert "| abstains | abstains | abstains |" in lines[1]
    assert "The forecast abstains" not in said[0] and "abstains" not in lines[0]


LIMIT = {"limit", "hazard_model.limit", "confidence", "explanation.track_record"}
HAZARD = {"hazard_model.forecast", "curve"}
CORRECTED = ("table", "row_key", "field", "value", "reason")
ACTS = HAZARD | {"contested"}
OF_LADDER = {
    "both_ends",
    "forecast",
    "headline",
    "history",
    "supposed",
    "verdict",
    "contested",
    "rung.steps",
    "explanation.drivers",
}
FITTED = OF_LADDER | {"curve", "reference_classes"}
SITUATIONS = {f"situation.{name}" for name in SITUATION}
OPEN = SITUATIONS | {
    "calendar",
    "case",
    "n_acts",
    "n_unconfirmed_acts",
    "sources",
    "stated_term",
    "stockpiles",
    "timeline",
}
IN_VAIN = {
    "of a model only whether it abstains is used, and why: see the domain and the form planted above": (LIMIT, ()),
    "the class model is at hand, and no coding of the case calls for it": ({"contested"}, ("cases", "coding", "outcomes")),
    "the coding of the case holds for every target": ({"contested"}, ("alternatives.target",)),
    "its events are few, and no act of those kinds, between those parties or by a collective is among them": (
        ACTS, ("events.plover", "events.target", "events.event_id", "parties.kind"),
    ),
    "an outsider has refused, so that a tie to its joining adds nothing": (ACTS, ("cases.third_party_objection",)),
    "the latest act of contact is its own, whoever else met elsewhere": (
        {"situation.military_contact"},
        ("cases.parties", "events.plover", "events.target", "parties.kind", "parties.successor"),
    ),
    "the acts are counted or searched, in an order that does not matter": (
        {"n_acts", "n_unconfirmed_acts", "stockpiles", "sources", "situation.claims"},
        ("events.event_date", "events.event_id"),
    ),
    "the words are counted, whichever of a day comes first": ({"situation.signals"}, ("events.event_id",)),
    "the levels stand in the order of their own days, not of their acts": (
        {"situation.ladders"}, ("events.event_date",),
    ),
    "the act counts a day earlier or later, and not on the day itself": (
        {"stockpiles", "situation.charges", "situation.open_offers", "situation.verification"}, ("events.known_late",),
    ),
    "no act of the case is coded as the answer to a charge": ({"situation.charges"}, ("events.clears",)),
    "each claim on which an act of the case rests states its own probability": (
        {"situation.claims"}, ("events.standing",),
    ),
    "every correction was recorded after the day: an earlier day of recording does change the value": (
        {"situation.claims", "timeline"} | FITTED, tuple(f"corrections.{name}" for name in (*CORRECTED, "recorded_on")),
    ),
    "the case was looked for until the day itself, as more than one column says": (
        {"situation.ladders"}, ("outcomes.last_observed_date", "outcomes.looked_until"),
    ),
    "the case was last seen on the day itself, so nothing went unseen": (
        {"unseen"}, ("cases.start_date", "outcomes.cause", "outcomes.end_known_date"),
    ),
    "every earlier arrangement with a stated term has ended": ({"earlier_terms"}, ("outcomes.last_observed_date",)),
    "its sources are cited for other reasons too": (
        {"sources"}, ("cases.parties", "case_sources.case_id", "calendar.scheduled_date"),
    ),
    "no case related to this one stood on its rung, nor one between the same two parties": (
        {"rung.shares", "rung.nearest"},
        ("cases.cluster_id", "outcomes.instrument", "cases.parties", "parties.kind", "parties.successor"),
    ),
    "the cases that go on have a landmark no more and no less": (
        {"rung.shares", "rung.nearest"}, ("outcomes.last_observed_date",),
    ),
    "of the form only whether a text is signed is asked, and level 0 counts as one status": (
        {"rung.here"}, ("cases.type", "ladders.status"),
    ),
    "the model of the ladder reads acts for leaders' words alone": (
        OF_LADDER,
        (
            "cases.parties", "events.actor", "events.target", "events.plover", "events.event_date", "parties.kind",
            "parties.successor",
        ),
    ),
    "the models are fitted together, and of them the base rate, read here, knows ages, endings and gaps alone": (
        {"beside_base"},
        (
            "cases.cluster_id", "cases.leader_endorsed", "cases.n_parties", "cases.observed_now", "cases.parties",
            "cases.type", "claims.probability", "corrections", "events", "ladders.events", "outcomes.instrument",
            "outcomes.looked_until", "parties.kind", "parties.successor",
        ),
    ),
    "every case that goes on was looked for until the day or longer": (FITTED, ("outcomes.looked_until",)),
    "that the case goes on is all that is asked of its outcome": (
        OPEN | {"since", "explanation.changes"}, ("outcomes.cause", "outcomes.end_known_date"),
    ),
}  # fmt: skip


def excused(name, table, column):
    """Why a column that a value claims cannot change it in this record; None where it must."""
    for reason, (values, where) in IN_VAIN.items():
        if name in values and (not where or table in where or f"{table}.{column}" in where):
            return reason
    return None


@pytest.mark.long
def test_every_column_that_a_value_claims_can_change_it_but_for_those_listed_with_the_reason(few, whole):
    values, claims = whole
    vain = []
    for table, column in sorted(set().union(*claims.values())):
        left = {name for name in VALUES if (table, column) in claims[name] and not excused(name, table, column)}
        for change in (spoilt, moved, late):
            found, _ = values_of(altered(few, {(table, column)}, change), sorted(left))
            left -= {name for name in left if found[name] != values[name]}
        vain += [(name, table, column) for name in sorted(left)]
    assert vain == []
