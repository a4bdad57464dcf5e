"""Nearest precedents: the ended arrangements most similar at the start, with their outcomes."""

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
    """An ended arrangement and its similarity to a case.

    Attributes
    ----------
    case_id, name : str
        Key and name.
    start_date, end_date : date
        First day, and day of the ending.
    summary : str
        What was known at the start.
    likeness : float
        Similarity in [0, 1].
    shared : tuple of str
        Facts that both cases share, in words.
    cause : {"formalized", "collapsed", "faded"}
        The ending.
    months : int
        Completed months from start to ending.
    instrument : str
        Binding text, or empty.
    """

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
    """The prospectively sampled core cases most similar to a case among those whose ending was known.

    The similarity is Gower's coefficient: the mean over ten facts of the start, each equal (1), unequal (0) or in
    between for a probability, and the Jaccard index of the parties (a former state counts as its successor). It serves
    explanation alone; no forecast is made from it.

    Parameters
    ----------
    history : History
        The record as of the day.
    view : Dossier
        The case as known on the day.
    n : int
        Largest number of precedents.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    list of Precedent
        The most similar first; of equally similar ones the latest first.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties. Biometrics 27:857-871.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> found = nearest_precedents(history, history.case("new-start-post-expiry-2026"), n=2)
    >>> found[0].likeness >= found[1].likeness
    True
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
    """The codes, former states replaced by their successors."""
    return {heirs[code] or code for code in codes}


def _overlap(ours: set[str], theirs: set[str]) -> float:
    return len(ours & theirs) / len(ours | theirs)


def _shared(agreement: "pd.Series", parties: float) -> tuple[str, ...]:
    alike = [words for name, words in LIKENESS.items() if agreement[name] == 1.0]
    if parties > 0:
        alike.insert(0, "same parties" if parties == 1.0 else "parties in common")
    return tuple(alike)
