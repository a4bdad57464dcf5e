"""Differences are all named, with every digit, and nothing else is."""

import json
import random

import pytest
from calling import call

import forecasting
from forecasting.documents.card import card_bytes, differences
from forecasting.documents.card.content import changed
from forecasting.documents.card.form import parsed_card
from forecasting.documents.text import block


def altered(card, change):
    values = json.loads(card_bytes(card))
    change(values)
    return parsed_card(json.dumps(values).encode(), "altered")


def paths(value, path=()):
    """Where a number or a text of ours stands in the JSON of a section."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from paths(part, (*path, key))
    if isinstance(value, int | float | str) and path[-1] not in ("kind", "unit", "cause"):
        yield path


def put(values, path, change):
    for key in path[:-1]:
        values = values[key]
    values[path[-1]] = change(values[path[-1]])


def test_a_card_does_not_differ_from_itself(fresh):
    assert differences(fresh, fresh) == []


@pytest.mark.long
def test_any_value_that_is_altered_is_named_in_its_section_and_no_other(fresh):
    sections = json.loads(card_bytes(fresh))["sections"]
    places = [(name, *path) for name, section in sections.items() for path in paths(section)]
    assert len(places) > 2000
    for place in random.Random(1).sample(places, 25):
        other = altered(
            fresh, lambda v, p=place: put(v["sections"], p, lambda old: old + (" so" if isinstance(old, str) else 1))
        )
        found = differences(fresh, other)
        assert {one.pointer.split("/")[2] for one in found} == {place[0]}, place
        assert {(str(one.said), str(one.found)) for one in found} == {
            (str(one.found), str(one.said)) for one in differences(other, fresh)
        }


def test_a_number_in_a_text_and_one_in_a_table_are_told_with_every_digit(fresh):
    told = fresh.sections["summary"].blocks[0].items[1].values["skill"].value
    lower = fresh.sections["metrics"].blocks[1].rows[0][2].lower

    def change(values):
        values["sections"]["summary"]["blocks"][0]["items"][1]["values"]["skill"]["value"] = told + 0.000001
        values["sections"]["metrics"]["blocks"][1]["rows"][0][2]["lower"] = 0.03

    found = differences(fresh, altered(fresh, change))
    words = block(fresh.sections["summary"].blocks[0].items[1])
    assert [one.pointer for one in found] == [
        "/sections/summary/blocks/0/items/1/values/skill/value", "/sections/metrics/blocks/1/rows/0/2/lower",
    ]  # fmt: skip
    assert found[0].change.startswith(f"{found[0].pointer} (Summary: {words[:20]}")
    assert found[0].change.endswith(f": {told} -> {told + 0.000001}")
    assert found[1].change == (
        f"{found[1].pointer} (Metrics: Skill of the ladder forecast over the base rate, by score: Brier, formalized: "
        f"as of each year): {lower} -> 0.03"
    )


def test_a_row_or_a_text_put_in_moves_nothing_else(fresh):
    def change(values):
        values["sections"]["uses"]["blocks"].insert(0, {"kind": "text", "said": "Read this first.", "values": {}})
        rows = values["sections"]["coders"]["blocks"][1]["rows"]
        rows.insert(0, ["a new column", rows[0][1], rows[0][2]])

    found = differences(fresh, altered(fresh, change))
    assert [(one.pointer, one.said) for one in found] == [
        ("/sections/uses/blocks/0", "nothing"), ("/sections/coders/blocks/1/rows/0", "nothing"),
    ]  # fmt: skip
    assert found[0].found["said"] == "Read this first."
    assert found[1].found[0] == "a new column"
    back = differences(altered(fresh, change), fresh)
    assert [(one.pointer, one.said, one.found) for one in back] == [
        (one.pointer, one.found, "nothing") for one in found
    ]


def test_a_section_dropped_moved_or_renamed_is_told(fresh):
    dropped = altered(fresh, lambda v: v["sections"].pop("misuse"))
    assert [(one.pointer, one.found) for one in differences(fresh, dropped)] == [("/sections/misuse", "nothing")]

    def move(values):
        values["sections"] = dict(reversed(values["sections"].items()))

    (moved,) = differences(fresh, altered(fresh, move))
    assert (moved.pointer, moved.section) == ("/sections", "order of the sections")
    (titled,) = differences(fresh, altered(fresh, lambda v: v["sections"]["uses"].update(title="Uses")))
    assert titled.change == "/sections/uses/title (Uses): 'Intended and excluded uses' -> 'Uses'"


def test_another_hash_is_told(fresh):
    def change(values):
        values["made_from"]["results"]["evaluation/skill.csv"] = "0" * 64

    (one,) = differences(fresh, altered(fresh, change))
    assert (one.pointer, one.found) == ("/made_from/results/evaluation~1skill.csv", "0" * 64)


def test_what_changed_is_filled_from_the_same_differences(fresh):
    def change(values):
        values["version"] = "0.0.9"
        values["sections"]["metrics"]["blocks"][1]["rows"][0][1]["value"] = 0.2

    before = altered(fresh, change)
    assert changed(None, fresh).blocks[0].said == "This is the first version of the card."
    said, listed = changed(before, fresh).blocks
    expected = differences(before, fresh, ignore=("changes",))
    assert said.values["n"].value == len(listed.rows) == len(expected) == 2
    assert [tuple(cell.value for cell in row) for row in listed.rows] == [
        ("", "/version", "0.0.9", forecasting.__version__),
        (
            expected[1].section,
            "/sections/metrics/blocks/1/rows/0/1/value",
            "0.2",
            str(fresh.sections["metrics"].blocks[1].rows[0][1].value),
        ),
    ]
    assert len(changed(fresh, fresh).blocks) == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_prints_them(fresh, tmp_path, capsys, as_json):
    other = altered(fresh, lambda v: v["sections"]["uses"].update(title="Uses"))
    for name, card in (("card-0.1.0.json", fresh), ("card-0.2.0.json", other)):
        (tmp_path / name).write_bytes(card_bytes(card))
    assert call("card", "diff", tmp_path / "card-0.1.0.json", tmp_path / "card-0.2.0.json", json=as_json) == 0
    out = capsys.readouterr().out
    if as_json:
        assert json.loads(out) == [
            {
                "pointer": "/sections/uses/title",
                "section": "Uses",
                "before": "Intended and excluded uses",
                "after": "Uses",
            }
        ]
        return
    assert out == "/sections/uses/title (Uses): 'Intended and excluded uses' -> 'Uses'\n"
    assert call("card", "diff", tmp_path / "card-0.1.0.json", tmp_path / "card-0.1.0.json") == 0
    assert capsys.readouterr().out == "no difference\n"
