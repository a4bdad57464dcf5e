"""What is no card is refused, and the message names what came and where."""

import json
import re

import jsonschema
import pytest

from forecasting.documents.card.content import filled
from forecasting.documents.card.form import Card, CardSection, card_bytes, parsed_card, read_card, schema_bytes
from forecasting.documents.compose import chart, items, table, text
from forecasting.documents.quantities import figure, percent, quote, share
from forecasting.documents.text import figure as shown_figure
from forecasting.store.errors import CardError
from forecasting.store.package_data import shipped


def edited(card, change):
    values = json.loads(card_bytes(card))
    change(values)
    return json.dumps(values).encode()


def refusal(content):
    with pytest.raises(CardError) as refused:
        parsed_card(content, "card-0.1.0.json")
    assert refused.value.exit_code == 1
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_card_comes_back_from_its_bytes(fresh):
    content = card_bytes(fresh)
    assert parsed_card(content, "x") == fresh
    assert card_bytes(parsed_card(content, "x")) == content


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ((), "expected a card with only known keys, got the unknown key colour; hold it against its form, schema.json"),
        (("made_from", "artefact"), "got the unknown key made_from.artefact.colour"),
        (("sections", "uses"), "got the unknown key sections.uses.colour"),
        (("sections", "uses", "blocks", 0), "got the unknown key sections.uses.blocks.0.text.colour"),
    ],
)
def test_an_unknown_key_is_refused_by_name(fresh, place, message):
    def change(values):
        for key in place:
            values = values[key]
        values["colour"] = "red"

    content = edited(fresh, change)
    assert message in refusal(content)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(content), Card.model_json_schema())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.pop("version"), "expected a card with the key version, got none"),
        (lambda v: v.update(version="../1"), "expected a card with version: pattern '"),
        (lambda v: v["sections"].update({"../x": v["sections"]["uses"]}), "sections.../x.[key]: pattern"),
        (
            lambda v: v["made_from"]["results"].update({"../../etc/passwd": "0"}),
            "made_from.results.../../etc/passwd.[key]: pattern",
        ),
        (lambda v: v["sections"]["uses"].update(blocks=[]), "sections: a section uses that says something, got an empty part"),
        (lambda v: v["sections"]["uses"].update(title=" "), "sections: a section uses that says something, got ' '"),
        (lambda v: v["sections"]["uses"]["blocks"][0].update(said="{x}"), "expected a slot for each of [] and no other brace"),
        (lambda v: v["sections"]["uses"]["blocks"][0].update(said="{x.__class__}"), "and no other brace, got '{x.__class__}'"),
        (lambda v: v["sections"]["coders"]["blocks"][1]["rows"][0].append("more"), "expected rows of 3 cells, got one of 4"),
        (lambda v: v.update(form=1), "expected a card with form: 2, got 1"),
        (lambda v: v["sections"]["calibration"]["blocks"][-1].update(draws="reference_classes"), "sections.calibration.blocks: a chart that draws reliability, got 'reference_classes'"),
        (lambda v: v["sections"]["calibration"]["blocks"][-1]["arguments"].update(path="/etc/passwd"), "chart: expected only known keys, got the unknown key path"),
        (lambda v: v["sections"]["calibration"]["blocks"][-1]["arguments"]["curves"][0].update(observed="x"), "chart: curves.0.observed: expected a valid number, got 'x'"),
        (lambda v: v["sections"]["uses"]["blocks"].append({"kind": "prose", "title": "A", "markdown": "<script>"}), "got 'prose'"),
    ],
)  # fmt: skip
def test_a_card_that_breaks_its_form_is_refused(fresh, change, message):
    assert message in refusal(edited(fresh, change))


@pytest.mark.parametrize("end", [0, 1, 1000, -2])
def test_a_truncated_card_is_refused(fresh, end):
    said = refusal(card_bytes(fresh)[:end])
    assert said.startswith("card-0.1.0.json: expected a card with a whole JSON object, got EOF while parsing")


def test_a_number_that_is_none_is_refused(fresh):
    content = card_bytes(fresh).replace(b'"lower": ', b'"lower": NaN, "x": ', 1)
    assert "card-0.1.0.json: expected" in refusal(content)


def test_a_link_or_nothing_is_no_card(tmp_path, fresh):
    (tmp_path / "real.json").write_bytes(card_bytes(fresh))
    (tmp_path / "card-0.1.0.json").symlink_to(tmp_path / "real.json")
    (tmp_path / "long.json").write_bytes(b" " * 2_000_001)
    for name, said in (
        ("card-0.1.0.json", "expected a card, got a symbolic link"),
        ("none.json", "expected a card, got No such file or directory"),
        ("long.json", "expected at most 2000000 bytes, got 2000001"),
    ):
        with pytest.raises(CardError, match=f"^{re.escape(str(tmp_path / name))}: {said}; hold it against its form"):
            read_card(tmp_path / name)


@pytest.mark.parametrize(
    "said", ["", " ", "?", "???", "...", "-", "TODO", "To do: todo", "More information needed.", "[more information needed]", "TBD", "to be written"]
)  # fmt: skip
@pytest.mark.parametrize("place", ["text", "item", "caption", "cell", "title"])
def test_a_section_that_says_nothing_is_an_error_that_names_it(said, place):
    if place == "cell" and said == "":
        said = "?"
    block = {
        "text": text(said),
        "item": items(["It is so.", said]),
        "caption": table(said, ("a", "b"), [["x", "y"]]),
        "cell": table("A table", ("a", "b"), [["x", said]]),
        "title": text("It is so."),
    }[place]
    with pytest.raises(CardError, match="^expected a section limits that says something, got "):
        filled("limits", lambda: CardSection(title=said if place == "title" else "Limits", blocks=(block,)))


def test_empty_lists_tables_and_sections_are_errors():
    for blocks in (
        (),
        (items([]),),
        (table("A table", ("a",), []),),
        (chart("reliability", {"curves": []}, text("x")),),
    ):
        with pytest.raises(CardError, match="section limits"):
            filled("limits", lambda b=blocks: CardSection(title="Limits", blocks=b))
    kept = CardSection(title="Limits", blocks=(table("Asked?", ("", "a"), [["x", ""]]),))
    assert filled("limits", lambda: kept) == kept


def test_a_section_with_a_slot_left_open_is_an_error_that_names_it():
    with pytest.raises(
        CardError, match="^expected a section limits of the form of a card, got one with expected a slot"
    ):
        filled("limits", lambda: CardSection(title="Limits", blocks=(text("It is {n}."),)))


def test_the_schema_is_shipped_and_fits_the_card_that_is_kept(fresh):
    home = shipped("data") / "card"
    assert (home / "schema.json").read_bytes() == schema_bytes()
    schema = json.loads(schema_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(card_bytes(fresh)), schema)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (share(0.0714962, 0.052, 0.08935), "7.1 % [5.2, 8.9]"),
        (share(-0.003), "−0.3 %"),
        (percent(0.8), "80 %"),
        (share(None), "not measured"),
        (share(float("nan")), "not measured"),
        (figure("count", 1984), "1,984"),
        (figure("p", 0.0002), "under 0.001"),
        (figure("log odds", 0.126), "+0.13"),
        (figure("day", "2026-02-05"), "5 February 2026"),
        (figure("quote", "<b>"), "<b>"),
    ],
)
def test_a_value_reads_as_its_unit_says(found, shown):
    assert shown_figure(found).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_values_are_kept_to_six_digits():
    said = text("{a} {b} {c}", a=share(1 / 3, 0.123456789, 0.5), b=figure("count", 123456789), c=quote("0.123456789"))
    (kept,) = filled("limits", lambda: CardSection(title="Limits", blocks=(said,))).blocks
    assert kept.values["a"] == share(0.333333, 0.123457, 0.5)
    assert (kept.values["b"], kept.values["c"]) == (said.values["b"], said.values["c"])
