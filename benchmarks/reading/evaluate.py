"""Precision and recall of the reader on every set, written to `data/evaluation/reading.csv`.

python benchmarks/reading/evaluate.py --press FOLDER --fresh FOLDER --last FOLDER --final FOLDER --plover FILE

FOLDER holds the press texts as TEXT_ID.txt, whose SHA-256 stand in `press_texts.csv`, `fresh_texts.csv`, `last_texts.csv` and `final_texts.csv`; FILE is PLOVER's
gold standard records. A set whose texts are not given keeps the rows it has.
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

OUT = ROOT / "data" / "evaluation" / "reading.csv"
COLUMNS = "set,use,standing,proposed,right,precision,coded,found,recall,dated,day_right,standing_right,denied_as_confirmed"
STANDINGS = ("all", "confirmed", "reported", "disputed")
PLOVER_DAY = date(2000, 1, 1)  # the records' own day
PLOVER_WORDS = {"DEMAND": {"REQUEST"}, "DISAPPROVE": {"ACCUSE"}, "FIGHT": {"ASSAULT"}}
PLOVER_COVERED = (
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "REJECT", "RETREAT", "SANCTION", "MOBILIZE", "ASSAULT", "DEMAND", "DISAPPROVE",
    "FIGHT",
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


def rows_of(name: str, use: str, count: Counter) -> list[dict[str, object]]:
    rows = []
    for standing in STANDINGS:
        whole = standing == "all"
        proposed, right, coded, found = (
            total(count, what) if whole else count[what, standing] for what in ("proposed", "right", "rows", "found")
        )
        if not proposed and not coded:
            continue
        rows.append(
            {
                "set": name, "use": use, "standing": standing, "proposed": proposed, "right": right,
                "precision": f"{right / proposed:.3f}" if proposed else "", "coded": coded, "found": found,
                "recall": f"{found / coded:.3f}" if coded else "",
                "dated": count["dated"] if whole else "", "day_right": count["day right"] if whole else "",
                "standing_right": count["standing right"] if whole else "",
                "denied_as_confirmed": count["denied as act"] if whole else "",
            }  # fmt: skip
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("press", "fresh", "last", "final", "plover"):
        parser.add_argument(f"--{name}", type=Path)
    given = parser.parse_args()
    done = [("sentences", "developed on", sentence_pairs("develop")), ("sentences", "held out", sentence_pairs("held_out"))]
    rows = [row for name, use, pairs in done for row in rows_of(name, use, tallied(pairs))]
    if given.plover:
        rows += rows_of("plover", "developed on", plover_count(given.plover, odd=False))
        rows += rows_of("plover", "held out", plover_count(given.plover, odd=True))
    for name, folder in (("press", given.press), ("fresh", given.fresh), ("last", given.last), ("final", given.final)):
        if folder:
            rows += rows_of(name, "opened once", press_count(folder, name))
    made = {row["set"] for row in rows}
    kept = [row for row in (table(OUT) if OUT.exists() else []) if row["set"] not in made]
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS.split(","), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *kept])
    for row in [*rows, *kept]:
        print(*row.values(), sep="  ")


if __name__ == "__main__":
    main()
