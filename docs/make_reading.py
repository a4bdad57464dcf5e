"""The tables of `docs/reading.md`, made from `data/evaluation/reading.csv`.

python docs/make_reading.py
"""

import csv
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reading.md"
COUNTS = ROOT / "data" / "evaluation" / "reading.csv"
SETS = {
    "sentences": "made-up sentences",
    "plover": "PLOVER gold standard sentences",
    "press1": "ten press texts",
    "press2": "eight press texts",
    "press3": "seven press texts",
    "press4": "six press texts",
    "press5": "six press texts, the last set",
}
START, END = "<!-- counts -->", "<!-- end of counts -->"


def share(part: str, whole: str) -> str:
    """A share with its numbers."""
    return f"{int(part) / int(whole):.2f} ({part} of {whole})" if int(whole) else "-"


def tables() -> str:
    """Both tables as Markdown: every set in whole, and those of a first count by standing."""
    with COUNTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = ["| set | count | precision | recall | day right | standing right | denied, proposed as confirmed |"]
    lines.append("|---" * 7 + "|")
    for row in rows:
        if row["standing"] == "all":
            exact = ["", ""]
            if row["dated"]:
                exact = [share(row["day_right"], row["dated"]), share(row["standing_right"], row["right"])]
            cells = [SETS[row["set"]], row["use"], *shares(row), *exact, row["denied_as_confirmed"]]
            lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "By standing, where a set was counted for the first time or held out:", ""]
    lines += [
        "| set | standing | precision, of what is proposed so | recall, of what is coded so |",
        "|---|---|---|---|",
    ]
    for row in rows:
        if row["standing"] != "all" and row["use"] in ("first count", "held out"):
            lines.append(f"| {' | '.join([SETS[row['set']], row['standing'], *shares(row)])} |")
    return "\n".join(lines)


def shares(row: dict[str, str]) -> list[str]:
    """Precision and recall of a row."""
    return [share(row["right"], row["proposed"]), share(row["found"], row["coded"])]


def page(text: str) -> str:
    """The page with its tables made anew."""
    before, rest = text.split(START)
    return f"{before}{START}\n{tables()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
