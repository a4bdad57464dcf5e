"""Index, feed and review: what is shown, in which standing, and what is left out by name."""

import json
import os
import re
import shutil
from html import unescape
from xml.etree import ElementTree

import pytest
from calling import call

from forecasting.publish.notebook import render
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.pdf import browser, pdf_page
from forecasting.publish.site import index, publish, reports_in
from forecasting.review import approve, review_of
from forecasting.store.errors import UsageError

ATOM = "{http://www.w3.org/2005/Atom}"
DAYS = ("2026-05-01", "2026-06-01", "2026-07-01")


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.split("</head>")[-1])).split())


def rendered(out, few_cases, day, **options):
    return render(
        "data_quality", checked_parameters("data_quality", {"data": few_cases, "as_of": day}), out, **options
    ).page


@pytest.fixture(scope="module")
def three(tmp_path_factory, few_cases):
    """A folder with three reports of the record, made once."""
    out = tmp_path_factory.mktemp("three") / "reports"
    for day in DAYS:
        rendered(out, few_cases, day)
    return out


@pytest.fixture
def reports(three, tmp_path):
    return shutil.copytree(three, tmp_path / "reports")


def page(reports, day):
    return reports / "data-quality" / f"{day}.html"


def test_the_index_shows_the_latest_and_folds_the_earlier(reports):
    assert publish(reports, reports) == []
    html = (reports / "index.html").read_text()
    assert not re.search(r"<script|javascript:|\son\w+=|src=|https?://", html)
    links = re.findall(r'href="(data-quality/[^"]+)"', html)
    assert links == [f"data-quality/{day}.html" for day in reversed(DAYS)]
    assert all((reports / link).is_file() for link in links)
    assert re.search(r"<summary>2 earlier</summary>", html)
    assert text_of(html).count("draft") == 3


def test_the_feed_is_atom_with_one_entry_for_each_report(reports):
    publish(reports, reports)
    feed = ElementTree.parse(reports / "feed.xml").getroot()
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert {entry.find(f"{ATOM}link").get("href") for entry in entries} == {f"data-quality/{day}.html" for day in DAYS}
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == 3 and all(one.startswith("urn:uuid:") for one in ids)
    stamps = [entry.find(f"{ATOM}updated").text for entry in entries]
    assert stamps == sorted(stamps, reverse=True)
    assert feed.find(f"{ATOM}updated").text == stamps[0]


def test_a_case_is_shown_with_its_number_and_the_one_before(tmp_path):
    for day, chance in (("2026-05-01", 0.123), ("2026-06-01", 0.171)):
        folder = tmp_path / "cases" / "a&b"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{day}.html").write_text(day)
        content = {
            "template": "case_report",
            "case": {"case_id": "a&b", "name": "A <b>"},
            "headline": {
                "probability": chance,
                "horizon": 60,
                "states": {
                    "formalized": {"probability": chance},
                    "collapsed": {"probability": 0.4},
                    "ongoing": {"probability": 0.1},
                },
            },
        }
        (folder / f"{day}.json").write_text(json.dumps(content))
    html = index(reports_in(tmp_path))
    assert "A &lt;b&gt;" in html and "A <b>" not in html
    plain = text_of(html).replace("\N{NO-BREAK SPACE}", " ")
    assert "17 % 40 % five years formal agreement 12 % to 17 %" in plain, "every ending, and what moved"
    publish(tmp_path, tmp_path)
    summaries = [
        e.find(f"{ATOM}summary").text for e in ElementTree.parse(tmp_path / "feed.xml").getroot().iter(f"{ATOM}entry")
    ]
    assert (
        "Formal agreement: 17 %; Collapse: 40 % within five years. Since 2026-05-01: formal agreement 12 % to 17 %. Edited by hand."
        in [said.replace("\N{NO-BREAK SPACE}", " ") for said in summaries]
    )


def test_a_report_is_a_draft_until_it_is_approved_as_it_stands(reports, few_cases, tmp_path):
    latest = page(reports, DAYS[2])
    assert json.loads(latest.with_suffix(".json").read_text())["review"] == {"status": "draft"}
    line = approve(latest, "Ada Reader", reports)
    assert line.document == "data-quality/2026-07-01.html"
    assert json.loads(latest.with_suffix(".json").read_text())["review"]["by"] == "Ada Reader"
    assert [json.loads(one) for one in (reports / "approvals.jsonl").read_text().splitlines()] == [
        line.model_dump(exclude_none=True)
    ]
    left_out = publish(reports, tmp_path / "public", require_approval=True)
    assert left_out == [f"data-quality/{day}.html: draft" for day in ("2026-06-01", "2026-05-01")]
    assert sorted(path.name for path in (tmp_path / "public").rglob("*.html")) == ["2026-07-01.html", "index.html"]
    assert "approved by Ada Reader" in text_of((tmp_path / "public" / "index.html").read_text())
    assert rendered(reports, few_cases, DAYS[2], force=True) == latest
    assert json.loads(latest.with_suffix(".json").read_text())["review"]["status"] == "approved", "the page is the same"


def test_a_page_edited_after_approval_is_approved_no_longer_and_named(reports, tmp_path, capsys):
    latest = page(reports, DAYS[2])
    approve(latest, "Ada Reader", reports)
    publish(reports, tmp_path / "public", require_approval=True)
    latest.write_bytes(latest.read_bytes().replace(b"as of", b"AS OF"))
    assert call("publish", reports=reports, out=tmp_path / "public", require_approval=True) == 1
    assert "left out: data-quality/2026-07-01.html: edited after approval" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "public").rglob("*.html")] == ["index.html"], (
        "what was public is taken away"
    )
    with pytest.raises(UsageError, match="edited by hand; render it again"):
        approve(latest, "Ada Reader", reports)


@pytest.mark.parametrize(
    ("place", "by", "message"),
    [
        ("data-quality/2026-07-01.html", " ", "expected the name of who approves, got ' '; give it with --by NAME"),
        ("data-quality/2026-07-01.html", "a\nb", "expected the name of who approves"),
        ("data-quality/2026-07-01.json", "A", "expected the page (.html) of a report below"),
        ("../x.html", "A", "expected the page (.html) of a report below"),
        ("index.html", "A", "expected a page with its JSON file beside it"),
    ],
)
def test_what_is_no_report_cannot_be_approved(reports, place, by, message):
    publish(reports, reports)
    (reports.parent / "x.html").write_text("x")
    with pytest.raises(UsageError) as refused:
        approve(reports / place, by, reports)
    assert str(refused.value).startswith(message)
    assert not (reports / "approvals.jsonl").exists()


def test_a_faulty_list_of_approvals_is_an_error(reports):
    (reports / "approvals.jsonl").write_text("{}\n")
    with pytest.raises(
        UsageError, match=r"approvals.jsonl row 1: expected a sign-off with the key document, got none; mend that line"
    ):
        review_of(reports, "x", "y")


def test_a_public_folder_inside_the_reports_is_refused(reports):
    with pytest.raises(UsageError, match="expected a public folder apart from"):
        publish(reports, reports / "public")
    with pytest.raises(UsageError, match="no such folder"):
        publish(reports / "missing", reports / "public")


def test_without_chromium_pdf_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UsageError,
        match=r"^expected Chromium for --pdf, got none; install it \(Debian, Ubuntu: apt-get install chromium\)$",
    ):
        browser()


@pytest.mark.skipif(not any(shutil.which(name) for name in ("chromium", "google-chrome")), reason="no Chromium here")
def test_a_pdf_is_tagged(three):
    printed = pdf_page(page(three, DAYS[0]))
    assert printed.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in printed and b"/Marked true" in printed


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "7", "[" * 100_000, '{"template": "data_quality", "case": 7}', '{"template": ["data_quality"]}',
        '{"template": "data_quality", "headline": {"probability": "high"}}', '{"template": "data_quality", "rendering": 7}',
        '{"template": "data_quality", "headline": {"probability": NaN}}',
    ],
)  # fmt: skip
def test_a_page_whose_json_file_is_not_what_a_report_writes_is_none_and_hinders_no_other(reports, text):
    latest = page(reports, DAYS[2])
    latest.with_suffix(".json").write_text(text)
    assert [one.day for one in reports_in(reports)] == [DAYS[1], DAYS[0]]
    with pytest.raises(UsageError, match=r"2026-07-01\.json: expected the JSON file beside the page of a report"):
        approve(latest, "Ada", reports)
    assert not (reports / "approvals.jsonl").exists()


def test_a_page_whose_json_file_is_a_link_is_no_report(reports, tmp_path):
    sidecar = page(reports, DAYS[2]).with_suffix(".json")
    sidecar.rename(tmp_path / "elsewhere.json")
    sidecar.symlink_to(tmp_path / "elsewhere.json")
    assert [one.day for one in reports_in(reports)] == [DAYS[1], DAYS[0]]
    sidecar.unlink()
    (tmp_path / "elsewhere.json").rename(sidecar)
    assert len(reports_in(reports)) == 3


def test_a_page_with_half_a_headline_has_no_number(reports):
    sidecar = page(reports, DAYS[2]).with_suffix(".json")
    held = json.loads(sidecar.read_text())
    for headline in ({"probability": 0.1}, {"horizon": 60}, {}):
        sidecar.write_text(json.dumps({**held, "headline": headline}))
        publish(reports, reports)
        assert reports_in(reports)[0].chances == {}
    sidecar.write_text(json.dumps({**held, "headline": {"probability": 0.1, "horizon": 60}}))
    assert reports_in(reports)[0].chances == {"formalized": 0.1}, "of older pages the one ending that they give"


def test_a_sign_off_renews_the_entry_of_the_feed(reports):
    before = {one.day: one.changed for one in reports_in(reports)}
    for end in (".html",):
        path = page(reports, DAYS[1]).with_suffix(end)
        os.utime(path, (1e9, 1e9))
    approve(page(reports, DAYS[1]), "Ann", reports)
    after = {one.day: one.changed for one in reports_in(reports)}
    assert after[DAYS[1]].year >= 2026 and after[DAYS[0]] == before[DAYS[0]]


def links_and_ids(folder):
    root = ElementTree.parse(folder / "feed.xml").getroot()
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    return [one.get("href") for one in root.iter(f"{ATOM}link")], ids


def test_a_feed_keeps_the_ids_that_it_has_and_another_installation_has_others(reports, tmp_path):
    publish(reports, tmp_path / "one")
    publish(reports, tmp_path / "other")
    links, ids = links_and_ids(tmp_path / "one")
    assert len(ids) == len(set(ids)) == 4 and all(one.startswith("urn:uuid:") for one in ids)
    assert not set(ids) & set(links_and_ids(tmp_path / "other")[1])
    publish(reports, tmp_path / "one")
    assert links_and_ids(tmp_path / "one") == (links, ids)
    assert links[0] == "feed.xml"


@pytest.mark.parametrize("base", ["https://example.org/reports", "https://example.org/reports/"])
def test_a_feed_with_an_address_has_absolute_links_and_the_ids_of_its_address(reports, tmp_path, base):
    publish(reports, tmp_path / "one", base=base)
    links, ids = links_and_ids(tmp_path / "one")
    assert links[0] == "https://example.org/reports/feed.xml"
    assert all(one.startswith("https://example.org/reports/") for one in links)
    publish(reports, tmp_path / "built anew", base=base)
    assert links_and_ids(tmp_path / "built anew") == (links, ids)
    publish(reports, tmp_path / "elsewhere", base="http://localhost:8000")
    assert not set(ids) & set(links_and_ids(tmp_path / "elsewhere")[1])


@pytest.mark.parametrize(
    "base", ["", "example.org", "javascript:alert(1)", 'https://a"onload=1', "https://a b/", "ftp://a/"]
)
def test_what_is_no_address_of_the_web_is_refused(reports, tmp_path, base):
    with pytest.raises(UsageError, match="expected an address such as https://example.org/reports/, got "):
        publish(reports, tmp_path / "one", base=base)
    assert not (tmp_path / "one").exists()
