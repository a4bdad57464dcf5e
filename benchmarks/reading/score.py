"""Proposals beside a coder's rows: which are right, which rows were found."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from forecasting import load_history
from forecasting.reading import Proposal, propose
from forecasting.reading.reader import years_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SENTENCES = ROOT / "tests" / "reading" / "sentences.csv"
DONE = ("act", "hedged")
Row = Mapping[str, str]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(cell: str) -> set[str]:
    return set(cell.split(";")) - {""}


def matches(one: Proposal, row: Row) -> bool:
    actors = codes(row["actor"])
    who = not actors or bool(actors & set(one.actor)) or (actors == {"MULTI"} and not one.actor)
    form = one.form == row["form"] or (one.form in DONE and row["form"] in DONE)
    kind = one.kind in codes(row["kind"]) | codes(row.get("also", ""))
    return (kind or one.kind == row["form"] == "calendar") and who and form


def day_agrees(one: Proposal, row: Row) -> bool:
    if not row["date"] or one.day is None:
        return not row["date"]
    coded, within = date.fromisoformat(row["date"]), int(row.get("within_days") or 0)
    if row["precision"] == "year":
        return one.day.year == coded.year or abs((one.day - coded).days) <= within
    if row["precision"] == "month":
        return (one.day.year, one.day.month) == (coded.year, coded.month)
    return abs((one.day - coded).days) <= within


def tallied(
    pairs: Iterable[tuple[list[Proposal], list[dict[str, str]]]], told: Callable[[Proposal, Row], bool] | None = None
) -> Counter:
    """Counts over texts: proposals that count, right ones, rows, found ones (each by standing), days and standings."""
    count: Counter = Counter()
    for proposals, rows in pairs:
        found: set[int] = set()
        for one in proposals:
            fitting = [at for at, row in enumerate(rows) if matches(one, row) and (told is None or told(one, row))]
            fresh = [at for at in fitting if rows[at].get("weight", "1") == "1" and at not in found]
            if fitting and not fresh:
                continue  # told again, or arguable
            count["proposed", one.standing] += 1
            if fresh:
                row = rows[fresh[0]]
                found.add(fresh[0])
                count["right", one.standing] += 1
                count["found", row["standing"]] += 1
                count["dated"] += bool(row["date"])
                count["day right"] += bool(row["date"]) and day_agrees(one, row)
                count["standing right"] += one.standing == row["standing"] or not row["standing"]
        for row in rows:
            if row.get("weight", "1") == "1":
                count["rows", row["standing"]] += 1
                count["denied as confirmed"] += row["form"] == "denied" and any(
                    one.kind in codes(row["kind"])
                    and (one.form, one.standing) == ("act", "confirmed")
                    and (told is None or told(one, row))
                    for one in proposals
                )
    return count


def total(count: Counter, what: str) -> int:
    return sum(value for key, value in count.items() if isinstance(key, tuple) and key[0] == what)


def sentence_pairs(half: str) -> list[tuple[list[Proposal], list[dict[str, str]]]]:
    years = years_of(load_history())
    pairs = []
    for row in table(SENTENCES):
        if row["half"] == half:
            day = date.fromisoformat(row["dateline"])
            pairs.append((propose(row["sentence"], day, years=years), [row] if row["kind"] else []))
    return pairs
