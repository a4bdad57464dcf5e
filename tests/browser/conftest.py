"""Pages of every template and the index, rendered once, and one Chromium to read them in."""

import importlib.util
import json
import shutil

import pytest

from forecasting.publish.pdf import browser as chromium

CASE = "new-start-post-expiry-2026"
WANTED = ("playwright", "axe_playwright_python")
collect_ignore_glob = [] if all(importlib.util.find_spec(name) for name in WANTED) else ["test_*.py"]


@pytest.fixture(scope="session")
def pages(tmp_path_factory, two_days):
    """Every page and the index by their first folder; the portfolio and the record's are those of a smaller record."""
    from records import RecordCopy

    from forecasting.artefacts.session import shared_history
    from forecasting.publish.parameters import checked_parameters
    from forecasting.publish.site import publish
    from forecasting.store.package_data import shipped

    out = tmp_path_factory.mktemp("pages")
    record = RecordCopy(shutil.copytree(shipped("data"), out / "record", copy_function=shutil.copyfile))
    outcomes = shared_history().outcomes.query("target == 'concluded'")
    ended = sorted(outcomes.loc[outcomes["cause"] != "", "case_id"])
    record.keep_cases({*ended[::3], CASE, "nsg-1978"})
    asked = {
        "case_report": {"case_id": CASE, "as_of": "2026-03-01", "artefacts": two_days},
        "portfolio": {"data": record.folder, "horizons": [60]},
        "scorecard": {},
        "data_quality": {"data": record.folder},
    }
    for template, parameters in asked.items():
        _write_page(out / "site", template, checked_parameters(template, parameters))
    publish(out / "site", out / "site")
    return {page.relative_to(out / "site").parts[0]: page for page in sorted((out / "site").rglob("*.html"))}


def _write_page(folder, template, asked):
    """The page as it is derived again for a verification: the cells of the template, run without a kernel."""
    from forecasting.publish.rerun import rerun

    values = asked.values(asked.checked())
    again = rerun(template, values, values)
    page = folder / asked.folder() / f"{again.content['as_of']}.html"
    page.parent.mkdir(parents=True)
    page.write_bytes(again.html(asked, again.content))
    page.with_suffix(".json").write_text(json.dumps(again.content), encoding="utf-8")


@pytest.fixture(scope="module")
def lab(two_days, tmp_path_factory):
    """A JupyterLab beside the fitted models."""
    from laboratory import started

    place = tmp_path_factory.mktemp("lab")
    (place / "artefacts").symlink_to(two_days)
    with started(place) as running:
        yield running


@pytest.fixture(scope="module")
def chrome():
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def show(chrome, pages):
    """Show a page in a window of its own with every folded part open; it asks nothing of the network."""

    def shown(name, scheme="light", width=1000, folded=False):
        window = chrome.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked = []
        window.on("request", lambda request: asked.append(request.url))
        window.goto(pages[name].as_uri())
        assert asked == [pages[name].as_uri()]
        if not folded:
            window.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return window

    return shown
