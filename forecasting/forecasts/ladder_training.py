"""What the ladder's model and its base rates learn from: follow-ups and landmarks of the spells known on a day."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.forecasts.classes import class_labels
from forecasting.forecasts.ladder_rows import (
    COVARIATES,
    Followed,
    KeepRungs,
    all_rungs,
    covariate_table,
    follow_ups,
    landmark_lines,
    months_ago,
)
from forecasting.models import BASE_RATE, MODELS
from forecasting.models.dated_rate import DatedRate
from forecasting.models.detection import Detection
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_months import Lines
from forecasting.record.dossiers import DossierIndex
from forecasting.record.panel import Landmarks, Spells, landmarks

Floats = NDArray[np.float64]
RATES: Final = (BASE_RATE, "type_base_rate", "recent_base_rate")
"""Base rates that are fitted on the very rows of the ladder's model, out of `MODELS`."""


@dataclass(frozen=True)
class LadderTraining:
    """Training rows of the ladder's model.

    Attributes
    ----------
    core : Spells
        n spells.
    is_kept : numpy.ndarray of bool, shape (n,)
        Spells that are learned from.
    followed : Followed
        Follow-ups of those.
    marks : Landmarks
        m landmarks of all spells.
    values : numpy.ndarray of shape (m, p)
        Covariates at the landmarks.
    covariates : tuple of Term
        Their names, scales and endings.
    as_of : date
        Day of the fit.
    """

    core: Spells
    is_kept: NDArray[np.bool_]
    followed: Followed
    marks: Landmarks
    values: Floats
    covariates: tuple[Term, ...]
    as_of: date

    def without(self, held_out: Collection[str]) -> "LadderTraining":
        """The rows without those of some cases.

        Their endings must not be in the covariates of the others: no registered covariate reads them.
        """
        kept = self.is_kept & ~np.isin(self.core.case_ids, list(held_out))
        return replace(self, is_kept=kept, followed=self.followed.select(kept))

    @cached_property
    def lines(self) -> Lines:
        """Landmarks of the cases learned from."""
        return landmark_lines(self.followed, self.marks, self.values, self.covariates)

    def fit(self, model: LadderModel) -> LadderModel:
        """A clone of a model, with these covariates, fitted on the rows."""
        chosen = type(model)(**model.get_params(deep=False) | {"covariates": self.covariates})
        return chosen.fit(self.followed.cases, self.lines)

    def fit_rate(self, name: str, detection: Detection, n_draws: int = 2, seed: int = 20260205) -> DatedRate:
        """A base rate out of `RATES` fitted on the rows; its intervals come from `n_draws` draws."""
        settings = {"detection": detection, "n_draws": n_draws, "seed": seed}
        rate = DatedRate(**MODELS[name].get_params(deep=False) | settings)
        return fit_rate(rate, name, self.followed, self.core, self.as_of)


def fit_rate(rate: DatedRate, name: str, followed: Followed, core: Spells, as_of: date) -> DatedRate:
    """Fit of a base rate to follow-ups.

    Parameters
    ----------
    rate : DatedRate
        Unfitted rate.
    name : str
        Its name, by which a rate by class knows its classes.
    followed : Followed
        Follow-ups of some or all spells; their states are not used (`ladder_rows.follow_ups_by_age`).
    core : Spells
        All spells.
    as_of : date
        Day of the fit.

    Returns
    -------
    DatedRate
        `rate`, fitted.
    """
    classes = class_labels(core.starts, name)[followed.spell] if rate.by_class else None
    return rate.fit(followed.cases, months_ago(followed, core, as_of), classes)


def ladder_training(
    index: DossierIndex, core: Spells, covariates: tuple[Term, ...] = COVARIATES, keep: KeepRungs = all_rungs
) -> LadderTraining:
    """Training rows of spells, as known on the day of an index.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record as of the day.
    core : Spells
        Spells known on that day.
    covariates : tuple of Term
        Covariates of the model.
    keep : callable
        Rows of the ladders that count.

    Returns
    -------
    LadderTraining
        All spells are kept.
    """
    marks, names = landmarks(core), core.case_ids
    days = [(names[case], day.item()) for case, day in zip(marks.case, marks.day, strict=True)]
    return LadderTraining(
        core,
        np.ones(len(names), dtype=bool),
        follow_ups(index, core, keep),
        marks,
        covariate_table(index, days, covariates, keep),
        covariates,
        index.as_of,
    )
