"""The site as it is built: no warning, no broken link, nothing from the network, read on every screen, searched offline."""

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).parents[2]
LOOKED_AT = (
    "index.html",
    "get_started.html",
    "how/model.html",
    "how_good.html",
    "gallery/what_if.html",
    "api/scores.html",
    "record/codebook.html",
    "changelog.html",
)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(importlib.util.find_spec("sphinx") is None, reason="needs sphinx: the extra `docs` brings it"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as the documentation says; a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-d",
        folder / "read",
        ROOT / "docs",
        folder / "html",
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-4000:]
    return folder / "html"


class Links(HTMLParser):
    """Addresses that a page leads to or loads, and the anchors it has."""

    def __init__(self):
        super().__init__()
        self.leads, self.loads, self.anchors = set(), set(), set()

    def handle_starttag(self, tag, attrs):
        """Note what one element names."""
        given = dict(attrs)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.leads.add(given["href"])
        if tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.loads.add(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload") and given.get("href"):
            self.loads.add(given["href"])


def links_of(page):
    """What a page leads to, loads and can be led to."""
    found = Links()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def broken(folder):
    """Links within a folder of pages to a file or an anchor that is not there."""
    pages = (page for page in folder.rglob("*.html") if "_static" not in page.parts)  # the theme's own templates
    read = {page.resolve(): links_of(page) for page in pages}
    lost = []
    for page, found in read.items():
        for address in found.leads | found.loads:
            target, anchor = urldefrag(address)
            if re.match(r"[a-z]+:|//", target):
                continue
            file = (page.parent / unquote(target.partition("?")[0])).resolve() if target else page
            missing = not file.is_file() or (anchor and file in read and unquote(anchor) not in read[file].anchors)
            if missing:
                lost.append(f"{page.relative_to(folder.resolve())}: {address}")
    return lost


def test_every_link_within_the_site_leads_somewhere(site):
    assert len(list(site.rglob("*.html"))) > 40
    assert broken(site) == []


def test_a_broken_link_is_seen(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html">b</a><a href="#c">c</a><p id="d"><a href="#d">d</a>')
    assert sorted(broken(tmp_path)) == ["a.html: #c", "a.html: b.html"]


def test_no_page_loads_anything_from_elsewhere(site):
    loads = {address for page in site.rglob("*.html") for address in links_of(page).loads}
    assert loads and not [
        address for address in loads if re.match(r"[a-z]+:|//", address) and not address.startswith("data:")
    ]


@pytest.fixture(scope="module")
def window(chrome, site):
    """Open a page of the site in a window of its own."""

    def opened(name, scheme="light", width=1200):
        page = chrome.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto((site / name).as_uri())
        return page

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_axe_finds_no_serious_fault(window, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = window(name, scheme)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    page.close()
    grave = [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert grave == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_narrow_page_is_read_without_scrolling_sideways(window, name):
    page = window(name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_the_search_finds_a_word_without_a_server(window):
    page = window("search.html?q=recalibration".partition("?")[0])
    page.goto(f"{page.url}?q=recalibration")
    page.wait_for_selector("#search-results li")
    assert page.locator("#search-results li a").count() > 1
    page.close()


def test_from_a_formula_to_its_code_in_two_steps(window):
    page = window("how/model.html")
    page.locator("a.reference", has_text="linear_pool.linear_pool").first.click()
    assert page.url.endswith("#forecasting.models.linear_pool.linear_pool")
    page.locator(
        "dt[id='forecasting.models.linear_pool.linear_pool'] a.viewcode-link, dt[id='forecasting.models.linear_pool.linear_pool'] a:has(.viewcode-link)"
    ).first.click()
    assert "def" in page.locator(":target").inner_text() and "linear_pool" in page.url
    page.close()
