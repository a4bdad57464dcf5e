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
    """Of `n` forecasts of the hazard model, how many it abstains from and how many it widens; the rest are within.

    `of`: whose forecasts; `rules`: how often each `applicability.Rule` was met (one forecast may meet several).
    """

    of: str
    n: int
    abstained: int
    widened: int
    rules: dict[str, int]


@dataclass(frozen=True)
class SupportCounts:
    """The counts over the cases that go on, and over the past forecasts kept; None, and `missing` why, without any."""

    open_cases: SupportCount
    past: SupportCount | None
    missing: str


def support_counts(
    history: History,
    fitted: FittedModels | None = None,
    index: DossierIndex | None = None,
    target: str = TARGETS[0],
) -> SupportCounts:
    """Number of forecasts abstained from or widened, on the history's day and on past days of the track record.

    `fitted` (with the hazard model) and `index` of this history spare working them out again. Past days are judged by
    the cases that had become known by then, with what had become known of them; only endings that became known late are
    taken as known on their day.
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
