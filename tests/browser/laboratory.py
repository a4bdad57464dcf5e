"""A JupyterLab on a copy of the notebooks, and how a test moves in it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOKEN = "only-for-this-test"
SLOW = 240_000


@dataclass(frozen=True)
class Laboratory:
    """Folder in which it was started, and its address."""

    place: Path
    url: str


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


@contextmanager
def started(place):
    """A JupyterLab on a copy of the notebooks, `notebooks` in the folder, that reads no settings of a user."""
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
        yield Laboratory(place, url)
    finally:
        server.terminate()
        server.wait(timeout=20)


def opened(chrome, address):
    """A new page at an address; `faults` gathers whatever the browser reports as an error."""
    page = chrome.new_page(viewport={"width": 1400, "height": 1100})
    page.set_default_timeout(SLOW)
    page.faults = []
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{address}?token={TOKEN}")
    return page


def wait_for_kernel(page):
    """Until the kernel of the notebook in front is there."""
    panel(page).locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # before, JupyterLab would ask for a kernel


def run_all(page):
    """Run all cells of the notebook in front, by the menu."""
    wait_for_kernel(page)
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
