"""The manifest of scheduled runs: one line of JSON for each report and one that closes each run; append-only."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from forecasting.store.errors import ReportError, UsageError

MANIFEST = "manifest.jsonl"
DONE, FAILED, MISSED = "done", "failed", "missed"

Line = dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """The manifest in a folder of reports."""

    folder: Path

    @property
    def path(self) -> Path:
        """Where it stands."""
        return self.folder / MANIFEST

    def lines(self) -> Iterator[Line]:
        """Every line, oldest first. A last line cut short by a crash is left out; another faulty one is an error."""
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
                    raise UsageError(f"expected {self.path} row {number} as a JSON object, got {text.strip()[:60]!r}")

    def append(self, line: Line) -> None:
        """Add a line and see it on disk; `ReportError` where that cannot be.

        What a crash or a full disk left of a line is taken away first.
        """
        text = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        try:
            self._mend()
            with self.path.open("ab") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ReportError(
                f"expected to add a line to {self.path}, got {error.strerror}. Call again once that is mended: "
                "what was not noted is looked at again, and reports that stand are left alone"
            ) from None

    def newest(self) -> datetime | None:
        """The latest time at which a run was asked for."""
        times = [datetime.fromisoformat(line["now"]) for line in self.lines() if "now" in line]
        return max(times, default=None)

    def closed(self, name: str) -> dict[datetime, str]:
        """The times of an entry that were dealt with, and how: done, failed, or missed; the last word counts."""
        own = (line for line in self.lines() if line.get("entry") == name and line["kind"] == "run")
        return {datetime.fromisoformat(line["due"]): str(line["status"]) for line in own}

    def pages(self, name: str) -> set[str]:
        """Pages that an entry has made."""
        own = (line for line in self.lines() if line.get("entry") == name and line["kind"] == "report")
        return {str(line["page"]) for line in own if line["status"] in ("rendered", "unchanged")}

    def _mend(self) -> None:
        if not self.path.is_file():
            return
        with self.path.open("rb+") as file:
            content = file.read()
            if content and not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
