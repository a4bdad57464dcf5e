"""Nearest precedents: ended arrangements most alike at the start, with their outcomes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.vocabulary import TARGETS

LIKENESS = {
    "type": "same form",
    "domain": "same domain",
    "limit_object": "same object of limits",
    "matched": "matched alike",
    "verification": "same verification",
    "adversarial": "rivalry alike",
    "armed_conflict": "war alike",
    "leader_endorsed": "endorsement alike",
    "third_party_objection": "third-party condition alike",
    "background_treaty": "same background treaty",
}
TOLD = ("case_id", "name", "start_date", "summary", "cause", "end_date", "instrument")


@dataclass(frozen=True)
class Precedent:
    """An ended arrangement and its likeness to a case: `likeness` in [0, 1] and what the two shared."""

    case_id: str
    name: str
    start_date: date
    summary: str
    likeness: float
    shared: tuple[str, ...]
    cause: str
    end_date: date
    months: int
    instrument: str


def nearest_precedents(history: History, view: Dossier, n: int = 6, target: str = TARGETS[0]) -> list[Precedent]:
    """The `n` most similar prospectively sampled core cases whose end was known; most similar first.

    Likeness is Gower's coefficient (1971, Biometrics 27:857-871): the mean over ten facts of the start, each alike
    (1), unlike (0) or in between for a probability, and the share of parties in common (Jaccard; a
    state counts as its successor). It is context; no
    forecast is made from it.
    """
    coding = history.coding
    forward = coding.loc[(coding["in_core"] == 1) & (coding["sampled_via"] == "forward"), "case_id"]
    outcomes = history.outcomes
    ended = outcomes[(outcomes["target"] == target) & (outcomes["cause"] != "")]
    rows = history.cases.merge(ended, on="case_id")
    rows = rows[rows["case_id"].isin(forward) & (rows["case_id"] != view.case_id)].reset_index(drop=True)
    agreement = pd.DataFrame({name: _agreement(rows[name], view.start[name]) for name in LIKENESS})
    heirs = history.parties.set_index("code")["successor"]
    ours = _heirs(view.parties, heirs)
    parties = rows["parties"].map(lambda cell: _overlap(_heirs(cell.split(";"), heirs), ours))
    likeness = (agreement.sum(axis=1) + parties) / (len(LIKENESS) + 1)
    ranked = rows[list(TOLD)].assign(likeness=likeness)
    ranked = ranked.sort_values(["likeness", "start_date"], ascending=[False, False]).head(n)
    return [
        Precedent(
            case_id=str(row["case_id"]),
            name=str(row["name"]),
            start_date=row["start_date"].date(),
            summary=str(row["summary"]),
            likeness=float(row["likeness"]),
            shared=_shared(agreement.loc[line], float(parties[line])),
            cause=str(row["cause"]),
            end_date=row["end_date"].date(),
            months=int((row["end_date"] - row["start_date"]).days // 30.4375),
            instrument=str(row["instrument"]),
        )
        for line, row in ranked.iterrows()
    ]


def _agreement(column: "pd.Series", value: str | float | None) -> "pd.Series":
    if isinstance(value, float):
        return 1.0 - (column - value).abs()
    return (column == value).astype("float64")


def _heirs(codes: Iterable[str], heirs: "pd.Series[str]") -> set[str]:
    """The codes, each replaced by the state that took its place."""
    return {heirs[code] or code for code in codes}


def _overlap(ours: set[str], theirs: set[str]) -> float:
    return len(ours & theirs) / len(ours | theirs)


def _shared(agreement: "pd.Series", parties: float) -> tuple[str, ...]:
    alike = [words for name, words in LIKENESS.items() if agreement[name] == 1.0]
    if parties > 0:
        alike.insert(0, "same parties" if parties == 1.0 else "parties in common")
    return tuple(alike)
