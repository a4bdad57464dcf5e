"""Frequency of abstention and of widened intervals, among open cases and among past forecasts of the track record."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.explain.track_record import read_track_record
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import FittedModels, case_limits, fit_models
from forecasting.forecasts.applicability import KINDS, Applicability, Support, applicability_of
from forecasting.forecasts.training import lines_at, training_set
from forecasting.record.history import History
from forecasting.record.months import DAYS_PER_MONTH
from forecasting.record.panel import Spells, landmarks, spells
from forecasting.record.vocabulary import TARGETS

MODEL = "primary"


@dataclass(frozen=True)
class SupportCount:
    """Number of forecasts of the hazard model by applicability.

    Attributes
    ----------
    of : str
        The forecasts, in words.
    n, abstained, widened : int
        All forecasts, those abstained from and those widened; the rest are within the domain.
    rules : dict of str to int
        Number of forecasts that meet each `applicability.Rule`; one forecast may meet several.

    Examples
    --------
    >>> SupportCount("two cases", n=2, abstained=1, widened=0, rules={"type": 1})
    SupportCount(of='two cases', n=2, abstained=1, widened=0, rules={'type': 1})
    """

    of: str
    n: int
    abstained: int
    widened: int
    rules: dict[str, int]


@dataclass(frozen=True)
class SupportCounts:
    """Applicability over open cases and over past forecasts.

    Attributes
    ----------
    open_cases : SupportCount
        Counts over the open cases.
    past : SupportCount or None
        Counts over the forecasts of the track record; None where there is none.
    missing : str
        Reason why there is no track record, or empty.
    """

    open_cases: SupportCount
    past: SupportCount | None
    missing: str


def support_counts(
    history: History,
    fitted: FittedModels | None = None,
    index: DossierIndex | None = None,
    target: str = TARGETS[0],
) -> SupportCounts:
    """Number of forecasts abstained from or widened, on the history's day and over the track record.

    Parameters
    ----------
    history : History
        The record as of the day.
    fitted : FittedModels, optional
        Models of the day with the hazard model, which bring the target; by default fitted here.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.
    target : {"concluded", "in_force"}
        What counts as formalized, without `fitted`.

    Returns
    -------
    SupportCounts
        Counts over open cases and past forecasts.

    Notes
    -----
    A past forecast is judged by the cases known on its origin, with what was known of them then; only endings that
    became known late are taken as known on their day.
    """
    target = fitted.target if fitted else target
    index = index or history.dossiers(target)
    fitted = fitted or fit_models(history, (MODEL,), target, index=index)
    limits = case_limits(history, history.open_case_ids(target), fitted, index)
    now = _count(f"cases that go on on {history.as_of}", (of[MODEL] for of in limits.values()))
    kept = read_track_record(history, target)
    if kept.lines is None:
        return SupportCounts(now, None, kept.missing)
    asked = kept.lines.drop_duplicates(["case_id", "as_of"])
    found = _past_applicability(history, index, target, asked)
    return SupportCounts(now, _count("past forecasts of the track record", found), "")


def _past_applicability(history: History, index: DossierIndex, target: str, asked: pd.DataFrame) -> list[Applicability]:
    """Applicability to each past forecast, with columns `case_id`, `as_of` and `age_months`."""
    cases = history.cases.set_index("case_id")
    marks = [(case, day.date()) for case, day in zip(asked["case_id"], asked["as_of"], strict=True)]
    asked_values = lines_at(index, history, marks, MODEL_FEATURES)[list(MODEL_FEATURES)].to_numpy(np.float64)
    own = [{"case_id": case, **cases.loc[case, list(KINDS)].astype(str).to_dict()} for case, _ in marks]
    at_risk = _at_risk(spells(history, target), marks, asked["age_months"].to_numpy(np.int64))
    learned, days = _landmarks(history, index, target)
    order = np.argsort(days, kind="stable")
    learned, days = learned.iloc[order], days[order]
    owner = learned["case_id"].tolist()
    types, domains = (cases.loc[owner, kind].astype(str).tolist() for kind in KINDS)
    values = learned[list(MODEL_FEATURES)].to_numpy(np.float64)
    found = []
    for line, (_, day) in enumerate(marks):
        known = slice(int(np.searchsorted(days, np.datetime64(day), side="right")))
        case_ids, of_type, of_domain = (tuple(part[known]) for part in (owner, types, domains))
        support = Support(case_ids, of_type, of_domain, MODEL_FEATURES, values[known], values[known])
        found.append(applicability_of(support, own[line], asked_values[line], int(at_risk[line])))
    return found


def _landmarks(history: History, index: DossierIndex, target: str) -> tuple[pd.DataFrame, NDArray[np.datetime64]]:
    """The landmarks that the hazard model learns from, and the day of each."""
    learned = training_set(history, index, MODEL_FEATURES, target).landmarks
    marks = landmarks(spells(history, target, "pooled"))
    day = dict(zip(zip(marks.case, marks.age, strict=True), marks.day, strict=True))
    keys = zip(learned["case"], learned["age_months"], strict=True)
    return learned, np.array([day[key] for key in keys], dtype="datetime64[D]")


def _at_risk(core: Spells, marks: list[tuple[str, date]], ages: NDArray[np.int64]) -> NDArray[np.int64]:
    """Size of the risk set at each age, by the day of each mark, (n,)."""
    start = core.starts["start_date"].to_numpy().astype("datetime64[D]")
    counts = []
    for (_, day), age in zip(marks, ages, strict=True):
        reached = start + np.timedelta64(int(np.ceil(age * DAYS_PER_MONTH)), "D") <= np.datetime64(day)
        counts.append(np.sum(reached & (core.entry <= age) & (age < core.exit)))
    return np.array(counts, dtype=np.int64)


def _count(of: str, limits: Iterable[Applicability]) -> SupportCount:
    listed = list(limits)
    status = Counter(limit.status for limit in listed)
    rules = Counter(rule for limit in listed for rule in {reason.rule for reason in limit.reasons})
    return SupportCount(of, len(listed), status["abstained"], status["widened"], dict(sorted(rules.items())))
