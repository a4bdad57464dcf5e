"""What was signed stays: a new rendering lies beside it, and both are told apart."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from calling import call

from forecasting.publish.notebook import render
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.revisions import dated, numbered, revisions
from forecasting.publish.site import publish, reports_in
from forecasting.review import approve
from forecasting.store.errors import UsageError

ENDS = (".html", ".json", ".ipynb")


@pytest.fixture
def made(tmp_path, template, few_cases):
    """Render a page of the small record that says something; the page's path."""

    def make(word, out=tmp_path / "reports", **parameters):
        template(f"from IPython.display import HTML\nHTML('<p>{word}</p>')")
        asked = checked_parameters("data_quality", {"data": few_cases, "as_of": "2026-05-01", **parameters})
        return render("data_quality", asked, out)

    return make


def held(page):
    return {end: page.with_suffix(end).read_bytes() for end in ENDS}


def shown(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


def test_an_approved_page_is_never_written_over_and_its_successor_lies_beside_it(made, tmp_path):
    out = tmp_path / "reports"
    first = made("one")
    assert first.signed is None
    approve(first.page, "Ann", out)
    before = held(first.page)
    second = made("two")
    assert second.page.name == "2026-05-01.r2.html" and second.signed == first.page
    assert held(first.page) == before, "not one byte of what was signed has changed"
    third = made("three")
    assert third.page == second.page and held(first.page) == before, "a draft gives way to the next"
    assert "three" in third.page.read_text()
    left = publish(out, tmp_path / "public", require_approval=True)
    assert left == ["data-quality/2026-05-01.r2.html: draft"]
    assert (tmp_path / "public/data-quality/2026-05-01.html").read_bytes() == before[".html"]
    assert not (tmp_path / "public/data-quality/2026-05-01.r2.html").exists()
    assert "a newer draft exists" in shown((tmp_path / "public/index.html").read_text())
    approve(third.page, "Ann", out)
    assert publish(out, tmp_path / "public", require_approval=True) == []
    assert "newer draft" not in (tmp_path / "public/index.html").read_text()
    assert "revision 2" in shown((tmp_path / "public/index.html").read_text())
    assert made("four").page.name == "2026-05-01.r3.html"
    assert held(first.page) == before
    assert [one.revision for one in reports_in(out)] == [3, 2, 1]


def test_a_draft_is_written_over_and_has_no_revision(made):
    assert made("one").page == made("two").page
    assert "two" in made("two").page.read_text()


def test_what_was_signed_comes_back_when_the_same_is_rendered_again(made, tmp_path):
    out = tmp_path / "reports"
    page = made("one").page
    approve(page, "Ann", out)
    signed = page.read_bytes()
    assert made("two").page != page
    again = made("one")
    assert (again.page, again.signed) == (page, None)
    assert [one.number for one in revisions(out, page)] == [1], "the draft between is void"
    page.write_text("edited by hand")
    assert made("one").page == page
    assert page.read_bytes() == signed
    assert json.loads(page.with_suffix(".json").read_text())["review"]["status"] == "approved"
    for end in ENDS:
        page.with_suffix(end).unlink()
    assert made("two").page.name == "2026-05-01.r2.html", "a signed path is kept for what was signed"


def test_two_records_do_not_take_turns_at_one_path(made, tmp_path, small_copy):
    page = made("one").page
    before = held(page)
    with pytest.raises(
        UsageError, match=r"^expected a report of the record '.*' at .*2026-05-01\.html, where one is, "
    ):
        made("one", data=small_copy.folder)
    assert held(page) == before
    assert made("one", out=tmp_path / "other", data=small_copy.folder).page.is_file()


def test_what_distinguishes_two_reports_is_in_their_path():
    def folder(template, **parameters):
        return checked_parameters(template, parameters).folder().as_posix()

    case = "new-start-post-expiry-2026"
    assert folder("case", case_id=case) == folder("case", case_id=case, target="concluded") == f"cases/{case}"
    assert folder("case", case_id=case, target="in_force", horizons="12,24") == (
        f"cases/{case}/horizons-12-24/target-in_force"
    )
    assert folder("portfolio", period_months=6) == "portfolio/period_months-6"
    assert folder("portfolio", artefacts="elsewhere") == "portfolio"


@pytest.mark.parametrize("name", ["x.html", "2026-05-01.r1.html", "2026-05-01.r02.html", "2026-05-01.r2.r3.html", "2026-13-01.html"])  # fmt: skip
def test_what_is_named_otherwise_is_no_page(tmp_path, name):
    with pytest.raises(UsageError):
        dated(tmp_path / name)
    assert dated(numbered(tmp_path / "2026-05-01.html", 12))[1] == 12


def test_nothing_approved_any_more_is_no_accident(made, tmp_path, capsys):
    out = tmp_path / "reports"
    page = made("one").page
    approve(page, "Ann", out)
    page.write_bytes(page.read_bytes() + b"<!-- -->")
    assert call("publish", reports=out, out=tmp_path / "public", require_approval=True) == 1
    assert "left out: data-quality/2026-05-01.html: edited after approval" in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == [
        "approvals.jsonl",
        "feed.xml",
        "index.html",
    ]


def test_links_in_the_public_folder_are_refused_before_anything_is_written(made, tmp_path):
    made("one")
    outside, public = tmp_path / "outside", tmp_path / "public"
    outside.mkdir()
    (outside / "2026-01-01.html").write_text("mine")
    public.mkdir()
    (public / "data-quality").symlink_to(outside)
    with pytest.raises(UsageError, match=r"^expected a public folder without symbolic links, got .*data-quality; rem"):
        publish(tmp_path / "reports", public)
    assert [path.name for path in outside.iterdir()] == ["2026-01-01.html"]
    assert [path.name for path in public.iterdir()] == ["data-quality"]
    (public / "data-quality").unlink()
    assert publish(tmp_path / "reports", public) == []


@pytest.mark.parametrize("name", ["notes.html", "2026-02-05.r1.html", "2026-02-05.r01.html", "2026-02-05-draft.html"])
def test_a_page_that_is_not_named_after_its_day_is_refused_with_a_remedy(name):
    with pytest.raises(
        UsageError, match=r"^expected a page named after its day, as 2026-02-05\.html, got .+; rename it$"
    ):
        dated(Path(name))
