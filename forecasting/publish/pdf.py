"""Conversion of a page to a tagged PDF by Chromium, if it is installed."""

import os
import shutil
import subprocess
from pathlib import Path

from forecasting.store.errors import ReportError, UsageError
from forecasting.store.scratch import scratch

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120


def browser(asked: str = "--pdf") -> str:
    """Path of Chromium on this machine, for an option that needs it; `UsageError` if there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError(
            f"expected Chromium for {asked}, got none; install it (Debian, Ubuntu: apt-get install chromium)"
        )
    return found


def pdf_page(page: Path) -> bytes:
    """The page as a PDF whose tags keep headings, tables and links accessible.

    Parameters
    ----------
    page
        Path of the page (.html).

    Returns
    -------
    bytes
        The PDF.

    Raises
    ------
    UsageError
        Chromium is not installed.
    ReportError
        Chromium fails, or needs more than 120 seconds.
    """
    with scratch() as folder:
        printed = folder / "page.pdf"
        command = [
            browser(), "--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline",
            f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", page.absolute().as_uri(),
        ]  # fmt: skip
        if os.geteuid() == 0:  # Chromium refuses to run its sandbox as root
            command.insert(1, "--no-sandbox")
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise ReportError(
                f"expected {page} as a PDF within {SECONDS} seconds, got no answer of Chromium; print it again"
            ) from None
        if not printed.is_file():
            said = (run.stderr.strip().splitlines() or ["no message"])[-1]
            raise ReportError(f"expected {page} as a PDF, got a failure of Chromium: {said}; print it again")
        return printed.read_bytes()
