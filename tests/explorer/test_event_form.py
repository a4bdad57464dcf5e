"""The form for an act: pick lists with names, faults beside the fields, and what the act moves."""

import pytest

from forecasting import EventForm
from forecasting.explorer import words
from forecasting.explorer.news_reader import NewsReader
from forecasting.record.vocabulary import EVENT_KINDS, STANDINGS

CASE = "new-start-post-expiry-2026"


@pytest.fixture
def form(few_cases, tmp_path):
    """A form filled in, on the record of five cases."""
    made = EventForm(CASE, tmp_path / "mine", data=few_cases, artefacts=None)
    given = {"date": "2026-10-05", "kind": "talks_opened", "actor": ("USA",), "target": ("RUS",),
             "source": "https://example.org/a", "summary": "<script>alert(1)</script> talks began"}  # fmt: skip
    for name, value in given.items():
        made.inputs[name].value = value
    return made


def test_the_lists_have_kinds_names_levels_and_standings(form):
    assert [code for _, code in form.inputs["kind"].options][1:] == list(EVENT_KINDS)
    assert dict(form.inputs["actor"].options)["Iran (IRN)"] == "IRN"
    assert [code for _, code in form.inputs["standing"].options] == list(STANDINGS)
    levels = [code for _, code in form.inputs["ladder"].options]
    assert levels[0] == "" and "formalization 5" in levels and "strain 4" in levels
    form.inputs["ladder"].value = "strain 3"
    assert [code for _, code in form.inputs["status"].options] == ["live", "dormant"]


def test_faults_stand_beside_their_fields_and_nothing_is_written(form, tmp_path):
    form.inputs["date"].value, form.inputs["source"].value = "soon", "<b>a friend</b>"
    form.keep.click()
    assert {name for name, part in form.faults.items() if part.value} == {"date", "source"}
    assert "&lt;b&gt;a friend" in form.faults["source"].value and "<b>a friend" not in form.faults["source"].value
    assert "Nothing was written." in form.result.value and form.effect is None and not form.keep.disabled
    assert list(tmp_path.iterdir()) == []


def test_what_the_record_refuses_is_told_and_nothing_is_written(form, tmp_path):
    form.inputs["actor"].value = ("SUN",)
    form.keep.click()
    assert "Nothing was written." in form.result.value and "SUN in actor on a day" in form.result.value
    assert list(tmp_path.iterdir()) == []


def test_an_act_with_its_step_is_kept_together(form, tmp_path):
    form.inputs["ladder"].value = "formalization 2"
    form.inputs["status"].value, form.inputs["evidence"].value = "active", "Talks <i>began</i>."
    form.keep.click()
    assert "10 endings were known" in form.result.value and form.effect is not None
    assert sorted(path.name for path in form.effect.files) == ["ladders.csv", "looked.csv", "own.csv", "sources.csv"]
    assert "<script>" in (tmp_path / "mine" / "events" / "own.csv").read_text()


def test_what_it_moves_is_shown_for_all_endings_with_markup_as_text(form, tmp_path):
    moved = EventForm(CASE, tmp_path / "<i>mine", artefacts=None)
    for name in ("date", "kind", "actor", "target", "source", "summary"):
        moved.inputs[name].value = form.inputs[name].value
    moved.keep.click()
    shown = moved.result.value
    assert all(head in shown for head in ("Formal agreement, before", "Collapse, after", "Fading, points"))
    assert "&lt;i&gt;mine" in shown and "<i>mine" not in shown and "sha256" in shown
    assert words.moved_by_own(moved.effect) == shown


def test_what_is_accepted_of_a_text_goes_into_the_overlay(few_cases, tmp_path):
    reader = NewsReader(CASE, "2026-10-07", data=few_cases, overlay=tmp_path / "mine", artefacts=None)
    reader.text.value = "WASHINGTON, October 7, 2026 - The United States proposed talks with Russia."
    reader.read.click()
    reader.keep.click()
    assert "expected source as the address of a page" in reader.result.value and list(tmp_path.iterdir()) == []
    reader.source.value = "https://example.org/news"
    reader.keep.click()
    assert "proposal" in (tmp_path / "mine" / "events" / "own.csv").read_text()
    assert "Kept in" in reader.result.value
