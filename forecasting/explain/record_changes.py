"""What a change of the record does to the forecasts of open cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forecasting.forecasts import FittedModels, fit_models, forecast
from forecasting.models import HEADLINE
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES

Endings = dict[str, float]


@dataclass(frozen=True)
class Moved:
    """The headline of a case before and after a change of the record.

    Attributes
    ----------
    case_id : str
        The case.
    has_changed : bool
        Whether rows of the case itself were changed.
    before, after : dict of str to float, or None
        Probability of each ending by the old record and by the new; None where the case is not open in it.
    by_rows : dict of str to float, or None
        The new record read by the model that was fitted on the old one: what is left to `after` is the new fit.
    """

    case_id: str
    has_changed: bool
    before: Endings | None
    by_rows: Endings | None
    after: Endings | None

    @property
    def largest(self) -> float:
        """Largest change of a probability; 0 where one of the two is missing."""
        if self.before is None or self.after is None:
            return 0.0
        return max(abs(self.after[cause] - self.before[cause]) for cause in CAUSES)


def moved_forecasts(old: History, new: History, changed: Iterable[str], horizon: int) -> list[Moved]:
    """Headline of every open case by two records, as of the earlier of their days.

    Parameters
    ----------
    old, new : History
        The two records.
    changed : iterable of str
        Cases of which rows were changed.
    horizon : int
        Months, 1 to 120.

    Returns
    -------
    list of Moved
        First the cases that changed, then the others; each by the size of the move.
    """
    day: date = min(old.as_of, new.as_of)
    own = frozenset(changed)
    old, new = old.at(day), new.at(day)
    first, second = fit_models(old, [HEADLINE]), fit_models(new, [HEADLINE])
    before, after = _endings(old, first, horizon), _endings(new, second, horizon)
    moved = {case for case in own if case in after and case in before}
    by_rows = _endings(new, first, horizon, moved)
    found = [
        Moved(case, case in own, before.get(case), by_rows.get(case), after.get(case))
        for case in sorted({*before, *after})
    ]
    return sorted(found, key=lambda one: (not one.has_changed, -one.largest))


def _endings(
    history: History, fitted: FittedModels, horizon: int, only: Iterable[str] | None = None
) -> dict[str, Endings]:
    cases = sorted(history.open_case_ids() if only is None else only)
    if not cases:
        return {}
    table = forecast(history, cases, fitted=fitted, horizons=[horizon])
    rows = table[(table["given"] == "all") & table["cause"].isin(CAUSES)]
    return {
        str(case): {str(cause): float(p) for cause, p in zip(own["cause"], own["probability"], strict=True)}
        for case, own in rows.groupby("case_id")
    }
