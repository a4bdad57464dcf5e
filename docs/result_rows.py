"""Tables of the results of Registration 2 and its fresh test, as lines of Markdown: `python docs/result_rows.py`."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

EVALUATION = Path(__file__).parents[1] / "data/evaluation"
REGISTERED, COMPLETED = EVALUATION / "registration2", EVALUATION / "completed"
Rows = list[tuple[str, dict[str, str]]]
DESIGNS = {
    "cluster": "related cases held out",
    "rolling": "as of each year",
    "rolling_cluster": "both at once",
    "gap": "with gaps",
}
FRESH = {"fresh": "components held out", "fresh_rolling": "and as of each year"}
FRESH_SAMPLES = {
    "fresh": "fresh cases",
    "reserved": "reserved half",
    "reserved and fresh": "reserved half and fresh cases",
}
SAMPLES = {"all": "all", "development": "development half", "reserved": "reserved half"}
CAUSES = ("formalized", "collapsed", "faded")
RATES = {"type_base_rate": "the base rate by type", "recent_base_rate": "the recency-weighted one"}
PRIMARY = {
    "weights": "forecast",
    "model": "ladder",
    "reference": "base_rate",
    "score": "formalized",
    "by": "all",
    "part": "all",
}


def figure(row: pd.Series) -> str:
    """A skill with its 95 % interval."""
    if pd.isna(row["skill"]):
        return "too few"
    return f"{row['skill']:.3f} [{row['lower95']:.3f}, {row['upper95']:.3f}]"


def skill_lines(skill: pd.DataFrame) -> list[str]:
    """The table of skill of the registered designs."""
    rows: Rows = [(f"formalized, {words}", {"sample": sample}) for sample, words in SAMPLES.items()]
    rows += [("formalized, first days", {"weights": "start"})]
    rows += [(f"formalized, within {part} months", {"by": "horizon", "part": part}) for part in ("12", "60", "120")]
    rows += [(f"formalized, all, over {words}", {"reference": name}) for name, words in RATES.items()]
    rows += [("formalized, without the pool", {"model": "ladder_model"})]
    rows += [("formalized, Registration 1's model", {"model": "primary"})]
    rows += [(f"four states, {words}", {"sample": sample, "score": "states"}) for sample, words in SAMPLES.items()]
    rows += [("four states, Registration 1's model", {"model": "primary", "score": "states"})]
    rows += [
        (f"{cause}, {words}", {"sample": sample, "score": cause})
        for cause in CAUSES[1:]
        for sample, words in SAMPLES.items()
    ]
    return [*by_design(skill, DESIGNS, rows, "all"), *sizes(skill, DESIGNS, "all")]


def fresh_lines(skill: pd.DataFrame) -> list[str]:
    """The table of skill of the fresh test."""
    rows: Rows = [
        (f"{words}, {sample_words}", {"sample": sample, "score": score})
        for score, words in (("formalized", "formalized"), ("states", "four states"))
        for sample, sample_words in FRESH_SAMPLES.items()
    ]
    rows += [(f"{cause}, fresh cases", {"score": cause}) for cause in CAUSES[1:]]
    rows += [("formalized, fresh cases, first days", {"weights": "start"})]
    rows += [(f"formalized, fresh cases, over {words}", {"reference": name}) for name, words in RATES.items()]
    rows += [("formalized, fresh cases, without the pool", {"model": "ladder_model"})]
    rows += [("formalized, fresh cases, Registration 1's model", {"model": "primary"})]
    rows += [("four states, fresh cases, Registration 1's model", {"model": "primary", "score": "states"})]
    periods = skill.loc[(skill["by"] == "period") & (skill["design"] == "fresh"), "part"].drop_duplicates()
    rows += [(f"formalized, fresh cases, forecast {part}", {"by": "period", "part": part}) for part in periods]
    return [*by_design(skill, FRESH, rows, "fresh"), *sizes(skill, FRESH, "fresh")]


def completion_lines(tested: pd.DataFrame, completed: pd.DataFrame) -> list[str]:
    """What the completion of the fresh cases after their test was worth, and the whole record after it."""
    rows = (
        ("as coded forward, never learned from (the test)", tested, "fresh"),
        ("as completed, never learned from", completed, "fresh"),
        ("as completed, other fresh cases learned from (`cluster`)", completed, "cluster"),
    )
    lines = ["| skill on formalization, 95 % | fresh cases |", "|---|---|"]
    lines += [f"| {words} | {cell(skill, design, {'sample': 'fresh'})} |" for words, skill, design in rows]
    whole = by_design(completed, DESIGNS, [("formalized, 490 cases", {})], "all")
    return [*lines, "", *whole]


def by_design(skill: pd.DataFrame, designs: Mapping[str, str], rows: Rows, sample: str) -> list[str]:
    """A table of skill: a row for each words and what differs from the primary figure, a column a design."""
    lines = [
        "| skill over the base rate, 95 % | " + " | ".join(designs.values()) + " |",
        "|---" * (1 + len(designs)) + "|",
    ]
    for words, asked in rows:
        cells = (cell(skill, design, {"sample": sample} | asked) for design in designs)
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return lines


def sizes(skill: pd.DataFrame, designs: Mapping[str, str], sample: str) -> list[str]:
    """The last rows of a table of skill: how many forecasts, cases, components and endings the primary figure has."""
    lines = []
    for words, columns in (
        ("forecasts; cases; components", ("n", "n_cases", "n_groups")),
        ("cases formalized", ("n_endings",)),
    ):
        found = (row_of(skill, design, {"sample": sample}) for design in designs)
        cells = ("" if row is None else "; ".join(f"{row[column]:,}" for column in columns) for row in found)
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return lines


def cell(skill: pd.DataFrame, design: str, asked: Mapping[str, str]) -> str:
    """A skill of a design; empty where it was not measured."""
    row = row_of(skill, design, asked)
    return "" if row is None else figure(row)


def row_of(skill: pd.DataFrame, design: str, asked: Mapping[str, str]) -> pd.Series | None:
    """The one row of a design that is the primary figure but for what is asked otherwise."""
    found = skill[skill["design"] == design]
    for column, value in (PRIMARY | dict(asked)).items():
        found = found[found[column] == value]
    return found.squeeze(axis=0) if len(found) else None


def slope_lines(slope: pd.DataFrame, designs: dict[str, str], samples: dict[str, str]) -> list[str]:
    """A table of slopes of formalization, a column a design."""
    lines = ["| slope, formalized, 95 % | " + " | ".join(designs.values()) + " |", "|---" * (1 + len(designs)) + "|"]
    for sample, words in samples.items():
        found = slope[(slope["sample"] == sample) & (slope["cause"] == "formalized")].set_index("design")
        cells = [
            f"{found.loc[d, 'slope']:.2f} [{found.loc[d, 'lower95']:.2f}, {found.loc[d, 'upper95']:.2f}]"
            if d in found.index
            else ""
            for d in designs
        ]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return lines


def bound_lines(lines: pd.DataFrame) -> list[str]:
    """The table of the registered lines, without the sensitivities' twelve months."""
    found = [
        "| formalized, `cluster`, 95 % | all | within 12 months | development half | reserved half |",
        "|---|---|---|---|---|",
    ]
    for name, rows in lines.groupby("line", sort=False):
        cells = []
        for sample, part in (("all", "all"), ("all", "12"), ("development", "all"), ("reserved", "all")):
            own = rows[(rows["sample"] == sample) & (rows["part"] == part)]
            cells.append(figure(own.iloc[0]) if len(own) else "")
        found.append(f"| {name} | " + " | ".join(cells) + " |")
    return found


def period_lines(periods: pd.DataFrame, design: str) -> list[str]:
    """What was forecast and what came within 60 months, by period, in percent."""
    head = f"within 60 months, `{design}`, by period of the forecast"
    lines = [
        f"| {head} | cases | formalized: forecast / base rate / came, % | collapsed | faded |",
        "|---|---|---|---|---|",
    ]
    own = periods[(periods["design"] == design) & (periods["horizon"] == 60)]
    for period, rows in own.groupby("period", sort=False):
        by = rows.set_index("cause")
        cells = [
            " / ".join(f"{100 * by.loc[cause, name]:.1f}" for name in ("mean_forecast", "mean_reference", "observed"))
            for cause in CAUSES
        ]
        lines.append(f"| {period} | {int(by.loc['formalized', 'n_cases'])} | " + " | ".join(cells) + " |")
    return lines


def result_rows() -> list[str]:
    """Every line of the tables, a blank line between them: the registered designs, then the fresh test."""
    read = {name: results(REGISTERED / f"{name}.csv") for name in ("skill", "slope", "lines", "periods")}
    tables = [
        skill_lines(read["skill"]),
        slope_lines(read["slope"], DESIGNS, SAMPLES),
        bound_lines(read["lines"]),
        period_lines(read["periods"], "cluster"),
        fresh_lines(read["skill"]),
        slope_lines(read["slope"], FRESH, FRESH_SAMPLES),
        period_lines(read["periods"], "fresh"),
        completion_lines(read["skill"], results(COMPLETED / "skill.csv")),
    ]
    return [line for table in tables for line in [*table, ""]]


def results(path: Path) -> pd.DataFrame:
    """A table of results."""
    return pd.read_csv(path, dtype={"part": str, "record": str})


if __name__ == "__main__":
    print("\n".join(result_rows()))
