"""JupyterLab as the analyst meets it: `forecasting lab` in a browser, the tour, the explorer and its controls."""

import pytest
from laboratory import SLOW, opened, panel, run_all, wait_until_all_ran

api = pytest.importorskip("playwright.sync_api", reason='needs playwright: pip install "forecasting[browser]"')
api.expect.set_options(timeout=SLOW)


@pytest.fixture(scope="module")
def explorer(lab, chrome):
    """The notebook of the explorer, run down to the form, which is its last cell."""
    page = opened(chrome, f"{lab.url}/lab/workspaces/explorer/tree/06_explore.ipynb")
    run_all(page)
    panel(page).get_by_role("button", name="Check, keep and forecast").wait_for()
    return page


def figure(page):
    return panel(page).locator(".widget-html-content [role=img]")


def wait_until_changed(page, before):
    page.wait_for_function(
        """before => {
            const front = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
            const shown = front.querySelector('.widget-html-content [role=img]');
            return shown && shown.innerHTML !== before;
        }""",
        arg=before,
    )


def test_the_explorer_answers_when_a_control_moves(explorer):
    page = explorer
    before = figure(page).inner_html()
    table = panel(page).locator(".widget-html-content table").first
    numbers = table.inner_text()
    panel(page).get_by_role("button", name="not endorsed", exact=True).click()
    wait_until_changed(page, before)
    api.expect(table).not_to_have_text(numbers)
    moved = figure(page).inner_html()
    panel(page).get_by_label("If it were known", exact=True).select_option(index=1)
    wait_until_changed(page, moved)
    api.expect(figure(page)).to_contain_text("the forecast, if so")
    panel(page).get_by_label("As of").fill("2020-01-01")
    api.expect(panel(page)).to_contain_text("expected a day from 2026-02-05 on")
    api.expect(figure(page)).to_have_count(0)
    assert page.faults == []


def test_the_form_tells_faults_below_the_fields(explorer):
    page = explorer
    panel(page).get_by_label("What is it called?").fill("Handshake on deep-sea arms")
    panel(page).get_by_role("button", name="Check, keep and forecast").click()
    api.expect(panel(page)).to_contain_text("Nothing was written.")
    api.expect(panel(page).get_by_role("alert").first).to_contain_text("expected a case_id of lower-case words")
    assert panel(page).get_by_label("What is it called?").input_value() == "Handshake on deep-sea arms"
    assert page.faults == []


def test_the_tour_opens_first_runs_and_leads_to_the_explorer(lab, chrome):
    page = opened(chrome, f"{lab.url}/")
    api.expect(page.get_by_role("heading", name="Will a handshake become a treaty?")).to_be_visible()
    assert page.url.endswith("/lab/tree/00_tour.ipynb")
    run_all(page)
    wait_until_all_ran(page)
    assert panel(page).locator(".jp-OutputArea-output svg").count() >= 3
    page.get_by_role("link", name="06_explore").first.click()
    api.expect(page.get_by_role("heading", name="What do the models forecast for a case on a day")).to_be_visible()
    assert page.faults == []
    page.close()
