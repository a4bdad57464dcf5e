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
SLOW = 60_000
LAST_CELL = "explorer.outlook.why()"


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
def lab(trained, tmp_path_factory):
    """Address of a JupyterLab on a copy of the notebooks, beside the fitted models, that reads no settings of a user."""
    place = tmp_path_factory.mktemp("lab")
    (place / "artefacts").symlink_to(trained[2].parent)
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
def page(lab):
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1400, "height": 1100})
        opened.set_default_timeout(SLOW)
        opened.faults = []
        opened.on("console", lambda said: opened.faults.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: opened.faults.append(str(error)))
        opened.goto(f"{lab}/?token={TOKEN}")
        yield opened
        browser.close()


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
