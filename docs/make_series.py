"""The series of `data/series/`, from public tables in a folder: `python docs/make_series.py FOLDER`.

The warheads are kept by hand. `data/README.md` says where each table comes from and from which day its figures count.
"""

import csv
import io
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import yaml

from forecasting.record.schema import TABLES
from forecasting.store.package_data import shipped

Row = dict[str, str]
FIRST_YEAR = 1816
GLEDITSCH_WARD = {260: 255, 340: 345, 678: 679}
"""Numbers of Gleditsch and Ward for states that have another one in the Correlates of War today."""
TESTERS = {
    "China": 710, "France": 220, "India": 750, "North Korea": 731, "Pakistan": 770, "Russia": 365,
    "United Kingdom": 200, "United States": 2,
}  # fmt: skip
VOTES = {"L": "legislative", "X": "executive", "R": "referendum"}
DISPUTES_PUBLISHED = ((1992, "1996"), (2001, "2004"), (2010, "2015"), (2014, "2021"))
CAPABILITIES_PUBLISHED = ((1985, "1987"), (2022, "2026-07"))
STILL_IN_OFFICE = date(2015, 12, 31)


class States:
    """Codes of the record by Correlates of War number and day."""

    def __init__(self, parties: Path) -> None:
        self._spells: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
        for row in _rows(parties):
            if row["cow_code"]:
                spell = (row["start_date"] or "0000", row["end_date"] or "9999", row["code"])
                self._spells[int(row["cow_code"])].append(spell)

    def code(self, number: str | float, day: str) -> str:
        """The code of the state on a day (or at the end of a year); empty where the record has none."""
        found = [spell for spell in self._spells[int(float(number))] if spell[0] <= day <= spell[1]]
        return max(found)[2] if found else ""


def _rows(path: Path) -> Iterator[Row]:
    text = path.read_bytes().decode("utf-8-sig", "replace")  # a remark in REIGN's list of leaders has a broken byte
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _first(limits: tuple[tuple[int, str], ...], year: int) -> str:
    return next(published for last, published in limits if year <= last)


def leaders(folder: Path, states: States) -> Iterator[Row]:
    """Spells that began by 2015 from Archigos, to the day; later ones from REIGN, which has no day of the end."""
    for row in _rows(folder / "peacesciencer_archigos.csv"):
        number = int(float(row["gwcode"]))
        known = (number == 260) <= (row["startdate"] >= "1990-10-03")
        code = states.code(GLEDITSCH_WARD.get(number, number) if known else number, row["startdate"])
        open_end = row["enddate"] >= STILL_IN_OFFICE.isoformat()
        if code and row["startdate"] >= f"{FIRST_YEAR}":
            yield {"code": code, "leader": row["leader"].strip(), "start_date": row["startdate"],
                   "end_date": "" if open_end else row["enddate"], "source_id": "archigos"}  # fmt: skip
    for row in _rows(folder / "reign_leaders_to_2021_03.csv"):
        day = _day(row["syear"], row["smonth"], row["sdate"])
        if day > STILL_IN_OFFICE.isoformat() and (code := states.code(row["ccode"], day)):
            yield {"code": code, "leader": row["leader"].strip(), "start_date": day, "end_date": "",
                   "source_id": "reign-leaders"}  # fmt: skip


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def elections(folder: Path, states: States) -> Iterator[Row]:
    """National votes that were held; what was only announced, put off or annulled is left out."""
    for row in _rows(folder / "reign_elections_to_2021_03.csv"):
        day = _day(row["elec_year"], row["elec_month"], row["elec_day"])
        if row["event"].startswith("Vote,") and day and (code := states.code(row["ccode"], day)):
            yield {"code": code, "date": day, "kind": VOTES[row["type"]], "source_id": "reign-elections"}


def us_senate(folder: Path, states: States) -> Iterator[Row]:  # noqa: ARG001 - one form for all series
    """Divisions at the elections, from 1867 on, and the senators in office on the day of the latest list."""
    presidents = [
        (str(term["start"]), str(term["end"]), term["party"])
        for person in yaml.safe_load((folder / "executive.yaml").read_text(encoding="utf-8"))
        for term in person["terms"]
        if term["type"] == "prez"
    ]
    for row in _rows(folder / "senate_divisions.csv"):
        year = 1787 + 2 * int(row["congress"])
        counted = row.get("counted_on") or f"{year}-{'03-04' if year < 1934 else '01-03' if year < 1937 else '01-20'}"
        party = next(name for start, end, name in presidents if start <= counted < end)
        yield row | {"counted_on": counted, "president_party": party, "source_id": row["source_id"]}


def nuclear_tests(folder: Path, states: States) -> Iterator[Row]:
    """Tests by calendar year."""
    for row in _rows(folder / "nuclear_tests_aca_1945_2019.csv"):
        if code := states.code(TESTERS[row["country_name"]], f"{row['year']}-12-25"):
            yield {"code": code, "year": row["year"], "tests": row["nuclear_weapons_tests"],
                   "published": row["year"], "source_id": "aca-nuclear-tests"}  # fmt: skip


def rivalries(folder: Path, states: States) -> Iterator[Row]:
    """Rivalries between states of the record, by the codes at their last year."""
    for row in _rows(folder / "peacesciencer_tss_rivalries.csv"):
        start, end = (int(float(row[name])) for name in ("start", "end"))
        codes = sorted(states.code(row[name], f"{min(end, 2020)}-06-30") for name in ("ccode1", "ccode2"))
        if end >= FIRST_YEAR and all(codes):
            yield {"code": codes[0], "other": codes[1], "start_year": f"{start}",
                   "end_year": "" if end >= 2020 else f"{end}", "published": "2022",
                   "source_id": "thompson-sakuwa-suhas-2022"}  # fmt: skip


def disputes(folder: Path, states: States) -> Iterator[Row]:
    """Disputes by pair and year, each pair once."""
    found: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for row in _rows(folder / "cow_mid_dirdisps.csv"):
        year = int(float(row["year"]))
        one, other = (states.code(row[name], f"{year}-12-31") for name in ("ccode1", "ccode2"))
        if one and other and one < other:
            found[one, other, year].append(int(max(float(row[name]) for name in ("hostlev1", "hostlev2"))))
    for (one, other, year), levels in found.items():
        yield {"code": one, "other": other, "year": f"{year}", "disputes": f"{len(levels)}",
               "hostility": f"{max(levels)}", "published": _first(DISPUTES_PUBLISHED, year),
               "source_id": "cow-mid-5"}  # fmt: skip


def nuclear_votes(folder: Path, states: States) -> Iterator[Row]:
    """Ideal points by the year in which the session opened: the 33rd in 1978."""
    for row in _rows(folder / "unga_idealpoints_nuclear_1978_2019.csv"):
        year = int(row["session"]) + 1945
        if code := states.code(row["ccode"], f"{year}-09-30"):
            yield {"code": code, "year": f"{year}", "ideal_point": f"{float(row['IdealPointNuclear']):.4f}",
                   "votes": row["NVotesNuclear"], "published": "2020-04",
                   "source_id": "voeten-nuclear-votes-2020"}  # fmt: skip


def capabilities(folder: Path, states: States) -> Iterator[Row]:
    """Index by state and year."""
    for row in _rows(folder / "cow_nmc.csv"):
        year = int(float(row["year"]))
        code = states.code(row["ccode"], f"{year}-12-31")
        if code and row["cinc"]:
            yield {"code": code, "year": f"{year}", "cinc": f"{float(row['cinc']):.6f}",
                   "published": _first(CAPABILITIES_PUBLISHED, year), "source_id": "cow-nmc-7"}  # fmt: skip


def gaps(tables: dict[str, list[Row]], parties: Path) -> Iterator[Row]:
    """Runs of years without a figure between two that have one."""
    before = {row["code"]: row["successor"].split(";") for row in _rows(parties)}
    for name in ("nuclear_tests", "nuclear_votes", "capabilities"):
        years: dict[str, set[int]] = defaultdict(set)
        for row in tables[name]:
            years[row["code"]].add(int(row["year"]))
        for code, own in list(years.items()):
            ordered = sorted(own)
            for last, following in pairwise(ordered):
                missing = set(range(last + 1, following))
                others = sorted(one for one, heirs in before.items() if code in heirs and missing & years[one])
                reason = f"figures under {' and '.join(others)}" if others else "no figure in the source"
                if missing:
                    yield {"series": name, "code": code, "first_year": f"{min(missing)}",
                           "last_year": f"{max(missing)}", "reason": reason}  # fmt: skip


MAKERS: dict[str, Callable[[Path, States], Iterable[Row]]] = {
    "leaders": leaders, "elections": elections, "us_senate": us_senate, "nuclear_tests": nuclear_tests,
    "rivalries": rivalries, "disputes": disputes, "nuclear_votes": nuclear_votes, "capabilities": capabilities,
}  # fmt: skip


def main(folder: Path) -> None:
    """Write every series that is made from the tables in the folder."""
    data = shipped("data")
    states = States(data / "parties.csv")
    made = {name: _once(name, maker(folder, states)) for name, maker in MAKERS.items()}
    made["series_gaps"] = _once("series_gaps", gaps(made, data / "parties.csv"))
    for name, rows in made.items():
        with (data / TABLES[name].path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, TABLES[name].names, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        print(f"{len(rows):6} {TABLES[name].path}")


def _once(name: str, rows: Iterable[Row]) -> list[Row]:
    """Rows in the order of their key, each key once."""
    key = TABLES[name].key
    by_key: dict[tuple[str, ...], Row] = {}
    for row in rows:
        by_key.setdefault(tuple(row[part].zfill(4) if row[part].isdigit() else row[part] for part in key), row)
    return [by_key[one] for one in sorted(by_key)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
