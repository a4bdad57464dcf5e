"""Pages as a browser shows them: for every reader, in light and in dark, on a narrow screen, and on paper."""

import re
import subprocess
from itertools import pairwise

import pytest

from forecasting.publish.pdf import pdf_page

PAGES = ("cases", "portfolio", "scorecard", "data-quality", "index.html")
REPORTS = PAGES[:4]
ALIKE = [["tbody tr:nth-child(n+4)"], ["ol.timeline li:nth-child(n+4)"], ["ol.sources li:nth-child(n+4)"], ["svg"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(show, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    window = show(name, scheme)
    rules = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
    found = Axe().run(window, context={"exclude": ALIKE}, options={"resultTypes": ["violations"], **rules}).response
    window.close()
    grave = [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert grave == []
    looked_at = {"color-contrast"} if rules else {"color-contrast", "heading-order", "landmark-one-main"}
    assert looked_at <= {one["id"] for one in found["passes"]}


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_is_read_without_scrolling_sideways(show, name):
    window = show(name, width=320)
    assert window.evaluate("document.documentElement.scrollWidth") <= 320
    cut = """[...document.querySelectorAll('p, li, h1, h2, figcaption, caption, dd, pre')]
        .filter(one => !one.closest('.scroll') && one.getBoundingClientRect().right > 320).map(one => one.outerHTML)"""
    assert window.evaluate(cut) == []
    window.close()


@pytest.mark.parametrize("name", PAGES)
def test_headings_descend_in_order_below_one_title(show, name):
    window = show(name)
    levels = window.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => +one.tagName[1])")
    tables = window.evaluate(
        "[...document.querySelectorAll('table')].filter(one => one.closest('.scroll')).map(one => "
        "[!!one.caption?.textContent, [...one.querySelectorAll('th')].every(cell => cell.scope)])"
    )
    ids = window.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    window.close()
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert tables and all(caption and scopes for caption, scopes in tables)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", REPORTS)
def test_a_footnote_leads_to_the_values_of_its_section_and_back(show, name):
    window = show(name, folded=True)
    marks = window.locator("sup.origin a")
    assert marks.count() > 3
    note = window.locator(f"li[id='{marks.last.get_attribute('href')[1:]}']")
    marks.last.click()
    assert note.is_visible() and note.locator("code").count() >= 1
    note.locator("a[role=doc-backlink]").click()
    assert window.evaluate("document.querySelector(':target')") is not None
    broken = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(one => !document.querySelector(one.hash)).length"
    assert window.evaluate(broken.replace("one.hash", "`[id='${one.hash.slice(1)}']`")) == 0
    window.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_on_a_phone(show, name):
    """At 390 px every table and chart of a case page is whole; of wider tables the frame scrolls."""
    window = show(name, width=390)
    cut = """[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1)
        .map(one => one.getAttribute('aria-label'))"""
    found = window.evaluate(cut)
    assert found == [] if name == "cases" else len(found) < 12
    small = "[...document.querySelectorAll('.plot text')].filter(one => one.getBoundingClientRect().height < 8).length"
    assert name != "cases" or window.evaluate(small) == 0
    window.close()


def contrast(one, other):
    """Contrast ratio of WCAG 2.1 between two colours given as `rgb(r, g, b)`."""

    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["cases", "scorecard"])
def test_charts_take_the_colours_of_the_page_and_can_be_read(show, name):
    assert contrast("rgb(255, 255, 255)", "rgb(119, 119, 119)") == pytest.approx(4.48, abs=0.005)
    seen = {}
    for scheme in ("light", "dark"):
        window = show(name, scheme)
        colour = "one => getComputedStyle(one).fill"
        texts = window.evaluate(f"[...document.querySelectorAll('.plot text')].map({colour})")
        ground = window.evaluate("getComputedStyle(document.body).backgroundColor")
        assert min(contrast(text, ground) for text in set(texts)) >= 4.5
        seen[scheme] = set(texts), window.evaluate("getComputedStyle(document.body).color")
        window.emulate_media(media="print")
        printed = set(window.evaluate(f"[...document.querySelectorAll('.plot text')].map({colour})"))
        window.close()
    (light, ink), (dark, chalk) = seen["light"], seen["dark"]
    assert ink in light and chalk in dark and ink != chalk
    assert not light & dark
    assert printed == light, "on paper the colours are those of the light page"


def test_the_keyboard_reaches_every_table_and_shows_where_it_is(show):
    window = show("portfolio")
    reached = []
    for _ in range(4):
        window.keyboard.press("Tab")
        reached.append(window.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    window.close()
    assert reached == ["solid"] * 4


def test_a_printed_page_is_tagged_and_has_outline_language_and_folded_parts(pages, tmp_path):
    printed = pdf_page(pages["cases"])
    assert printed.startswith(b"%PDF-")
    for part in (b"/StructTreeRoot", b"/Marked true", b"/Lang (en)", b"/Outlines", b"/S /Figure", b"/S /TH"):
        assert part in printed
    assert b"/Alt" in printed
    path = tmp_path / "page.pdf"
    path.write_bytes(printed)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "What would move it" in text
    assert "Where the numbers come from" in text
