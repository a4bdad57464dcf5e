"""What-ifs: the headline if a case stood on another rung, under more or less strain, or were endorsed, on its day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.explain.rungs import rung_of
from forecasting.explain.steps_ahead import possible_steps
from forecasting.forecasts.ladder import looked_until
from forecasting.forecasts.ladder_rows import STRAIN, read_paths
from forecasting.forecasts.situation import Situation, SituationForecast, situation_of
from forecasting.forecasts.training import UNCERTAIN
from forecasting.models.ladder_moves import N_STATES
from forecasting.record.cases import Dossier
from forecasting.record.vocabulary import LADDER_LEVELS, STATES

Floats = NDArray[np.float64]
TRUE, UNTRUE = "every open report proves true", "every open report proves untrue"
GOES_ON: Final = "it was seen to go on, and nothing more"
MORE_STRAIN, LESS_STRAIN = "strain rises by a level", "strain falls by a level"
ENDORSES, DOES_NOT = "leaders endorse it", "leaders do not endorse it"


@dataclass(frozen=True)
class WhatIf:
    """Effect of a supposition on the forecast of a case.

    Attributes
    ----------
    what : str
        The supposition in words.
    before, after : numpy.ndarray of shape (4,)
        Probability of each state without it and with it, within one horizon.

    Examples
    --------
    >>> WhatIf("leaders endorse it", np.array([0.1, 0.2, 0.1, 0.6]), np.array([0.2, 0.1, 0.1, 0.6])).points[0].round(9)
    np.float64(10.0)
    """

    what: str
    before: Floats
    after: Floats

    @property
    def points(self) -> Floats:
        """What it adds, in percentage points, (4,)."""
        return 100.0 * (self.after - self.before)


def suppositions(case: Dossier) -> dict[str, Situation]:
    """What may be supposed about a case on its day.

    Parameters
    ----------
    case : Dossier
        The case, as known on the day.

    Returns
    -------
    dict of str to Situation
        The case under each supposition, by its words: that it was seen to go on, where it was not seen on the day; that
        the reports on which its rung rests prove true, and untrue; each higher level of the way to a binding text, and
        a break; strain a level up, and down; an endorsement, and none. What is so already is left out. Whatever is
        supposed has been seen on the day, so the case goes on then, without a gap; all else is as it was.

    Notes
    -----
    A property of the model, not a claim that a step would cause an ending. `steps_ahead` supposes steps by later days.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = suppositions(load_history(as_of="2026-02-05").case("new-start-post-expiry-2026"))
    >>> "talks break off" in found, "it was seen to go on, and nothing more" in found
    (True, False)
    """
    known = situation_of(case)
    seen = replace(known, age=known.age + known.gap, gap=0, looked=0.0)
    found = {GOES_ON: seen} if known.gap else {}
    if max(known.start) < 1.0:
        day = np.array([looked_until(case).toordinal()])
        for what, side in ((TRUE, True), (UNTRUE, False)):
            (path, _), *_ = read_paths(case, day, claims=side)
            found[what] = replace(seen, start=_standing(int(path[0])))
    for what, rung in possible_steps(rung_of(case)):
        found[what] = replace(seen, start=_standing(rung.state))
    highest = LADDER_LEVELS[STRAIN]
    level = round(known.covariate(STRAIN) * highest)
    for what, other in ((MORE_STRAIN, level + 1), (LESS_STRAIN, level - 1)):
        if 0 <= other <= highest:
            found[what] = seen.with_covariate(STRAIN, other / highest)
    endorsed = known.covariate(UNCERTAIN)
    for what, value in ((ENDORSES, 1.0), (DOES_NOT, 0.0)):
        if endorsed != value:
            found[what] = seen.with_covariate(UNCERTAIN, value)
    return found


def what_ifs(own: SituationForecast, case: Dossier, supposed: Mapping[str, Situation]) -> list[WhatIf]:
    """Effects of suppositions on the forecast of a case.

    Parameters
    ----------
    own : SituationForecast
        Forecasts by a fitted model, within one horizon.
    case : Dossier
        The case.
    supposed : mapping of str to Situation
        As of `suppositions`.

    Returns
    -------
    list of WhatIf
        In the order of the suppositions.

    Raises
    ------
    ValueError
        Where the forecasts are within several horizons.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> case, pool = history.case("salt2-observance-1979"), fit_models(history, ["ladder"]).models["ladder"]
    >>> found = {each.what: each for each in what_ifs(SituationForecast(pool, (60,)), case, suppositions(case))}
    >>> bool(found[MORE_STRAIN].points[1] > 0 > found[LESS_STRAIN].points[1])
    True
    """
    before = own.point(situation_of(case))
    if before.shape != (len(STATES), 1):
        raise ValueError(f"expected forecasts within one horizon, got {before.shape[1]}; give one")
    return [WhatIf(what, before[:, 0], own.point(at)[:, 0]) for what, at in supposed.items()]


def _standing(state: int) -> tuple[float, ...]:
    """Probability of each state where one is certain."""
    return tuple(map(float, np.eye(N_STATES)[state]))
