"""The manifest of scheduled runs: an append-only JSONL file with a line for each report and one to close each run.

A run under another clock (`--now`) is a trial: its lines are marked, and runs under the real clock do not see them.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from forecasting.store.errors import ReportError, UsageError, shown
from forecasting.store.foreign import Foreign, parsed_json

MANIFEST = "manifest.jsonl"
DONE, FAILED, MISSED, REFUSED = "done", "failed", "missed", "refused"
"""Made; not made, and tried again; not made in time; not made, and not tried again until what it rests on changes."""

FILE = Foreign("the manifest of the runs", "correct or remove that line", most_bytes=256_000_000)
Line = dict[str, Any]


@dataclass
class Past:
    """What a manifest says of the runs before: everything a call needs, read once.

    `told`: keys of what the command to notify was told and still stood at the last call.
    """

    newest: datetime | None = None
    runs: dict[str, dict[datetime, Line]] = field(default_factory=dict)
    pages: dict[str, set[str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def of(self, name: str) -> dict[datetime, Line]:
        """The latest closing line of each due time of an entry."""
        return self.runs.get(name, {})

    def latest(self, name: str) -> Line | None:
        """The closing line of the latest due time of an entry."""
        lines = self.of(name)
        return lines[max(lines)] if lines else None

    def last_made(self, name: str) -> Line | None:
        """The closing line of the latest run of an entry that was done."""
        return max((line for line in self.of(name).values() if line["status"] == DONE), key=_when, default=None)


def _when(line: Line) -> tuple[str, str]:
    return str(line.get("now", "")), str(line["due"])


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
        if not os.path.lexists(self.path):
            return
        for number, text in enumerate(FILE.text_lines(self.path), start=1):
            try:
                line = parsed_json(text)
            except ValueError:
                if not text.endswith("\n"):
                    return
                line = None
            if isinstance(line, dict):
                yield line
            elif text.strip():
                raise FILE.error(f"{self.path} row {number}", "a JSON object", shown(text.strip(), 60))

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

    def past(self, trial: bool = False) -> Past:
        """What the runs before did, under the real clock, or for a trial under any.

        Raises
        ------
        UsageError
            A line is not what a run writes; its row is named.
        """
        found = Past()
        for number, line in enumerate(self.lines(), start=1):
            try:
                _take(found, line, trial)
            except (KeyError, TypeError, ValueError):
                raise UsageError(
                    f"{self.path} row {number}: expected a line of a run, got {shown(line, 60)}; correct or remove it"
                ) from None
        return found

    def _cut_incomplete_line(self) -> None:
        if not os.path.lexists(self.path):
            return
        content = FILE.content(self.path)
        if content and not content.endswith(b"\n"):
            os.truncate(self.path, content.rfind(b"\n") + 1)


def _take(found: Past, line: Line, trial: bool) -> None:
    """Add a line of the manifest to what is known of the runs before."""
    if line["kind"] == "report":  # a page is there, whichever clock the run had
        if line["status"] in ("rendered", "unchanged"):
            found.pages.setdefault(str(line["entry"]), set()).add(str(line["page"]))
        return
    if line.get("trial") and not trial:
        return
    if "now" in line:
        now = datetime.fromisoformat(line["now"])
        found.newest = max(now, found.newest or now)
    if line["kind"] == "run":
        due = datetime.fromisoformat(line["due"])
        found.runs.setdefault(str(line["entry"]), {})[due] = line | {"status": str(line["status"])}
    elif line["kind"] == "told":
        found.told -= set(map(str, line.get("gone", ())))
        found.told |= set(map(str, line["items"]))
