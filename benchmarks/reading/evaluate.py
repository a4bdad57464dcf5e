"""Precision and recall of the reader on every set, written to `data/evaluation/reading.csv`.

python benchmarks/reading/evaluate.py --texts FOLDER --plover FILE

FOLDER has a folder for each set of press texts (`press1` and so on) with the texts as TEXT_ID.txt, whose SHA-256 stand
in `press1_texts.csv`; FILE is PLOVER's gold standard records. What is not given keeps the rows it has. The first count
of a set of press texts is never written over: a later one stands beside it as counted again, and the first set is
counted once only.
"""

import argparse
import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from score import HERE, ROOT, load_history, propose, sentence_pairs, table, tallied, total, years_of

from forecasting.reading import Proposal
from forecasting.reading.sentences import sentences_of

TABLES = [ROOT / "forecasting" / "reading" / f"{name}.csv" for name in ("rules", "words", "cues", "actors")]
FIRST, AGAIN = "first count", "counted again, after the rules were developed on it"
ONCE = "press1"
OUT = ROOT / "data" / "evaluation" / "reading.csv"
COLUMNS = "set,use,rules,standing,proposed,right,precision,coded,found,recall,dated,day_right,standing_right,"
COLUMNS += "denied_as_confirmed"
STANDINGS = ("all", "confirmed", "reported", "disputed")
PLOVER_DAY = date(2000, 1, 1)  # the records' own day
PLOVER_WORDS = {"DEMAND": {"REQUEST"}, "DISAPPROVE": {"ACCUSE"}, "FIGHT": {"ASSAULT"}}
PLOVER_COVERED = (
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "REJECT", "RETREAT", "SANCTION", "MOBILIZE", "ASSAULT", "DEMAND",
    "DISAPPROVE", "FIGHT",
)  # fmt: skip


def press_count(folder: Path, name: str) -> Counter:
    history = load_history()
    years, cases = years_of(history), history.cases.set_index("case_id")
    acts = table(HERE / f"{name}_acts.csv")
    count: Counter = Counter()
    for text in table(HERE / f"{name}_texts.csv"):
        content = (folder / f"{text['text_id']}.txt").read_bytes()
        if hashlib.sha256(content).hexdigest() != text["sha256"]:
            raise SystemExit(f"{text['text_id']}: expected the text that was coded, got another")
        words = content.decode()
        parties = [code for code in cases["parties"].get(text["case_id"], "").split(";") if code not in ("", "MULTI")]
        sentences = sentences_of(words)

        def tells(one: Proposal, row: Mapping[str, str], sentences: list[str] = sentences) -> bool:
            own = [sentences[number - 1] for number in (one.number, *one.also)]
            return any(opening in sentence for opening in row["sentences"].split("|") for sentence in own)

        day = date.fromisoformat(text["published"])
        found = propose(words, day, text["case_id"], parties if len(parties) < 4 else (), years)
        count += tallied([(found, [row for row in acts if row["text_id"] == text["text_id"]])], tells)
    return count


def plover_count(path: Path, odd: bool) -> Counter:
    records = [row for row in json.loads(path.read_text()) if row["event"] != "DOCUMENT" and "text" in row]
    count: Counter = Counter()
    for at, row in enumerate(records):
        if bool(at % 2) != odd:
            continue
        wanted = PLOVER_WORDS.get(row["event"], {row["event"]})
        got = {one.plover for one in propose(row["text"].strip(), PLOVER_DAY)}
        count["proposed", "all"] += len(got)
        count["right", "all"] += bool(wanted & got)
        if row["event"] in PLOVER_COVERED:
            count["rows", "all"] += 1
            count["found", "all"] += bool(wanted & got)
    return count


def rules_hash() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in TABLES)).hexdigest()[:8]


def rows_of(name: str, use: str, count: Counter) -> list[dict[str, object]]:
    rows = []
    for standing in STANDINGS:
        whole = standing == "all"
        proposed, right, coded, found = (
            total(count, what) if whole else count[what, standing] for what in ("proposed", "right", "rows", "found")
        )
        if not proposed and not coded:
            continue
        row = {"set": name, "use": use, "rules": rules_hash(), "standing": standing}
        row |= {"proposed": proposed, "right": right, "precision": f"{right / proposed:.3f}" if proposed else ""}
        row |= {"coded": coded, "found": found, "recall": f"{found / coded:.3f}" if coded else ""}
        for column in ("dated", "day right", "standing right", "denied as confirmed"):
            row[column.replace(" ", "_")] = count[column] if whole and name != "plover" else ""
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--plover", type=Path)
    given = parser.parse_args()
    before = table(OUT) if OUT.exists() else []
    counted = {row["set"] for row in before if row["use"] == FIRST}
    rows = rows_of("sentences", "developed on", tallied(sentence_pairs("develop")))
    rows += rows_of("sentences", "held out", tallied(sentence_pairs("held_out")))
    if given.plover:
        rows += rows_of("plover", "developed on", plover_count(given.plover, odd=False))
        rows += rows_of("plover", "held out", plover_count(given.plover, odd=True))
    for folder in sorted(given.texts.iterdir()) if given.texts else ():
        if folder.name not in counted or folder.name != ONCE:
            rows += rows_of(folder.name, AGAIN if folder.name in counted else FIRST, press_count(folder, folder.name))
    made = {(row["set"], row["use"]) for row in rows}
    rows += [row for row in before if (row["set"], row["use"]) not in made]
    order = {name: at for at, name in enumerate(("sentences", "plover"))}
    rows.sort(key=lambda row: (order.get(str(row["set"]), 9), str(row["set"]), row["use"] != FIRST, str(row["use"])))
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS.split(","), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(*row.values(), sep="  ")


if __name__ == "__main__":
    main()
