"""Tables of the results of Registration 2 and its fresh test, as lines of Markdown: `python docs/result_rows.py`."""

from pathlib import Path

import pandas as pd

REGISTERED = Path(__file__).parents[1] / "data/evaluation/registration2"
DESIGNS = {
    "cluster": "related cases held out",
    "rolling": "as of each year",
    "rolling_cluster": "both at once",
    "gap": "with gaps",
}
FRESH_RECORD = "0e44663c2b63"
FRESH = {"fresh": "components held out", "fresh_rolling": "and as of each year"}
FRESH_SAMPLES = {
    "fresh": "fresh cases",
    "reserved": "reserved half",
    "reserved and fresh": "reserved half and fresh cases",
}
SAMPLES = {"all": "all", "development": "development half", "reserved": "reserved half"}
CAUSES = ("formalized", "collapsed", "faded")


def figure(row: pd.Series) -> str:
    """A skill with its 95 % interval."""
    if pd.isna(row["skill"]):
        return "too few"
    return f"{row['skill']:.3f} [{row['lower95']:.3f}, {row['upper95']:.3f}]"


def skill_lines(skill: pd.DataFrame) -> list[str]:
    """The table of skill, a column a design."""
    rows = [(f"formalized, {words}", {"sample": sample}) for sample, words in SAMPLES.items()]
    rows += [("formalized, first days", {"weights": "start"})]
    rows += [(f"formalized, within {part} months", {"by": "horizon", "part": part}) for part in ("12", "60", "120")]
    others = {"type_base_rate": "the base rate by type", "recent_base_rate": "the recency-weighted one"}
    rows += [(f"formalized, all, over {words}", {"reference": name}) for name, words in others.items()]
    rows += [("formalized, without the pool", {"model": "ladder_model"})]
    rows += [("formalized, Registration 1's model", {"model": "primary"})]
    rows += [(f"four states, {words}", {"sample": sample, "score": "states"}) for sample, words in SAMPLES.items()]
    rows += [("four states, Registration 1's model", {"model": "primary", "score": "states"})]
    rows += [
        (f"{cause}, {words}", {"sample": sample, "score": cause})
        for cause in CAUSES[1:]
        for sample, words in SAMPLES.items()
    ]
    lines = [
        "| skill over the base rate, 95 % | " + " | ".join(DESIGNS.values()) + " |",
        "|---" * (1 + len(DESIGNS)) + "|",
    ]
    for words, asked in rows:
        wanted = {"sample": "all", "weights": "forecast", "model": "ladder", "reference": "base_rate",
                  "score": "formalized", "by": "all", "part": "all"} | asked  # fmt: skip
        cells = []
        for design in DESIGNS:
            found = skill[skill["design"] == design]
            for column, value in wanted.items():
                found = found[found[column] == value]
            cells.append(figure(found.iloc[0]) if len(found) else "")
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    sizes = skill.query("sample == 'all' and weights == 'forecast' and model == 'ladder' and reference == 'base_rate' "
                        "and score == 'formalized' and by == 'all'").set_index("design")  # fmt: skip
    for words, columns in (
        ("forecasts; cases; components", ("n", "n_cases", "n_groups")),
        ("cases formalized", ("n_endings",)),
    ):
        cells = [
            "; ".join(f"{sizes.loc[design, column]:,}" for column in columns) if design in sizes.index else ""
            for design in DESIGNS
        ]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return lines


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


def fresh_lines(skill: pd.DataFrame) -> list[str]:
    """The table of the fresh test's skill, a column a design."""
    rows = [
        (f"{words}, {sample_words}", {"sample": sample, "score": score})
        for score, words in (("formalized", "formalized"), ("states", "four states"))
        for sample, sample_words in FRESH_SAMPLES.items()
    ]
    rows += [(f"{cause}, fresh cases", {"score": cause}) for cause in CAUSES[1:]]
    rows += [("formalized, fresh cases, first days", {"weights": "start"})]
    others = {"type_base_rate": "the base rate by type", "recent_base_rate": "the recency-weighted one"}
    rows += [(f"formalized, fresh cases, over {words}", {"reference": name}) for name, words in others.items()]
    rows += [("formalized, fresh cases, without the pool", {"model": "ladder_model"})]
    first = "Registration 1's model"
    rows += [(f"formalized, fresh cases, {first}", {"model": "primary"})]
    rows += [(f"four states, fresh cases, {first}", {"model": "primary", "score": "states"})]
    periods = skill.loc[(skill["by"] == "period") & (skill["design"] == "fresh"), "part"].drop_duplicates()
    rows += [(f"formalized, fresh cases, forecast {part}", {"by": "period", "part": part}) for part in periods]
    lines = ["| skill over the base rate, 95 % | " + " | ".join(FRESH.values()) + " |", "|---" * (1 + len(FRESH)) + "|"]
    for words, asked in rows:
        wanted = {"sample": "fresh", "weights": "forecast", "model": "ladder", "reference": "base_rate",
                  "score": "formalized", "by": "all", "part": "all"} | asked  # fmt: skip
        cells = []
        for design in FRESH:
            found = skill[skill["design"] == design]
            for column, value in wanted.items():
                found = found[found[column] == value]
            cells.append(figure(found.iloc[0]) if len(found) else "")
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    sizes = skill.query(
        "sample == 'fresh' and weights == 'forecast' and model == 'ladder' and "
        "reference == 'base_rate' and score == 'formalized' and by == 'all'"
    )
    sizes = sizes.set_index("design")
    for words, columns in (
        ("forecasts; cases; components", ("n", "n_cases", "n_groups")),
        ("cases formalized", ("n_endings",)),
    ):
        cells = ["; ".join(f"{sizes.loc[design, column]:,}" for column in columns) for design in FRESH]
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


def result_rows(folder: Path = REGISTERED) -> list[str]:
    """Every line of the tables, a blank line between them: the registered designs, then the fresh test."""
    read = {
        name: pd.read_csv(folder / f"{name}.csv", dtype={"part": str, "record": str})
        for name in ("skill", "slope", "lines", "periods")
    }
    fresh = {name: table[table["record"] == FRESH_RECORD] for name, table in read.items()}
    tables = [
        skill_lines(read["skill"]),
        slope_lines(read["slope"], DESIGNS, SAMPLES),
        bound_lines(read["lines"]),
        period_lines(read["periods"], "cluster"),
        fresh_lines(fresh["skill"]),
        slope_lines(fresh["slope"], FRESH, FRESH_SAMPLES),
        period_lines(fresh["periods"], "fresh"),
    ]
    return [line for table in tables for line in [*table, ""]]


if __name__ == "__main__":
    print("\n".join(result_rows()))
