"""The manifest of scheduled runs: an append-only JSONL file with a line for each report and one to close each run."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from forecasting.store.errors import ReportError, UsageError, shown

MANIFEST = "manifest.jsonl"
DONE, FAILED, MISSED = "done", "failed", "missed"

Line = dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """The manifest in a folder of reports.

    Parameters
    ----------
    folder
        The folder of all reports.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """Its path."""
        return self.folder / MANIFEST

    def lines(self) -> Iterator[Line]:
        """Every line, oldest first; `UsageError` for a faulty one, except a last line left incomplete by a crash."""
        if not self.path.is_file():
            return
        with self.path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                try:
                    line = json.loads(text)
                except ValueError:
                    if not text.endswith("\n"):
                        return
                    line = None
                if isinstance(line, dict):
                    yield line
                elif text.strip():
                    raise UsageError(
                        f"{self.path} row {number}: expected a JSON object, got {shown(text.strip(), 60)}; "
                        "correct or remove that line"
                    )

    def append(self, line: Line) -> None:
        """Add a line durably, after removing an incomplete last line; `ReportError` if that is not possible."""
        text = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        try:
            self._cut_incomplete_line()
            with self.path.open("ab") as file:
                file.write(text)
                file.flush()
                os.fsync(
                    file.fileno()
                )  # the next call must find what this one has rendered, even after a power failure
        except OSError as error:
            raise ReportError(
                f"expected to add a line to {self.path}, got {error.strerror}; call again once that is repaired: runs "
                "not recorded are repeated, and reports already rendered are left unchanged"
            ) from None

    def newest(self) -> datetime | None:
        """The latest time at which a run was started; None if there was none."""
        times = [datetime.fromisoformat(line["now"]) for line in self.lines() if "now" in line]
        return max(times, default=None)

    def closed(self, name: str) -> dict[datetime, str]:
        """The latest status (done, failed or missed) of each due time of an entry."""
        own = (line for line in self.lines() if line.get("entry") == name and line["kind"] == "run")
        return {datetime.fromisoformat(line["due"]): str(line["status"]) for line in own}

    def pages(self, name: str) -> set[str]:
        """Pages rendered by an entry, relative to the folder of all reports."""
        own = (line for line in self.lines() if line.get("entry") == name and line["kind"] == "report")
        return {str(line["page"]) for line in own if line["status"] in ("rendered", "unchanged")}

    def _cut_incomplete_line(self) -> None:
        if not self.path.is_file():
            return
        with self.path.open("rb+") as file:
            content = file.read()
            if content and not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
