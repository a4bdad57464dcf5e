"""JupyterLab as the analyst meets it: `forecasting lab` in a browser, the tour, the explorer and its controls."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
api = pytest.importorskip("playwright.sync_api", reason='needs playwright: pip install "forecasting[browser]"')
if CHROMIUM is None:
    pytest.skip("needs Chromium, for example: apt-get install chromium", allow_module_level=True)

TOKEN = "only-for-this-test"
SLOW = 120_000
api.expect.set_options(timeout=SLOW)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def lab(two_days, tmp_path_factory):
    """Address of a JupyterLab on a copy of the notebooks, beside the fitted models, that reads no settings of a user."""
    place = tmp_path_factory.mktemp("lab")
    (place / "artefacts").symlink_to(two_days)
    own = {f"JUPYTER_{name}_DIR": str(place / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(place / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    own |= {"IPYTHONDIR": str(place / "ipython"), "HOME": str(place), "JUPYTER_TOKEN": TOKEN, "JUPYTER_NO_CONFIG": "1"}
    news = place / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "forecasting", "lab", "--folder", "notebooks", "--port", str(port), "--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        (place / "config").mkdir()
        (place / "config" / "jupyter_server_config.py").write_text("c.ServerApp.allow_root = True\n", encoding="utf-8")
        del own["JUPYTER_NO_CONFIG"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=place, env=os.environ | own, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + SLOW / 1000
        while not answers(f"{url}/api/status?token={TOKEN}"):
            assert server.poll() is None and time.monotonic() < until, (place / "log").read_text(encoding="utf-8")
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def chromium():
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(chromium, address):
    """A new page at an address; `faults` gathers whatever the browser reports as an error."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1100})
    page.set_default_timeout(SLOW)
    page.faults = []
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{address}?token={TOKEN}")
    return page


@pytest.fixture(scope="module")
def explorer(lab, chromium):
    """The notebook of the explorer, run down to the form, which is its last cell."""
    page = opened(chromium, f"{lab}/lab/workspaces/explorer/tree/06_explore.ipynb")
    run_all(page)
    panel(page).get_by_role("button", name="Check, keep and forecast").wait_for()
    return page


def run_all(page):
    """Run all cells of the notebook in front, by the menu, once its kernel is there."""
    panel(page).locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # before, JupyterLab would ask for a kernel
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def panel(page):
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def wait_until_all_ran(page):
    """Until every code cell in front has its number and no star, and none of them shows an error."""
    page.wait_for_function(
        """() => {
            const front = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
            const prompts = [...front.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(one => one.textContent);
            return prompts.length > 0 && prompts.every(text => /\\[\\d+\\]/.test(text));
        }"""
    )
    assert panel(page).locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0


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


def test_the_tour_opens_first_runs_and_leads_to_the_explorer(lab, chromium):
    page = opened(chromium, f"{lab}/")
    api.expect(page.get_by_role("heading", name="Will a handshake become a treaty?")).to_be_visible()
    assert page.url.endswith("/lab/tree/00_tour.ipynb")
    run_all(page)
    wait_until_all_ran(page)
    assert panel(page).locator(".jp-OutputArea-output svg").count() >= 3
    page.get_by_role("link", name="06_explore").first.click()
    api.expect(page.get_by_role("heading", name="What do the models forecast for a case on a day")).to_be_visible()
    assert page.faults == []
    page.close()
