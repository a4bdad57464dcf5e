"""A page again: what is not so is named; what a page says of itself is not believed."""

import hashlib
import json
import shutil
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger.bodies import issue_body, put

from forecasting.documents.difference import compared, path_of
from forecasting.publish.fingerprint import fingerprint
from forecasting.publish.notebook import render, source_of
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.rerun import rerun
from forecasting.review import approve
from forecasting.store.errors import UsageError
from forecasting.verify import Trusted, explain, verify
from forecasting.verify.lineage_text import lineage_text
from forecasting.verify.page_files import hash_differences, notebook_differences, review_differences
from forecasting.verify.page_html import page_differences
from forecasting.verify.pages import derived, read_page


@pytest.fixture(scope="module")
def made(tmp_path_factory, few_cases):
    """A small page and the JSON file beside it, written as a report is."""
    page = tmp_path_factory.mktemp("page") / "2026-08-31.html"
    asked = checked_parameters("data_quality", {"data": str(few_cases)})
    values = asked.values(asked.checked())
    again = rerun("data_quality", values, values)
    html = again.html(asked, again.content)
    rendering = {
        "template": "data_quality", "parameters": values,
        "fingerprint": fingerprint(source_of("data_quality"), asked, values),
        "html_sha256": hashlib.sha256(html).hexdigest(),
    }  # fmt: skip
    page.write_bytes(html)
    page.with_suffix(".json").write_text(json.dumps({**again.content, "rendering": rendering}))
    return page


@pytest.fixture
def page(made, tmp_path):
    place = tmp_path / made.name
    for end in (".html", ".json"):
        place.with_suffix(end).write_bytes(made.with_suffix(end).read_bytes())
    return place


@pytest.fixture
def trusted(few_cases):
    return Trusted(data=few_cases)


def change(page, edit):
    held = json.loads(page.with_suffix(".json").read_text())
    edit(held)
    page.with_suffix(".json").write_text(json.dumps(held))


def test_a_page_as_it_was_made_has_no_difference(page, trusted):
    got = verify(page, trusted)
    assert (got.differences, got.made_from) == ((), ())
    assert got.n > 50
    assert verify(page.with_suffix(".json"), trusted).differences == ()


def test_an_edited_value_is_named_with_pointer_section_said_and_found(page, trusted):
    change(page, lambda held: held["rows"].update(events=held["rows"]["events"] + 1))
    (first,) = verify(page, trusted).differences
    assert first.pointer == "/rows/events" and first.section
    assert first.said == first.found + 1


def test_an_edited_number_of_the_page_is_named(page, trusted):
    html = page.read_text()
    row = html.index("<td")
    cell = html.index(">", row) + 1
    end = html.index("<", cell)
    page.write_text(html[:cell] + "4711" + html[end:])
    (found,) = verify(page, trusted).differences
    assert "4711" in found.said and "4711" not in found.found
    assert str(found).startswith("page, Assumed days and unopened sources, beside its figures: says ")


def test_an_edited_figure_is_named_with_pointer_section_and_both_numbers(page, trusted):
    html = page.read_text()
    events = json.loads(page.with_suffix(".json").read_text())["rows"]["events"]
    start = html.index('data-at="/rows/events">') + len('data-at="/rows/events">')
    page.write_text(html[:start] + "4,711" + html[html.index("<", start) :])
    (found,) = verify(page, trusted).differences
    assert str(found) == f"/rows/events (page, How good is the record?): says '4,711', the record gives '{events:,}'"


@pytest.mark.parametrize(
    ("old", "new", "section"),
    [
        ('lang="en"', 'lang="fr"', "top of the page"),
        ('data-at="/rows/events"', 'data-at="/rows/cases"', "How good is the record?"),
        ("Where the numbers come from", "Where the numbers came from", "Where the numbers come from"),
        ("</body>", "<p>33 %</p></body>", "Where the numbers come from"),
    ],
)
def test_an_edited_word_or_attribute_is_found_and_its_section_named(page, trusted, old, new, section):
    page.write_text(page.read_text().replace(old, new))
    (found,) = verify(page, trusted).differences
    assert (found.pointer, found.section) == ("", f"page, {section}, beside its figures")
    assert new[:10] in found.said and found.said != found.found


def test_another_record_is_said_first_and_is_no_difference_of_a_number(page, trusted):
    change(page, lambda held: held.update(record_sha256="0" * 64))
    page.write_text(
        page.read_text().replace(json.loads(page.with_suffix(".json").read_text())["record_sha256"], "0" * 64)
    )
    got = verify(page, trusted)
    assert got.made_from[0].startswith(f"made from another record: it says sha256 '{'0' * 64}'; this one is ")


def test_another_version_of_the_package_is_said(page, trusted):
    change(page, lambda held: held.update(package_version="99.0"))
    got = verify(page.with_suffix(".json"), trusted)
    assert [said.split(";")[0] for said in got.made_from] == ["made by another version of the package: it says '99.0'"]


def test_what_a_page_says_of_its_making_beside_what_a_rendering_says_is_a_difference(page, trusted):
    change(page, lambda held: held["rendering"].update(checked_by="Minister"))
    (found,) = verify(page, trusted).differences
    assert (
        str(found)
        == f"/rendering/checked_by ({page.with_suffix('.json').name}): says 'a key', the record gives nothing"
    )


def test_a_missing_value_and_one_too_many_are_differences():
    said, found = {"a": [1, 2], "c": 0.5}, {"a": [1], "b": None, "c": 0.5 + 1e-10}
    assert [(d.pointer, d.said, d.found) for d in compared(said, found)] == [
        ("/a/1", 2, "nothing"),
        ("/b", "nothing", None),
    ]


def test_bounds_may_differ_more_than_points_and_types_not_at_all():
    said = {"probability": 0.5, "lower": 0.4, "n": 3, "is": True, "rows": {"lower": [[0.1]]}}
    found = {"probability": 0.5 + 2e-9, "lower": 0.4 + 2e-7, "n": 3, "is": 1, "rows": {"lower": [[0.1 + 2e-6]]}}
    assert [d.pointer for d in compared(said, found)] == ["/probability", "/is", "/rows/lower/0/0"]


def test_a_page_does_not_choose_what_it_is_held_against(page, few_cases):
    with pytest.raises(UsageError) as refused:
        verify(page)
    assert str(refused.value) == (
        f"expected --data, the record to derive the page from, got none, and the page was made from one of its own "
        f"({str(few_cases)!r}): a page does not choose what it is held against"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "{path}: expected the JSON file beside the page of a report, with its template and parameters with a whole JSON object, got EOF "),
        ("[" * 100_000, "{path}: expected the JSON file beside the page of a report, with its template and parameters with a whole JSON object, got recursion limit exceeded"),
        ('{"rendering": 7}', "{path}: expected the JSON file beside the page of a report, with its template and parameters with rendering: an object, got 7; render the report again"),
        ('{"template": "../../x", "rendering": {"template": "../../x", "parameters": {}}}', "{path}: expected a page of a template out of case_report, brief, portfolio, scorecard, data_quality, got ['../../x', '../../x']; render"),
        ('{"template": "portfolio", "rendering": {"template": "data_quality", "parameters": {}}}', "{path}: expected a page of a template out of case_report, "),
        ('{"template": "data_quality", "rendering": {"template": "data_quality", "parameters": {"x": 1}}}', "data_quality: expected keys out of as_of, data, overlay, record_age, lost_acts, got the unknown key x"),
        ('{"template": "data_quality", "rendering": {"template": "data_quality", "parameters": {"as_of": "2026-08-31; import os"}}}', "data_quality: as_of: expected a day as YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused(page, trusted, text, message):
    page.with_suffix(".json").write_text(text)
    with pytest.raises(UsageError) as refused:
        verify(page, trusted)
    assert str(refused.value).startswith(message.replace("{path}", str(page.with_suffix(".json"))))
    assert len(str(refused.value)) < 700


@pytest.mark.long
def test_a_page_is_held_against_the_ledger_as_it_was_when_the_page_was_made(tmp_path, few_cases):
    folder, page = tmp_path / "ledger", tmp_path / "2026-08-31.html"
    live = issue_body(["salt2-observance-1979"], date(2026, 8, 31), kind="live", model="ladder")
    put(folder, live)
    asked = checked_parameters("scorecard", {"data": str(few_cases), "ledger": str(folder)})
    values = asked.values(asked.checked())
    rendering = {"template": "scorecard", "parameters": values, "fingerprint": fingerprint(source_of("scorecard"), asked, values)}  # fmt: skip
    content = rerun("scorecard", values, values).content
    page.with_suffix(".json").write_text(json.dumps({**content, "rendering": rendering}))
    put(folder, live | {"target": "in_force"})
    trusted = Trusted(data=few_cases, ledger=folder)
    got = verify(page.with_suffix(".json"), trusted)
    assert (got.differences, got.made_from) == ((), ())
    (given,) = [note for note in got.notes if note.startswith("taken as given, read again and not worked out again: ")]
    assert "evaluation/skill.csv" in given and "ledger" in given
    change(page, lambda held: held["ledger"].update(entries=2))
    assert [str(one) for one in verify(page.with_suffix(".json"), trusted).differences] == [
        "/ledger/entries (Issued forecasts): says 2, the record gives 1"
    ]
    change(page, lambda held: held["ledger"].update(head="f" * 64))
    with pytest.raises(UsageError, match=r"^expected a ledger with the entry of sha256 'f"):
        verify(page.with_suffix(".json"), trusted)


def test_what_is_nothing_to_verify_is_refused(tmp_path, page):
    (tmp_path / "notes.txt").write_text("x")
    for place in (tmp_path / "notes.txt", tmp_path / "nowhere.html", tmp_path):
        with pytest.raises(UsageError, match="^expected an entry or the folder of a ledger, or a model card"):
            verify(place)
    page.with_suffix(".json").unlink()
    with pytest.raises(
        UsageError,
        match=f"^{page.with_suffix('.json')}: expected the JSON file beside the page of a report, with its template and parameters, got No such file",
    ):
        verify(page)


def test_a_bomb_is_not_read(page, trusted):
    with page.with_suffix(".json").open("r+b") as file:
        file.truncate(20_000_000_000)
    with pytest.raises(UsageError, match="json: expected at most 8000000 bytes, got 20000000000; "):
        verify(page, trusted)


def test_a_value_that_is_no_forecast_is_told_by_the_rows_that_it_names(page, trusted):
    change(page, lambda held: held.update(stale=[{"case_id": "salt2-observance-1979", "months": 7.0}]))
    told = explain(str(page), "/stale/0/months", trusted)
    assert [fact["id"] for fact in told["rows"]] == ["salt2-observance-1979"]
    assert told["rows"][0]["file"] == "cases.csv" and told["rows"][0]["row"] > 1
    with pytest.raises(UsageError, match="nothing at 'nowhere'"):
        explain(str(page), "/stale/nowhere", trusted)
    with pytest.raises(UsageError, match="expected a JSON pointer or a number that stands there, got '0.123456'"):
        explain(str(page), "0.123456", trusted)


def test_a_number_as_printed_is_found_through_the_figures_of_the_page(page, trusted):
    content = json.loads(page.with_suffix(".json").read_text())
    events = content["rows"]["events"]
    told = explain(str(page), f"{events:,}", trusted)
    assert path_of(content, told["number"]["pointer"])[-1] == events
    assert "/rows/events" in (told["number"]["pointer"], *told["number"]["also"])
    assert explain(str(page), str(events), trusted)["number"] == told["number"]
    by_pointer = explain(str(page), "/rows/events", trusted)
    assert by_pointer["provenance"] == {"value": "rows", **content["provenance"]["rows"]}
    assert by_pointer["place"]["sections"] == ["top of the page"]
    lines = lineage_text(by_pointer).splitlines()
    assert lines[0] == f"NUMBER  /rows/events = {events}"
    assert "READ    for rows, worked out by " + by_pointer["provenance"]["made_by"] in lines
    assert lines[-1] == "        shown under: top of the page"


def test_a_number_that_only_the_json_file_rounds_to_is_none_of_the_page(page, trusted):
    change(page, lambda held: held["rows"].update(events=4711))
    assert explain(str(page), "4,711", trusted)["number"]["said"] == 4711
    change(page, lambda held: held.update(unseen=0.4242))
    with pytest.raises(UsageError, match=r"got '42 %'; name it as it is printed \(33 %\) or by its pointer"):
        explain(str(page), "42 %", trusted)


FIGURE = '<data value="0.326" data-at="/a/b">33 %</data> <small>10 to 60 %</small>'
PAGE = f"<h1>A</h1><p>all is well</p><h2>B &amp; <b>C</b></h2><p>it is {FIGURE} now</p><style>p{{}}</style>"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("33 %", "14 %", "/a/b (page, B & C): says '14 % 10 to 60 %', the record gives '33 % 10 to 60 %'"),
        ("60 %", "40 %", "/a/b (page, B & C): says '33 % 10 to 40 %', the record gives '33 % 10 to 60 %'"),
        (" <small>10 to 60 %</small>", "", "/a/b (page, B & C): says '33 %', "),
        ("0.326", "0.14", "page, B & C, beside its figures: says "),
        ("well", "ill", "page, A, beside its figures: says "),
        ("now", "now\0", "page, B & C, beside its figures: says "),
        ("33 %", "<i>33 %</i>", "page, B & C, beside its figures: says "),
        ("p{}", "p{display:none}", "page, B & C, beside its figures: says "),
    ],
)
def test_whatever_is_edited_in_a_page_is_one_difference_with_its_section(old, new, message):
    assert page_differences(PAGE, PAGE) == []
    (found,) = page_differences(PAGE.replace(old, new), PAGE)
    assert str(found).startswith(message)


@pytest.mark.long
@given(
    st.integers(0, len(PAGE)),
    st.integers(0, 9),
    st.sampled_from(["", "\0", "7", FIGURE, '<i data-at="/a/b">', "</data>"]),
)
def test_no_edit_leaves_a_page_without_a_difference(at, cut, put):
    edited = PAGE[:at] + put + PAGE[at + cut :]
    assert bool(page_differences(edited, PAGE)) == (edited != PAGE)


def test_the_words_of_one_figure_cannot_be_moved_to_another():
    tag = '<i data-at="/a">'
    one, other = f"{tag}7</i>{tag}<b>", f"{tag}{tag}7</i><b>"
    assert page_differences(one, other) and page_differences(f"{tag}7</i>{tag}\0<b>", other)


def test_a_pointer_may_hold_escaped_keys():
    assert path_of({"a/b": {"~": [5]}}, "/a~1b/~0/0")[-1] == 5


@pytest.fixture(scope="module")
def published(tmp_path_factory, few_cases):
    """A page in a folder of reports, rendered as a report is, with its executed notebook."""
    asked = checked_parameters("data_quality", {"data": str(few_cases)})
    return render("data_quality", asked, tmp_path_factory.mktemp("published") / "reports").page


@pytest.fixture
def whole(published, tmp_path):
    folder = shutil.copytree(published.parents[1], tmp_path / "reports")
    return folder / "data-quality" / published.name


def test_a_page_with_all_its_files_has_no_difference_and_nothing_unchecked(whole, trusted):
    got = verify(whole, trusted)
    assert (got.differences, got.made_from, got.notes) == ((), (), ())


@pytest.fixture(scope="module")
def again(published, few_cases):
    """The template of that page run again, once."""
    return derived(read_page(published), Trusted(data=few_cases))


def of_files(page, again):
    """Differences of the files beside a page, from the template run again."""
    printed = read_page(page)
    return [
        *hash_differences(page, printed.rendering),
        *review_differences(page, printed.review, again[1]),
        *notebook_differences(page.with_suffix(".ipynb"), again[0], again[0].content, printed.content),
    ]


@pytest.mark.parametrize(
    ("end", "old", "new", "place"),
    [
        (".json", '"status": "draft"', '"status": "approved",\n  "by": "Minister"', "/review/"),
        (".json", '"html_sha256": "', '"html_sha256": "0', "/rendering/html_sha256"),
        (".ipynb", "no faults", "99 faults", "2026-08-31.ipynb cell 4, text/html"),
        (".ipynb", "5 cases, ", "7 cases, ", "2026-08-31.ipynb cell 4, text/"),
        (".ipynb", 'report.show(\\"faults\\")', 'report.show(\\"stale\\")', "2026-08-31.ipynb cell "),
        (".ipynb", "## Faults", "## No faults", "2026-08-31.ipynb cell "),
        (".ipynb", '"events": 133', '"events": 134', "/rows/events"),
    ],
)
def test_whatever_is_edited_in_a_file_beside_a_page_is_found(whole, again, end, old, new, place):
    assert of_files(whole, again) == []
    path = whole.with_suffix(end)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = of_files(whole, again)
    assert any((one.pointer or one.section).startswith(place) for one in found), found


def test_the_standing_of_a_page_is_that_of_the_log_of_its_folder(whole, again, tmp_path):
    approve(whole, "Ann", whole.parents[1])
    assert of_files(whole, again) == []
    for end in (".html", ".json", ".ipynb"):
        shutil.copyfile(whole.with_suffix(end), tmp_path / f"2026-08-31{end}")
    assert {one.pointer for one in of_files(tmp_path / "2026-08-31.html", again)} >= {"/review/status", "/review/by"}
    (whole.parents[1] / "approvals.jsonl").unlink()
    assert "/review/status" in {one.pointer for one in of_files(whole, again)}


@pytest.mark.parametrize(
    "edit",
    [
        lambda cells, _: cells.pop(),
        lambda cells, _: cells[-1]["outputs"].append({"output_type": "stream", "name": "stdout", "text": "99 %"}),
        lambda cells, at: cells[at]["outputs"].clear(),
        lambda cells, at: cells[at + 1]["outputs"].clear(),
        lambda cells, at: cells[at + 1]["outputs"][0]["data"].update({"image/svg+xml": "<svg/>"}),
        lambda cells, at: cells[0]["outputs"].append({"output_type": "stream", "name": "stdout", "text": "99 %"}),
    ],
)
def test_a_notebook_with_other_cells_or_outputs_is_found(whole, again, edit):
    path = whole.with_suffix(".ipynb")
    held = json.loads(path.read_text())
    at = next(i for i, cell in enumerate(held["cells"]) if "sidecar" in cell["metadata"].get("tags", ()))
    edit(held["cells"], at)
    path.write_text(json.dumps(held))
    assert of_files(whole, again)


def test_a_notebook_that_is_none_is_refused_and_a_missing_one_is_said(whole, trusted, again):
    whole.with_suffix(".ipynb").write_text("{")
    with pytest.raises(UsageError, match=r"ipynb: expected the executed notebook beside a page, got "):
        of_files(whole, again)
    whole.with_suffix(".ipynb").unlink()
    assert verify(whole, trusted).notes == ("not checked: no notebook 2026-08-31.ipynb beside it",)


def test_what_no_record_holds_is_said_not_to_be_checked(page, trusted):
    change(page, lambda held: held["rendering"]["parameters"].update(record_age=9))
    change(page, lambda held: held.update(record_age=9))
    assert any("taken as said: record_age" in note for note in verify(page, trusted).notes)
