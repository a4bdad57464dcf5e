"""The tables of the account of the sample, counted from the record: `python docs/make_sampling.py`."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from datasheet_rows import Counts, of, told
from make_datasheet import table
from sampling_rows import (
    CHECKED,
    FAMILIES,
    MISSING,
    OUT_OF_SCOPE,
    POWERS,
    REGIONS,
    TAKEN,
    WIDE,
    candidates,
    counted,
    family_of,
    region_of,
)

from forecasting import History, load_history
from forecasting.record.vocabulary import CAUSES, ONGOING, STATES

SAMPLING = Path(__file__).parents[1] / "data" / "SAMPLING.md"
BEGIN = "<!-- computed by docs/make_sampling.py: begin {} -->"
END = "<!-- computed by docs/make_sampling.py: end {} -->"
OWN_LIST = "aad"
SIGNED = ("signed_unratified", "provisional_application")


def by_state(names: Iterable[str], groups: "pd.Series[str]", state: "pd.Series[str]") -> list[list[str]]:
    """A row for each group: its cases, how many ended how, and the share that became formal."""
    rows = []
    for name in [*names, "all"]:
        own = state if name == "all" else state[groups == name]
        if len(own):
            ends = counted(own, STATES)
            rows.append([name, str(len(own)), *(str(ends[one]) for one in STATES), share(ends[CAUSES[0]], len(own))])
    return rows


def share(n: int, whole: int) -> str:
    """A share in percent."""
    return f"{100 * n / whole:.0f} %" if whole else ""


def lists(found: pd.DataFrame, c: Counts) -> str:
    """What the families of lists held, and what was taken."""
    family = found["found_in_list"].map(family_of)
    state = c.state.reindex(found["case_id"]).set_axis(found.index)
    rows = []
    for name in [*FAMILIES, "all"]:
        own = found if name == "all" else found[family == name]
        kept = own[own["decision"] == TAKEN]
        ends = counted(state[kept.index], STATES)
        cells = [own["found_in_list"].nunique(), len(own), len(kept), len(own) - len(kept), *ends.values()]
        rows.append([name, *(str(cell) for cell in cells)])
    return table(["family of lists", "lists", "candidates", "taken", "left", *STATES], rows)


def left(found: pd.DataFrame) -> str:
    """Candidates that were left, each with its reason."""
    rows = found.loc[found["decision"] != TAKEN, ["candidate", "found_in_list", "reason"]]
    return table(["left", "found in", "reason"], rows.to_numpy().tolist())


def cases(found: pd.DataFrame, c: Counts) -> str:
    """The cases taken: in and outside the core, by decade of start, region and type."""
    taken = c.cases.loc[found.loc[found["decision"] == TAKEN, "case_id"]]
    inside = taken[taken.index.isin(c.core)]
    state = c.state[inside.index]
    decade = inside["start_date"].str[:3] + "0s"
    region = pd.Series(
        [region_of(str(i), row["parties"], int(row["n_parties"])) for i, row in inside.iterrows()], inside.index
    )
    signed = inside["type"].isin(SIGNED)
    unsigned = state[~signed]
    formal = [of(int((own == CAUSES[0]).sum()), len(own)) for own in (state, unsigned)]
    head = ["cases", *STATES, "formalized, share"]
    return "\n\n".join(
        (
            f"Of {len(taken)} cases, {len(inside)} are in the core sample: {told(state, STATES)}. Formalized: "
            f"{formal[0]}; without the {int(signed.sum())} texts that were signed already at the start, {formal[1]}. "
            "The tables count the core.",
            table(["decade of start", *head], by_state(sorted(decade.unique()), decade, state)),
            table(["region", *head], by_state([*REGIONS, POWERS, WIDE], region, state)),
            table(["type", *head], by_state(sorted(inside["type"].unique()), inside["type"], state)),
        )
    )


def outside(found: pd.DataFrame, c: Counts) -> str:
    """Cases taken that stand outside the core sample, and why."""
    taken = found.loc[found["decision"] == TAKEN, "case_id"]
    rows = [
        [f"`{case}`", c.cases.loc[case, "start_known_date"], c.state[case] or ONGOING, c.coding.loc[case, "notes"]]
        for case in taken
        if case not in c.core
    ]
    return table(["outside the core", "start known", "state", "note of the coder"], rows)


def one_list(found: pd.DataFrame, c: Counts) -> str:
    """One list held against the record."""
    unknown = sorted({case for own in CHECKED.values() for case in own} - set(c.cases.index))
    if unknown:
        raise ValueError(f"expected cases of the record in CHECKED, got {unknown}")
    held = sum(len(own) for own in CHECKED.values())
    texts, away = held + len(MISSING), sum(OUT_OF_SCOPE.values())
    named = found.loc[found["found_in_list"].str.lower().str.contains(OWN_LIST), "case_id"]
    drawn = int(named.isin(CHECKED["held as a case"]).sum())
    as_ending = len(CHECKED["held as the binding text in which a case ended"])
    rows = [
        ["texts of the list after 1945", str(texts + away)],
        *[[f"out of scope: {reason}", str(n)] for reason, n in OUT_OF_SCOPE.items()],
        ["out of scope", of(away, texts + away)],
        ["in scope", of(texts, texts + away)],
        *[[f"in scope, {how}", of(len(own), texts)] for how, own in CHECKED.items()],
        ["in scope, held", of(held, texts)],
        ["in scope, missing", of(len(MISSING), texts)],
        ["held, without the texts in which a case ended", of(held - as_ending, texts - as_ending)],
        [f"held, without the {drawn} cases that were drawn from this very list", of(held - drawn, texts - drawn)],
    ]
    missing = [[name, str(year)] for name, year in MISSING]
    return f"{table(['what', 'number'], rows)}\n\n{table(['missing from the record', 'year'], missing)}"


def sampling(text: str, history: History) -> str:
    """The account with its tables made again."""
    found, c = candidates(), Counts(history)
    parts = {
        "lists": lists(found, c),
        "left": left(found),
        "cases": cases(found, c),
        "outside": outside(found, c),
        "one list": one_list(found, c),
    }
    for name, made in parts.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, rest = text.split(begin)
        text = f"{before}{begin}\n\n{made}\n\n{end}{rest.split(end)[1]}"
    return text


if __name__ == "__main__":
    SAMPLING.write_text(sampling(SAMPLING.read_text(encoding="utf-8"), load_history()), encoding="utf-8")
