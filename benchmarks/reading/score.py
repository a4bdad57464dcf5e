"""Proposals beside a coder's rows: which are right, which rows were found."""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from forecasting import load_history  # noqa: E402
from forecasting.reading import Proposal, propose  # noqa: E402
from forecasting.reading.reader import years_of  # noqa: E402

SENTENCES = ROOT / "tests" / "reading" / "sentences.csv"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(cell: str) -> set[str]:
    return set(cell.split(";")) - {""}


def form_agrees(proposed: str, coded: str) -> bool:
    done = ("act", "hedged")
    return proposed == coded or (proposed in done and coded in done)


def matches(one: Proposal, row: Mapping[str, str]) -> bool:
    kinds = codes(row["kind"]) | codes(row.get("also", ""))
    actors = codes(row["actor"])
    who = not actors or bool(actors & set(one.actor)) or (actors == {"MULTI"} and not one.actor)
    return (
        (one.kind in kinds or (one.kind == "calendar" and row["form"] == "calendar"))
        and who
        and form_agrees(one.form, row["form"])
    )


def day_agrees(one: Proposal, row: Mapping[str, str]) -> bool:
    if not row["date"]:
        return True
    if one.day is None:
        return False
    coded, within = date.fromisoformat(row["date"]), int(row.get("within_days") or 0)
    if row["precision"] == "year":
        return one.day.year == coded.year or abs((one.day - coded).days) <= within
    if row["precision"] == "month":
        return (one.day.year, one.day.month) == (coded.year, coded.month)
    return abs((one.day - coded).days) <= within


def tallied(pairs: Iterable[tuple[list[Proposal], list[dict[str, str]]]], told=None) -> Counter:
    """Counts over texts: proposals that count, right ones, rows, found ones, days and standings right; by standing too."""
    count: Counter = Counter()
    for proposals, rows in pairs:
        found: set[int] = set()
        for one in proposals:
            fitting = [at for at, row in enumerate(rows) if matches(one, row) and (told is None or told(one, row))]
            counted = [at for at in fitting if rows[at].get("weight", "1") == "1"]
            fresh = [at for at in counted if at not in found]
            if not fresh and fitting:
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
                count["form right"] += one.form == row["form"]
            elif told is None or one.form != "denied":
                count["wrong form"] += any(one.kind in codes(row["kind"]) for row in rows)
        for at, row in enumerate(rows):
            if row.get("weight", "1") == "1":
                count["rows", row["standing"]] += 1
                count["denied as act"] += row["form"] == "denied" and any(
                    one.kind in codes(row["kind"]) and one.form == "act" and one.standing == "confirmed"
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


if __name__ == "__main__":
    half = sys.argv[1]
    pairs = sentence_pairs(half)
    rows = [row for row in table(SENTENCES) if row["half"] == half]
    count = tallied(pairs)
    print(
        "precision",
        total(count, "right"),
        "/",
        total(count, "proposed"),
        "recall",
        total(count, "found"),
        "/",
        total(count, "rows"),
        dict(count),
    )
    if half == "develop":
        for (proposals, gold), row in zip(pairs, rows, strict=True):
            good = len(proposals) == len(gold) and all(
                matches(one, g) and day_agrees(one, g) and one.standing == (g["standing"] or one.standing)
                for one, g in zip(proposals, gold)
            )
            if not good:
                print(
                    row["sentence_id"],
                    row["sentence"][:110],
                    "\n    WANT",
                    row["kind"],
                    row["actor"],
                    row["date"],
                    row["standing"],
                    row["form"],
                )
                for one in proposals:
                    print("    GOT ", one.kind, one.actor, one.target, one.day, one.standing, one.form, one.rule)
