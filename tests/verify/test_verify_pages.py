"""A page again: what is not so is named; what a page says of itself is not believed."""

import hashlib
import json

import pytest

from forecasting.documents.difference import compared, path_of
from forecasting.publish.fingerprint import fingerprint
from forecasting.publish.notebook import source_of
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.rerun import rerun
from forecasting.store.errors import UsageError
from forecasting.verify import Trusted, explain, verify
from forecasting.verify.text import first_difference


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
    assert found.section.startswith("text of the page, ")
    assert "4711" in found.said and "4711" not in found.found
    assert str(found).startswith("text of the page, ")


def test_what_draws_the_page_is_compared_too(page, trusted):
    page.write_text(page.read_text().replace('lang="en"', 'lang="fr"'))
    (found,) = verify(page, trusted).differences
    assert found.section.startswith("what draws the page, ") and "fr" in found.said


def test_another_record_is_said_first_and_is_no_difference_of_a_number(page, trusted):
    change(page, lambda held: held.update(record_sha256="0" * 64))
    page.write_text(
        page.read_text().replace(json.loads(page.with_suffix(".json").read_text())["record_sha256"], "0" * 64)
    )
    got = verify(page, trusted)
    assert got.made_from[0].startswith(f"made from another record: it says sha256 '{'0' * 64}'; this one is ")


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
        ('{"template": "../../x", "rendering": {"template": "../../x", "parameters": {}}}', "{path}: expected a page of a template out of case_report, portfolio, scorecard, data_quality, got ['../../x', '../../x']; render"),
        ('{"template": "portfolio", "rendering": {"template": "data_quality", "parameters": {}}}', "{path}: expected a page of a template out of case_report, "),
        ('{"template": "data_quality", "rendering": {"template": "data_quality", "parameters": {"x": 1}}}', "data_quality: expected keys out of as_of, data, got the unknown key x"),
        ('{"template": "data_quality", "rendering": {"template": "data_quality", "parameters": {"as_of": "2026-08-31; import os"}}}', "data_quality: as_of: expected a day as YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused(page, trusted, text, message):
    page.with_suffix(".json").write_text(text)
    with pytest.raises(UsageError) as refused:
        verify(page, trusted)
    assert str(refused.value).startswith(message.replace("{path}", str(page.with_suffix(".json"))))
    assert len(str(refused.value)) < 700


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
    with pytest.raises(UsageError, match="json: expected at most 32000000 bytes, got 20000000000; "):
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


def test_the_first_word_that_differs_is_told_with_its_heading():
    one = "<h1>A</h1><p>all is well</p><h2>B &amp; C</h2><p>it is <b>7</b> % now</p><style>p{}</style>"
    found = first_difference(one.replace("7", "9"), one)
    assert (found.section, found.said) == ("text of the page, B & C", "well B & C it is 9 % now")
    assert first_difference(one + "<p>more</p>", one).section == "text of the page, B & C"


def test_a_pointer_may_hold_escaped_keys():
    assert path_of({"a/b": {"~": [5]}}, "/a~1b/~0/0")[-1] == 5
