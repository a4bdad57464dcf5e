"""Words for nothing, characters that cannot be seen, and names spelt in two ways."""

import unicodedata

import pytest

from forecasting.record.words import folded

CASE = "us-china-encounters-mou-2014"
FORMALIZED, SIGNED = "enmod-joint-statement-1974", "rush-bagot-lakes-1817"
WORDS = [
    "NA", "N/A", "n/a", "n.a.", "<NA>", "(N/A)", "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "NaN", "nan", "NULL",
    "null", "None", "none", "nil", "TBD", "tbd.", "T.B.D.", "TBA", "todo", "unknown", "not known", "Not available", "-",
    "--", ".", "...", "—", "??", "_",
]  # fmt: skip
UNSEEN = {
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
    "thin space": "\u2009",
    "ideographic space": "\u3000",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "soft hyphen": "\u00ad",
    "byte-order mark": "\ufeff",
    "right-to-left mark": "\u200f",
    "tag": "\U000e0041",
    "line separator": "\u2028",
    "Hangul filler": "\u3164",
    "Braille blank": "\u2800",
    "variation selector": "\ufe0f",
    "replacement character": "\ufffd",
    "private character": "\ue000",
    "tab": "\t",
}


def place(copy, table, key):
    return f"{copy.file(table)} row {copy.row_of(table, key)} ({CASE})"


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_a_missing_value_is_refused_in_text_that_may_be_empty(small_copy, word):
    small_copy.edit("cases", CASE, prior_instrument=word)
    told = (
        f"expected prior_instrument as text or empty, got {word!r}; leave the cell empty where there is nothing to say"
    )
    assert small_copy.faults() == [f"{place(small_copy, 'cases', CASE)}: {told}"]


@pytest.mark.parametrize("word", ["NA", "#N/A", "none", "unknown"])
def test_a_word_for_a_missing_value_is_refused_in_text_that_is_needed(small_copy, word):
    small_copy.edit("cases", CASE, summary=word)
    told = f"expected summary as text, got {word!r}; say what it is"
    assert small_copy.faults() == [f"{place(small_copy, 'cases', CASE)}: {told}"]


@pytest.mark.parametrize("word", ["Narva talks", "START I", "No", "0", "NPT", "Nil desperandum", "N2O"])
def test_a_word_that_says_something_is_text(small_copy, word):
    small_copy.edit("cases", CASE, prior_instrument=word)
    assert small_copy.faults() == []


def test_none_is_a_code_where_a_cell_of_another_table_stands(small_copy):
    manner = {"alternative_id": "planted-a01", "case_id": CASE, "reason": "planted", "known_date": "2026-02-06"}
    small_copy.append("alternatives", **manner, field="matched", value="none")
    assert small_copy.faults() == []
    small_copy.append("alternatives", **manner, field="verification", value="N/A")
    row = small_copy.last_row("alternatives")
    told = "expected value as text or empty, got 'N/A'; leave the cell empty where there is nothing to say"
    assert small_copy.faults() == [f"alternatives.csv row {row} ({CASE}): {told}"]


@pytest.mark.parametrize("character", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("text", ["Text{}of", "{}Text", "Text{}"])
def test_a_character_that_cannot_be_seen_is_refused(small_copy, character, text):
    cell = text.format(character)
    small_copy.edit("cases", CASE, name=cell)
    told = f"expected name as text, got {cell!r}; type it anew: a character in it cannot be seen"
    assert f"{place(small_copy, 'cases', CASE)}: {told}" in small_copy.faults()


@pytest.mark.parametrize(
    "text", ["Sécurité à l’Est", "Договор", "条约", "Naïve – “quoted” …", "Œuvre n° 5", "Cafe\u0301"]
)
def test_letters_and_marks_of_every_script_are_text(small_copy, text):
    small_copy.edit("cases", CASE, name=text)
    assert small_copy.faults() == []


@pytest.fixture
def instrument(small_copy):
    """The instrument of a formalized case, spelt otherwise in its row for the other target."""

    def spelt(name):
        usual = small_copy.cells("outcomes", f"{FORMALIZED}/concluded")["instrument"]
        small_copy.edit("outcomes", f"{FORMALIZED}/in_force", instrument=name(usual))
        return usual, name(usual)

    return spelt


@pytest.mark.parametrize(
    "other",
    [
        str.upper,
        lambda name: name.replace(" ", "  "),
        lambda name: name.replace(" ", "-", 1),
        lambda name: name + ".",
        lambda name: unicodedata.normalize("NFD", name.replace("e", "é", 1)),
    ],
)
def test_an_instrument_is_spelt_alike_in_every_case(small_copy, instrument, other):
    usual, name = instrument(other)
    assert folded(usual) == folded(name)
    row = small_copy.row_of("outcomes", f"{FORMALIZED}/in_force")
    told = f"expected instrument spelt {usual!r}, as elsewhere, got instrument={name!r}; spell it alike in every case"
    assert small_copy.faults() == [f"outcomes.csv row {row} ({FORMALIZED}): {told}"]


def test_a_near_double_of_an_instrument_is_told(small_copy, instrument):
    usual, name = instrument(lambda usual: usual.replace("Convention", "Convetion"))
    assert usual != name
    assert [fault.split(": ", 1)[1] for fault in small_copy.faults()] == [
        f"expected instrument that is not nearly the name of another, got instrument={name!r}; "
        f"spell it as {usual!r} if that is meant, else name it so that the two cannot be confused"
    ] or [fault.split("; ")[1] for fault in small_copy.faults()] == [
        f"spell it as {name!r} if that is meant, else name it so that the two cannot be confused"
    ]


def test_instruments_that_differ_by_a_number_are_two(small_copy, instrument):
    instrument(lambda usual: f"{usual} II")
    assert small_copy.faults() == []


def test_the_shipped_record_spells_every_instrument_in_one_way(record):
    names = {name for name in record.tables["outcomes"].cells["instrument"] if name}
    assert len({folded(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://example.org/a'b(c)?d=%22", True), ("http://example.org", True), ("", True),
        ("javascript:alert(1)", False), ("data:text/html,x", False), ("example.org", False), ("ftp://example.org", False),
        ('http://a"onmouseover=x', False), ("https://a b", False), ("https://<b>", False), ("https://", False),
    ],
)  # fmt: skip
def test_an_address_is_one_of_the_web(small_copy, address, taken):
    source = small_copy.read().tables["sources"].cells["source_id"][0]
    small_copy.edit("sources", source, url=address)
    told = [fault for fault in small_copy.faults() if "url as an address" in fault]
    assert len(told) == (not taken)
