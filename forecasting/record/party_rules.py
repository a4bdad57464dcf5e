"""States and other actors within their own years, and lines of succession without circles."""

from collections.abc import Mapping

import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.record.values import days_of
from forecasting.store.errors import Fault

CODE_OF_THE_DAY = "use the code of the day, or correct the years of the code in parties.csv"


def party_faults(parties: RawTable) -> list[Fault]:
    """Codes that end before they begin, and codes that are their own successors, directly or by others."""
    findings, cells = Findings(parties), parties.cells
    findings.add(
        findings.day("end_date") < findings.day("start_date"),
        "end_date on or after start_date",
        "start_date",
        "end_date",
        do="correct one of them",
    )
    following = following_codes(cells)
    circle = [code in later_codes(code, following) for code in cells["code"]]
    findings.add(
        pd.Series(circle, index=cells.index, dtype=bool),
        "a successor that does not lead back to the code itself",
        "code",
        "successor",
        do="name the state that came after it",
    )
    return findings.faults


def party_of_case_faults(cases: RawTable, parties: pd.DataFrame) -> list[Fault]:
    """Parties that did not exist at the start, and parties beside their own successors."""
    findings = Findings(cases)
    _outside_their_years(findings, "parties", "start_date", "start_precision", parties)
    following = following_codes(parties)
    for line, cell in enumerate(cases.cells["parties"]):
        codes = cell.split(";")
        for code in codes if any(following.get(one) for one in codes) else ():
            for heir in sorted(later_codes(code, following) & set(codes) - {code}):
                expected, do = "a state or its successor, not both", "keep the one of start_date"
                findings.tell(line, expected, f"parties={cell!r} with {code} and its successor {heir}", do)
    return findings.faults


def actor_faults(events: RawTable, parties: pd.DataFrame) -> list[Fault]:
    """Actors and targets that did not exist on the day of the act."""
    findings = Findings(events)
    for column in ("actor", "target"):
        _outside_their_years(findings, column, "event_date", "date_precision", parties)
    return findings.faults


def later_codes(code: str, following: Mapping[str, list[str]]) -> set[str]:
    """Every code in the lines of succession that begin with a code; the code itself only in a circle.

    Examples
    --------
    >>> sorted(later_codes("a", {"a": ["b"], "b": ["c"]})), sorted(later_codes("a", {"a": ["b"], "b": ["a"]}))
    (['b', 'c'], ['a', 'b'])
    """
    found: set[str] = set()
    ahead = list(following.get(code, ()))
    while ahead:
        heir = ahead.pop()
        if heir not in found:
            found.add(heir)
            ahead += following.get(heir, ())
    return found


def following_codes(parties: pd.DataFrame) -> dict[str, list[str]]:
    """Successors of each code that has any."""
    pairs = zip(parties["code"], parties["successor"], strict=True)
    return {code: cell.split(";") for code, cell in pairs if cell}


def _outside_their_years(findings: Findings, column: str, day: str, precision: str, parties: pd.DataFrame) -> None:
    """Codes named for a day, or for a month or year, no part of which lies within their own years."""
    known = parties.drop_duplicates("code").set_index("code")
    began, ended = (days_of(known[name]) for name in ("start_date", "end_date"))
    cells = findings.raw.cells
    last = findings.day(day)
    long = cells[column].str.split(";").explode()
    long = long[long.isin(set(known.index[began.notna() | ended.notna()]))]
    named = pd.DataFrame({"line": long.index, "code": long.to_numpy(), "last": last.loc[long.index].to_numpy()})
    width = cells[precision].loc[long.index].to_numpy()
    month, year = (named["last"].dt.to_period(unit).dt.start_time for unit in ("M", "Y"))
    first = named["last"].mask(width == "month", month).mask(width == "year", year)
    wrong = (named["last"] < named["code"].map(began)) | (first > named["code"].map(ended))
    for row in named[wrong].itertuples():
        cell = known.loc[row.code]
        years = f"from {cell['start_date'] or 'before 1816'} to {cell['end_date'] or 'today'}"
        got = f"{day}={cells[day].iloc[row.line]!r}, {column}={cells[column].iloc[row.line]!r}"
        findings.tell(int(row.line), f"{row.code} in {column} on a day {years}", got, CODE_OF_THE_DAY)
