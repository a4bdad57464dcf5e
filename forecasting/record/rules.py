"""Constraints between cells and between rows, checked once every cell is well formed."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.record.reading import RawTable
from forecasting.record.values import days_of, interval_ends
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES, TARGETS
from forecasting.store.errors import Fault

Mask = NDArray[np.bool_]


class Findings:
    """Faults of one table, collected by `add`."""

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.faults: list[Fault] = []

    def day(self, column: str) -> "pd.Series[pd.Timestamp]":
        """A column as days; malformed and empty cells are missing, and no comparison with them holds."""
        return self.raw.typed(column)

    def add(self, mask: "pd.Series[bool] | Mask", expected: str, *columns: str, do: str = "") -> None:
        """Add a fault `expected` for each line where `mask` is true; the cells of `columns` are the actual values.

        `do` is the remedy.
        """
        cells = self.raw.cells
        for line in np.flatnonzero(np.asarray(mask, dtype=bool)).tolist():
            got = ", ".join(f"{column}={cells[column].iloc[line]!r}" for column in columns)
            self.tell(line, expected, got, do)

    def tell(self, line: int, expected: str, got: str, do: str = "") -> None:
        """Add one fault of a line."""
        cells = self.raw.cells
        owner = cells["case_id"].iloc[line] if "case_id" in cells else ""
        self.faults.append(Fault(*self.raw.place(line), str(owner), expected, got, do))

    def add_against(
        self, mask: "pd.Series[bool]", expected: str, days: "pd.Series[pd.Timestamp]", *columns: str, do: str
    ) -> None:
        """As `add`, with the day of the line out of `days` in place of `{}` in `expected`."""
        chosen = np.asarray(mask, dtype=bool)
        for line in np.flatnonzero(chosen):
            only = np.arange(len(chosen)) == line
            self.add(only, expected.format(days.iloc[line].date()), *columns, do=do)


def key_faults(raw: RawTable) -> list[Fault]:
    """Rows with the key of an earlier row."""
    findings = Findings(raw)
    key = list(raw.table.key)
    do = "keep one of the two rows" if raw.table.path.startswith("series/") else ""
    findings.add(raw.cells.duplicated(key), f"{' and '.join(key)} unlike that of every other row", *key, do=do)
    return findings.faults


def coarse(day: "pd.Series[pd.Timestamp]", precision: "pd.Series[str]") -> "pd.Series[bool]":
    """True where a date of limited precision is not the last day of its month or year."""
    return interval_ends(day, precision) > day


def case_faults(cases: RawTable, data_end: date) -> list[Fault]:
    """Faults between the cells of a case."""
    findings, cells = Findings(cases), cases.cells
    findings.add(
        coarse(findings.day("start_date"), cells["start_precision"]),
        "a coarse start_date at the end of its month or year",
        "start_date",
        "start_precision",
    )
    findings.add(
        findings.day("start_known_date") < findings.day("start_date"),
        "start_known_date on or after start_date",
        "start_date",
        "start_known_date",
    )
    findings.add(
        (cells["start_known_assumed"] == "1") & (cells["start_known_date"] != cells["start_date"]),
        "an assumed start_known_date equal to start_date",
        "start_date",
        "start_known_date",
    )
    findings.add(
        findings.day("start_known_date") > pd.Timestamp(data_end),
        f"a start known by data_end {data_end}, which stands in datapackage.json",
        "start_known_date",
    )
    listed = cells["parties"].str.count(";") + 1
    findings.add(
        pd.to_numeric(cells["n_parties"], errors="coerce") < listed,
        "n_parties at least the number of parties listed",
        "n_parties",
        "parties",
    )
    return findings.faults


def outcome_faults(outcomes: RawTable, cases: pd.DataFrame, data_end: date) -> list[Fault]:
    """Faults within each outcome row, and between it and its case (`cases` has one line per case_id)."""
    findings, cells = Findings(outcomes), outcomes.cells
    day, end = findings.day, pd.Timestamp(data_end)
    start = days_of(cells["case_id"].map(cases.set_index("case_id")["start_date"]))
    ended, formal, faded = cells["cause"] != "", cells["cause"] == "formalized", cells["cause"] == "faded"
    for column in ("end_date", "end_precision", "end_known_date"):
        findings.add(ended & (cells[column] == ""), f"{column} for an ended case", "cause", column)
        findings.add(~ended & (cells[column] != ""), f"no {column} for a case that goes on", "cause", column)
    findings.add(
        ~ended & (cells["last_observed_date"] == ""),
        "last_observed_date for a case that goes on",
        "last_observed_date",
    )
    findings.add(faded != (cells["fade"] != ""), "fade if and only if the cause is faded", "cause", "fade")
    findings.add(
        formal != (cells["successor"] != ""),
        "successor if and only if the cause is formalized",
        "cause",
        "successor",
    )
    for column in ("instrument", "concluded_date"):
        findings.add(formal & (cells[column] == ""), f"{column} for a formalized case", "cause", column)
    binding = formal & (cells["target"] == "in_force")
    findings.add(
        binding & (cells["in_force_date"] != cells["end_date"]),
        "end_date equal to in_force_date where the target in_force is formalized",
        "end_date",
        "in_force_date",
    )
    findings.add(
        coarse(day("end_date"), cells["end_precision"]),
        "a coarse end_date at the end of its month or year",
        "end_date",
        "end_precision",
    )
    for column, name, earliest in (
        ("end_date", "the start", start),
        ("last_observed_date", "the start", start),
        ("end_known_date", "end_date", day("end_date")),
        ("in_force_date", "concluded_date", day("concluded_date")),
    ):
        findings.add(day(column) < earliest, f"{column} on or after {name}", column)
    for column in ("end_date", "end_known_date", "last_observed_date", "in_force_date"):
        findings.add(day(column) > end, f"{column} not after data_end {data_end}", column)
    findings.add(
        (cells["end_known_assumed"] == "1") & (cells["end_known_date"] != cells["end_date"]),
        "an assumed end_known_date equal to end_date",
        "end_date",
        "end_known_date",
    )
    return findings.faults


def looked_faults(outcomes: RawTable, data_end: date) -> list[Fault]:
    """Days until which somebody looked that are after the record's end, or before what was seen."""
    findings = Findings(outcomes)
    end = pd.Timestamp(data_end)
    findings.add(
        findings.day("looked_until") > end,
        f"looked_until not after data_end {data_end}",
        "looked_until",
        do="move data_end in datapackage.json once every open case was looked up",
    )
    for column in ("last_observed_date", "end_known_date"):
        findings.add(
            (findings.day("looked_until") < findings.day(column)) & (findings.day(column) <= end),
            f"looked_until on or after {column}",
            column,
            "looked_until",
            do="whoever saw it had looked until then",
        )
    return findings.faults


def target_faults(outcomes: RawTable, cases: RawTable) -> list[Fault]:
    """Cases without one outcome per target, and outcomes that differ where the codebook requires the same."""
    findings, cells = Findings(outcomes), outcomes.cells
    kinds = cases.cells.drop_duplicates("case_id").set_index("case_id")["type"]
    by_target = {
        target: cells[cells["target"] == target].drop_duplicates("case_id").set_index("case_id") for target in TARGETS
    }
    missing = Findings(cases)
    for target, rows in by_target.items():
        missing.add(~cases.cells["case_id"].isin(rows.index), f"an outcome for target {target}", "case_id")
    concluded = by_target["concluded"].reindex(cells["case_id"]).fillna("")
    known = cells["case_id"].isin(by_target["concluded"].index).to_numpy()
    same_type = known & cells["case_id"].map(kinds).isin(SAME_OUTCOME_TYPES).to_numpy()
    for column in ("cause", "end_date"):
        findings.add(
            same_type & (concluded[column].to_numpy() != cells[column].to_numpy()),
            "the same outcome for both targets in a case of type signed_unratified or provisional_application",
            "target",
            column,
        )
    formal = (concluded["cause"] == "formalized").to_numpy()
    findings.add(
        formal & (findings.day("end_date").to_numpy() < days_of(concluded["end_date"]).to_numpy()),
        "an in_force outcome no earlier than the conclusion",
        "target",
        "end_date",
    )
    return missing.faults + findings.faults


def event_faults(events: RawTable, concluded: pd.DataFrame, data_end: date) -> list[Fault]:
    """Faults within each event, and between the ending event and the outcome (`concluded`, by case_id)."""
    findings, cells = Findings(events), events.cells
    findings.add(
        findings.day("known_date") < findings.day("event_date"),
        "known_date on or after event_date",
        "event_date",
        "known_date",
    )
    findings.add(findings.day("known_date") > pd.Timestamp(data_end), f"known by data_end {data_end}", "known_date")
    findings.add(
        (cells["known_assumed"] == "1") & (cells["known_date"] != cells["event_date"]),
        "an assumed known_date equal to event_date",
        "event_date",
        "known_date",
        do="set known_assumed to 0 where the day on which it became known was looked up",
    )
    findings.add(
        coarse(findings.day("event_date"), cells["date_precision"]),
        "a coarse event_date at the end of its month or year",
        "event_date",
        "date_precision",
    )
    sides = {name: cells[name].map(_sorted_keys(cells[name])) for name in ("actor", "target")}
    same = ["case_id", "event_date", "known_late", "kind", "actor", "target"]
    findings.add(
        cells.assign(**sides).duplicated(same),
        "an act once: another row of the case has the same date, kind, actors and targets",
        "event_date",
        "kind",
        "standing",
        do="keep one of the two; a standing that changed later is a row of corrections.csv",
    )
    ending = cells["is_ending"] == "1"
    outcome = concluded.reindex(cells["case_id"]).fillna("").reset_index(drop=True)
    findings.add(ending & (outcome["cause"] == ""), "no ending event in a case that goes on", "event_date", "kind")
    findings.add(
        ending & cells.duplicated(["case_id", "is_ending"]), "one ending event in a case", "event_date", "kind"
    )
    act = interval_ends(findings.day("event_date"), outcome["end_precision"])
    inside = act == interval_ends(days_of(outcome["end_date"]), outcome["end_precision"])
    findings.add(
        ending & (outcome["cause"] != "") & ~inside,
        "the ending event on the end_date of the outcome (or within its month or year)",
        "event_date",
    )
    return findings.faults


def _sorted_keys(cells: "pd.Series[str]") -> dict[str, str]:
    """Each cell of keys with its keys in order."""
    return {cell: ";".join(sorted(cell.split(";"))) for cell in cells.unique()}


def ending_faults(cases: RawTable, events: pd.DataFrame, concluded: pd.DataFrame) -> list[Fault]:
    """Ended cases without an event that ends them."""
    findings = Findings(cases)
    ended = cases.cells["case_id"].map(concluded["cause"]) != ""
    told = cases.cells["case_id"].isin(events.loc[events["is_ending"] == "1", "case_id"])
    findings.add(ended & ~told, "an event with is_ending=1 in an ended case", "case_id")
    return findings.faults


def calendar_faults(calendar: RawTable, data_end: date) -> list[Fault]:
    """Faults within each announcement."""
    findings = Findings(calendar)
    findings.add(
        findings.day("scheduled_date") < findings.day("announced_date"),
        "scheduled_date on or after announced_date",
        "announced_date",
        "scheduled_date",
    )
    late = findings.day("announced_date") > pd.Timestamp(data_end)
    findings.add(late, f"announced by data_end {data_end}", "announced_date")
    return findings.faults


def link_faults(raw: RawTable, linked: frozenset[str], expected: str) -> list[Fault]:
    """Rows of `raw` whose case_id is not in `linked`."""
    findings = Findings(raw)
    findings.add(~raw.cells["case_id"].isin(linked), expected, "case_id")
    return findings.faults
