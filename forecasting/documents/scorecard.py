"""The scorecard: skill, calibration and power of the backtest, from stored results; nothing is fitted."""

import re
from datetime import date
from pathlib import Path
from typing import ClassVar

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.documents import scorecard_sections as sections
from forecasting.documents.ledger_section import ledger as ledger_section
from forecasting.documents.ledger_section import ledger_values
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.values import Content
from forecasting.forecasts import LEVEL
from forecasting.ledger.place import ledger_read
from forecasting.record.files import RESULTS as RESULTS_FILE
from forecasting.record.files import results_table
from forecasting.record.history import History, load_history
from forecasting.record.months import parse_day
from forecasting.record.reads import note_file
from forecasting.record.schema import EVALUATION
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped

TABLES = ("skill", "slope", "calibration", "reliability", "power", "lines")
COVERAGE = "coverage"
PEERS = "benchmarks/peers/results.csv"
REGISTRATION = "REGISTRATION.md"
RESULTS = f"{EVALUATION}/{{}}.csv"
REGISTERED_TABLES = ("skill", "slope", "lines")
REGISTERED_RESULTS = f"{EVALUATION}/registration2/{{}}.csv"
TRIED = "What was tried and dropped"


class ScorecardReport(Report):
    """Report of the out-of-sample performance of past forecasts."""

    SECTIONS: ClassVar[dict[str, Maker]] = by_name(
        (
            sections.masthead,
            sections.headline,
            sections.hindsight,
            sections.horizons,
            sections.causes,
            sections.parts,
            sections.models,
            sections.calibration,
            sections.reliability,
            sections.coverage,
            sections.power,
            ledger_section,
            sections.peers,
            sections.tried,
            sections.registration,
            sections.provenance,
        )
    )

    def __init__(
        self,
        as_of: str | date | None = None,
        data: str | Path | None = None,
        ledger: str | Path | None = None,
        ledger_until: str | None = None,
    ) -> None:
        """Read the results beside a record; `UsageError` for a day other than the record's end."""
        day, history = parse_day(as_of) if isinstance(as_of, str) else as_of, load_history(data)
        if day not in (None, history.as_of):
            raise UsageError(f"expected {history.as_of}, the end of the record, which the results are of, got {day}")
        self.content: Content = scorecard_content(history, ledger, ledger_until)


def scorecard_content(history: History, ledger: str | Path | None = None, until: str | None = None) -> Content:
    """All values of the page: the results of the last record that was scored, and those that were registered.

    Each of `TABLES`: rows of that file, of the record `scored_record` (the first digits of its hash; empty where there
    is no result); `registered_tables`: rows as the second registration and its fresh test gave them, of the
    records of their days; `coverage`: of simulated intervals;
    `ledger`: what the ledger holds up to the entry with the sha256 `until`, by default the last, or None; `tried`: the
    section on what was dropped, and `registrations`: the others; `provenance`: what each value rests on.
    """
    folder, value = history.record.folder, Recorded()
    last = value("scored_record", scored_record, folder)
    return {
        "template": "scorecard",
        "title": f"How good are the forecasts? Record to {history.record.data_end}",
        "package_version": forecasting.__version__,
        "record_sha256": history.sha256,
        "code_sha256": code_sha256(),
        "data_end": history.record.data_end.isoformat(),
        "as_of": history.as_of.isoformat(),
        "level": LEVEL,
        "scored_record": last,
        "ledger": value("ledger", ledger_values, ledger_read(folder, ledger), until),
        **{name: value(name, rows_scored, folder, name, last) for name in TABLES},
        "registered_tables": value("registered_tables", registered_results, folder),
        COVERAGE: value(COVERAGE, rows_of, folder, RESULTS.format(COVERAGE)),
        "peers": value("peers", rows_of, shipped("data").parent, PEERS),
        "tried": value("tried", tried, folder / REGISTRATION),
        "registrations": value("registrations", registrations, folder / REGISTRATION),
        PROVENANCE: value.provenance,
    }


def scored_record(folder: Path) -> str:
    """The first digits of the hash of the record scored last; empty where there is no result."""
    return next((row["record"] for row in rows_of(folder, RESULTS.format("skill"))), "")


def rows_scored(folder: Path, name: str, record: str) -> list[Content]:
    """The rows of a table of results that are of that record."""
    return [row for row in rows_of(folder, RESULTS.format(name)) if row["record"] == record]


def registered_results(folder: Path) -> dict[str, list[Content]]:
    """The rows of `REGISTERED_TABLES` as they were registered; none beside a record that keeps none."""
    return {name: rows_of(folder, REGISTERED_RESULTS.format(name)) for name in REGISTERED_TABLES}


def rows_of(folder: Path, name: str) -> list[Content]:
    """The rows of a table of results in a folder, empty cells as None; none where there is no such file."""
    path = folder / name
    note_file(name)
    if not path.is_file():
        return []
    table = results_table(path, dtype={"record": str, "part": str, "horizon": str}).astype(object)
    return table.where(table.notna(), None).to_dict(orient="records")


def tried(path: Path) -> str:
    """The registration's section on dropped variants, as Markdown."""
    return _registration(path).get(TRIED, "")


def registrations(path: Path) -> list[Content]:
    """The other sections, the last first."""
    others = [{"title": title, "text": body} for title, body in _registration(path).items() if title != TRIED]
    return others[::-1]


def _registration(path: Path) -> dict[str, str]:
    """The sections by their title."""
    note_file(path.name)
    text = RESULTS_FILE.text(path) if path.is_file() else ""
    sections = re.split(r"^## ", text, flags=re.M)[1:]
    return {title.strip(): body.strip() for title, _, body in (section.partition("\n") for section in sections)}
