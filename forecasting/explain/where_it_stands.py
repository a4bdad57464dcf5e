"""Where a case stands on the way to a binding text: past cases on its rung, and what a step would change, as tables."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.explain.nearest_on_rung import NearCase, nearest_on_rung
from forecasting.explain.rung_shares import RungShare, rung_shares
from forecasting.explain.rungs import LadderState, past_rungs, related_cases, rung_of
from forecasting.explain.steps_ahead import DEADLINES, LEVEL, Ahead, steps_ahead
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.limits import open_cases
from forecasting.models import HEADLINE
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.history import History, require_history
from forecasting.record.months import HORIZONS, check_horizons
from forecasting.record.panel import check_choice
from forecasting.record.vocabulary import CAUSES, STATES, TARGETS
from forecasting.store.errors import UsageError, require_text, shown


@dataclass(frozen=True)
class WhereItStands:
    """A case on its rung.

    Attributes
    ----------
    rung : LadderState
        The rung.
    past : list of RungShare
        What became of past cases on it.
    near : list of NearCase
        The nearest of them.
    ahead : list of Ahead
        The forecast with each step by a later day.
    months : tuple of int
        Horizons of `ahead`.
    """

    rung: LadderState
    past: list[RungShare]
    near: list[NearCase]
    ahead: list[Ahead]
    months: tuple[int, ...]

    def shares(self) -> pd.DataFrame:
        """Shares of the landmarks on the rung by window, NaN where they are too few, with `n` and `n_cases`."""
        names = ("went_on", *CAUSES)
        rows = [
            {name: getattr(each, name) / each.n if not each.is_thin else float("nan") for name in names}
            | {"n": each.n, "n_cases": each.n_cases}
            for each in self.past
        ]
        index = pd.Index([each.months for each in self.past], name="within_months")
        return pd.DataFrame(rows, index=index, columns=[*names, "n", "n_cases"])

    def nearest(self) -> pd.DataFrame:
        """The nearest past cases, one a row, with the attributes of `NearCase`."""
        columns = list(NearCase.__dataclass_fields__)
        return pd.DataFrame([asdict(one) for one in self.near], columns=columns).set_index("case_id")

    def steps(self, horizon: int, state: str = CAUSES[0]) -> pd.DataFrame:
        """The probability of a state within a horizon, if the case took a step by a later day.

        Parameters
        ----------
        horizon : int
            One of `months`, counted from the as-of day.
        state : {"formalized", "collapsed", "faded", "ongoing"}
            The state.

        Returns
        -------
        pandas.DataFrame
            One row per step and deadline: `days`, `step` (empty: it only goes on), `outside_history`, and numbers of
            `steps_ahead.Ahead`: `before`, `then`, `lower`, `upper`, `move_lower`, `move_upper`, `n_stood`, `n_moved`.

        Raises
        ------
        UsageError
            For another horizon or state.
        """
        for asked, known in ((horizon, self.months), (state, STATES)):
            if asked not in known:
                raise UsageError(
                    f"expected one of {', '.join(map(str, known))}, got {shown(asked)}; ask for one of them"
                )
        at = STATES.index(state), self.months.index(horizon)
        numbers = ("before", "then", "lower", "upper", "move_lower", "move_upper")
        return pd.DataFrame(
            [
                {"days": each.days, "step": each.what}
                | {name: float(getattr(each, name)[at]) for name in numbers}
                | {"n_stood": each.n_stood, "n_moved": each.n_moved}
                | {"outside_history": each.rung is not None and each.is_outside_history}
                for each in self.ahead
            ]
        )


def where_it_stands(
    history: History,
    case_id: str,
    horizons: Sequence[int] = HORIZONS,
    target: str = TARGETS[0],
    deadlines: Sequence[int] = DEADLINES,
) -> WhereItStands:
    """Past cases on the rung of a case, and the forecast if it took a step.

    Parameters
    ----------
    history : History
        The record as of the day.
    case_id : str
        An open case.
    horizons : sequence of int
        Months after the day, 1 to 120.
    target : {"concluded", "in_force"}
        What counts as formalized.
    deadlines : sequence of int
        Days after the day by which a step is taken.

    Returns
    -------
    WhereItStands
        From what was known on the day. Past cases are the prospectively sampled core cases without those related to the
        case.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended.
    InsufficientHistoryError
        Where fewer than 10 endings were known.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = where_it_stands(load_history(as_of="1985-01-01"), "salt2-observance-1979")
    >>> found.rung.level, found.shares().index.tolist()
    (3, [12, 24, 60])
    """
    require_history(history)
    require_text("case_id", case_id)
    check_choice(target, "forward")
    months = check_horizons(horizons)
    (view,) = open_cases(history, [case_id], target)
    pool, index = shared_fit(history, (HEADLINE,), target).fitted.models[HEADLINE], shared_index(history, target)
    assert isinstance(pool, LadderPool)
    here = rung_of(view)
    past = past_rungs(history, index, target, related_cases(history, case_id, target))
    readings = CaseOnLadder(index, index.dossier(case_id, history.as_of), months, LEVEL).readings
    return WhereItStands(
        here,
        rung_shares(past, here, history.as_of),
        nearest_on_rung(history, past, view, here),
        steps_ahead(pool, (readings.weight, readings.at), here, past, months, deadlines),
        months,
    )
