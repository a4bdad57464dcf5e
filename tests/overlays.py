"""Overlays written by hand, as tests spoil them."""

import csv
from pathlib import Path

from forecasting.record.overlays import OWN_TABLES

CASE = "new-start-post-expiry-2026"
SOURCE = {"source_id": "mine-s1", "title": "A report", "publisher": "A newspaper", "kind": "news", "seen": "0",
          "url": "https://example.org/a"}  # fmt: skip
ACT = {
    "event_id": f"{CASE}-own-a01", "case_id": CASE, "event_date": "2026-10-02", "date_precision": "day",
    "known_date": "2026-10-02", "known_assumed": "1", "known_late": "0", "standing": "confirmed", "actor": "USA",
    "target": "RUS", "kind": "talks_opened", "plover": "CONSULT", "summary": "Talks began.", "source_id": "mine-s1",
    "confidence": "medium", "is_ending": "0", "added_for_ladder": "0",
}  # fmt: skip
RUNG = {
    "case_id": CASE, "ladder": "formalization", "date": "2026-10-02", "precision": "day", "known_date": "2026-10-02",
    "level": "2", "status": "active", "events": f"{CASE}-own-a01", "evidence": "Both said that talks began.",
    "confidence": "medium",
}  # fmt: skip
LOOK = {"case_id": CASE, "looked_until": "2026-10-02"}
MINE = {"sources": [SOURCE], "events": [ACT], "ladders": [RUNG], "looked": [LOOK]}


def written(folder: Path, tables: dict[str, list[dict[str, str]]]) -> Path:
    """The overlay with these rows by table."""
    for name, rows in tables.items():
        table = OWN_TABLES[name]
        path = folder / table.path.replace("*", "own")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerows([table.names, *([row.get(column, "") for column in table.names] for row in rows)])
    return folder
