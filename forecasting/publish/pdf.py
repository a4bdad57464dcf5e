"""A page as a tagged PDF, printed by Chromium where it is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from forecasting.store.errors import ReportError, UsageError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120


def browser() -> str:
    """The Chromium of this machine; `UsageError` says what to install where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError("expected Chromium for --pdf, got none. On Debian or Ubuntu: apt-get install chromium")
    return found


def pdf_page(page: Path) -> bytes:
    """The page printed; its tags make headings, tables and links readable by machine. `ReportError` if it fails."""
    with tempfile.TemporaryDirectory(prefix="fc-") as scratch:
        printed = Path(scratch) / "page.pdf"
        command = [
            browser(), "--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline",
            f"--user-data-dir={scratch}/profile", f"--print-to-pdf={printed}", page.absolute().as_uri(),
        ]  # fmt: skip
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise ReportError(f"wanted {page} printed within {SECONDS} seconds; Chromium did not end") from None
        if not printed.is_file():
            said = (run.stderr.strip().splitlines() or ["nothing"])[-1]
            raise ReportError(f"wanted {page} printed; Chromium said: {said}")
        return printed.read_bytes()
