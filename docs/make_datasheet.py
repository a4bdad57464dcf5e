"""The numbers of the datasheet, computed from the shipped record: `python docs/make_datasheet.py`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from datasheet_rows import WORDS, Counts, of, recoded, rows_of
from sampling_rows import fresh_cases

from forecasting import History, load_history
from forecasting.record.agreement import coder_agreement
from forecasting.record.ladder_agreement import (
    Estimate,
    LevelAgreement,
    coded_twice,
    first_days,
    hindsight,
    judged_from_lines,
    level_agreement,
)
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import AUDIT_KINDS, AUDIT_VERDICTS, CAUSES, LADDERS
from forecasting.store.package_data import shipped

DATASHEET = Path(__file__).parents[1] / "data" / "DATASHEET.md"
BEGIN = "<!-- computed by docs/make_datasheet.py: begin -->"
END = "<!-- computed by docs/make_datasheet.py: end -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def figure(found: Estimate) -> str:
    """An estimate with both of its intervals."""
    if found.value is None or found.interval_80 is None or found.interval_95 is None:
        return "" if found.value is None else f"{found.value:.2f}"
    bounds = [", ".join(f"{bound:.2f}" for bound in own) for own in (found.interval_80, found.interval_95)]
    return f"{found.value:.2f} [{bounds[0]}] [{bounds[1]}]"


def agreed(found: LevelAgreement) -> list[str]:
    """Cells of an agreement: size, alpha, and the shares equal and within one level."""
    shares = [f"{100 * one.value:.1f} %" if one.value is not None else "" for one in (found.equal, found.within_one)]
    return [str(found.cases), str(found.n), figure(found.alpha), *shares]


def agreement_of_ladders(history: History) -> str:
    """The ladders coded again, and judged from lines alone."""
    rows, fresh = [], fresh_cases()
    for ladder in LADDERS:
        pairs = coded_twice(history, ladder)
        joined = pairs["case_id"].isin(fresh)
        compared = {
            "a second coding, landmarks": pairs[~joined],
            "a second coding, first days": first_days(pairs[~joined]),
            "fresh cases, a second coding, landmarks": pairs[joined],
            "fresh cases, a second coding, first days": first_days(pairs[joined]),
            "the lines alone": judged_from_lines(history, ladder),
        }
        rows += [[WORDS[ladder], how, *agreed(level_agreement(own))] for how, own in compared.items()]
    return table(["ladder", "compared with", "cases", "days", "alpha", "equal", "within one level"], rows)


def hindsight_of_ladders(history: History) -> str:
    """How much higher the record stands than what its lines tell."""
    split = pd.read_csv(shipped("data") / EVALUATION / "split.csv")
    development = set(split.loc[split["half"] == "pilot", "case_id"])
    names = {"all": "all cases", CAUSES[0]: "development half, formalized", "others": "development half, the others"}
    rows = [
        [WORDS[ladder], names[part], str(found.cases), str(found.n), figure(found.difference)]
        for ladder in LADDERS
        for part, found in hindsight(judged_from_lines(history, ladder), history, development).items()
    ]
    return table(["ladder", "landmarks of", "cases", "days", "record higher by"], rows)


def audits(c: Counts) -> str:
    """The second audit beside the first."""
    first, second = c.tables["audit"]["verdict"], c.tables["second_audit"]
    columns = {"first audit": first, "second audit": second["verdict"]} | {
        f"its {kind.replace('_', ' ')}s": second.loc[second["kind"] == kind, "verdict"] for kind in AUDIT_KINDS
    }
    rows = [
        [verdict, *(of(int((own == verdict).sum()), len(own)) for own in columns.values())]
        for verdict in AUDIT_VERDICTS
    ]
    return table(["verdict", *columns], rows)


def agreement_of_coders(c: Counts) -> str:
    """Agreement of the second coders on columns: the former cases and the fresh ones side by side."""
    former, joined = (
        coder_agreement(recoded(c.record, fresh))
        .set_index("field")
        .sort_values("alpha", ascending=False, kind="stable")
        for fresh in (False, True)
    )
    rows = [
        [f"`{field}`", *(cell for found in (former, joined) for cell in agreement(found.loc[field]))]
        for field in former.index
    ]
    counts = [f"{found['n'].max()} {name}" for found, name in ((former, "former cases"), (joined, "fresh cases"))]
    return table(["column", *(f"{name}, {what}" for name in counts for what in ("alpha", "same value"))], rows)


def agreement(row: pd.Series) -> tuple[str, str]:
    """Alpha of a column, none where all values are the same, and the share with the same value."""
    return "none" if pd.isna(row["alpha"]) else f"{row['alpha']:.2f}", f"{100 * row['same']:.0f} %"


def numbers(history: History) -> str:
    """The computed part of the datasheet, in Markdown."""
    c = Counts(history)
    return "\n\n".join(
        (
            table(["what", "number"], rows_of(c)),
            "Agreement of a second coder with the present record (Krippendorff's alpha, nominal; a rare value makes "
            "alpha low though most cells agree), for the cases of the second edition and for the fresh ones apart, as "
            'they were coded by other hands. It is an **upper bound**, see "Collection process":',
            agreement_of_coders(c),
            "The ladders: levels of the record against a second coding of 60 cases of the second edition and of 40 "
            "fresh ones, at landmarks (the day a case became known and each anniversary, at most 20 years) and on "
            "first days alone, and against levels judged at 150 landmarks from nothing but the record's lines up to "
            "that day. Alpha is Krippendorff's with the "
            "interval metric; brackets are 80 % and 95 % intervals from 1,000 draws of cases. An **upper bound** "
            "again:",
            agreement_of_ladders(history),
            "Hindsight: mean level by the record, as known on the day, minus mean level from the lines alone. What "
            "came later is looked at for the development half only (`evaluation/split.csv`):",
            hindsight_of_ladders(history),
            "The audit of 40 ended core cases of the first edition, and that of 60 facts of the second, drawn at "
            "random:",
            audits(c),
        )
    )


def datasheet(text: str, history: History) -> str:
    """The datasheet with its computed part made again."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{numbers(history)}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    DATASHEET.write_text(datasheet(DATASHEET.read_text(encoding="utf-8"), load_history()), encoding="utf-8")
