"""Training rows and forecast origins of a specification: a selection of coded cases with their endings by its rules."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest.multiverse.codings import CodedCase, Codings, Sight
from forecasting.backtest.multiverse.rows import COLLAPSES, COVARIATE_SETS, Reader
from forecasting.backtest.multiverse.specifications import Specification
from forecasting.backtest.origins import ONGOING_STATE, SCORED
from forecasting.forecasts.ladder_rows import both_endorsements, stated_term
from forecasting.models.detection import Detection
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.ladder_moves import UNKNOWN
from forecasting.models.ladder_standings import Standings
from forecasting.record.months import completed_months
from forecasting.record.vocabulary import CAUSES, SAME_OUTCOME_TYPES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COLLAPSED, FADED = (CAUSES.index(name) + 1 for name in ("collapsed", "faded"))
DETECTIONS = {"1 - 0.8^years": Detection()} | {name: Detection(flat=float(name)) for name in ("0.1", "0.2", "0.5")}


@dataclass(frozen=True)
class Learned:
    """What a specification learns from and is judged by.

    Attributes
    ----------
    cases : FollowUps
        n rows: a case has one for each reading of its claims.
    fold, months_ago : numpy.ndarray of int, shape (n,)
        Fold of each row, and months from its start to the day of the record.
    covariates : tuple of Term
        Covariates of the model.
    mark_case, mark_age : numpy.ndarray of int, shape (m,)
        Case of each landmark, by position, and its age.
    values : numpy.ndarray of shape (m, n_folds + 1, p) or (m, 1, p)
        Covariates at the landmarks without the endings of each fold, last with all; once where none reads endings.
    row_case : numpy.ndarray of int, shape (n,)
        Case of each row, by position.
    standing : numpy.ndarray of shape (m, 18)
        Distribution of the state at each landmark.
    judged : numpy.ndarray of int
        Landmarks that are forecast: those of the prospectively sampled core cases with a window that is over.
    states, recorded, group : numpy.ndarray of int
        State on record of each of those at each horizon, months to the record's end, and component.
    """

    cases: FollowUps
    fold: Integers
    months_ago: Integers
    covariates: tuple[Term, ...]
    mark_case: Integers
    mark_age: Integers
    values: Floats
    row_case: Integers
    standing: Floats
    judged: Integers
    states: Integers
    recorded: Integers
    group: Integers

    @property
    def n_endings(self) -> int:
        """Number of cases that ended."""
        return len(np.unique(self.cases.key[self.cases.cause > 0]))

    @property
    def depends_on_fold(self) -> bool:
        """Whether a covariate reads the endings of other cases."""
        return COLLAPSES in self.covariates

    def _known(self, held_out: int) -> Floats:
        """Covariates at the landmarks without the endings of a fold, (m, p)."""
        return self.values[:, held_out if self.depends_on_fold else 0]

    def lines(self, held_out: int) -> Lines:
        """Landmarks of all rows, with the endings of a fold (-1: none) withheld from the covariates."""
        mark, row = np.nonzero(self.mark_case[:, None] == self.row_case)
        found, weight, origin = both_endorsements(self._known(held_out)[mark], self.covariates)
        return Lines(row[origin], self.mark_age[mark][origin], weight, found)

    def standings(self, chosen: Integers, held_out: int) -> tuple[Integers, Floats, Standings]:
        """Judged landmarks as cases to forecast: position among `chosen`, weight and standing of each row."""
        marks = self.judged[chosen]
        values, weight, row = both_endorsements(self._known(held_out)[marks], self.covariates)
        first = np.searchsorted(self.row_case, self.mark_case[marks])[row]
        none = np.zeros(len(row), dtype=np.int64)
        at = Standings(
            key=self.cases.key[first], age=self.mark_age[marks][row], gap=none, looked=none.astype(np.float64),
            form=self.cases.form[first], term=self.cases.term[first], start=self.standing[marks][row],
            covariates=values,
        )  # fmt: skip
        return row, weight, at


def chosen_codings(codings: Codings, specification: Specification) -> dict[str, int]:
    """Cases coded other than as recorded: with probability one half by one of their alternatives, equally likely."""
    if specification.codings == "as recorded":
        return {}
    rng = np.random.default_rng(specification.draw)
    drawn = {case: int(rng.integers(1, len(names) + 1)) for case, names in codings.names.items()}
    return {case: number for case, number in drawn.items() if rng.random() < 0.5}


def selected(codings: Codings, specification: Specification, chosen: dict[str, int]) -> list[CodedCase]:
    """The cases that a specification learns from, each under its chosen coding."""
    names = dict.fromkeys(name for name, _ in codings.cases)
    found = [codings.cases.get((name, chosen.get(name, 0))) for name in names]
    return [case for case in found if case is not None and case.observed and _is_taken(case, specification)]


def learned(codings: Codings, reader: Reader, specification: Specification, chosen: dict[str, int]) -> Learned:
    """Rows of the cases and codings that a specification selects, with their endings under its rules.

    A fade that is the end of observation leaves a case of which nothing is learned afterwards; on record it goes on.
    """
    cases = selected(codings, specification, chosen)
    sights = [_sight(case, specification) for case in cases]
    terms = COVARIATE_SETS[specification.covariates]
    rows = [reader.rows(case, specification) for case in cases]
    reading = [(number, path, weight) for number, each in enumerate(rows) for path, weight in each.paths]
    row_case = np.array([number for number, _, _ in reading], dtype=np.int64)
    exit_, cause, until, looked = (np.array(values, dtype=np.int64) for values in zip(*sights, strict=True))
    entry = np.array([case.entry for case in cases], dtype=np.int64)
    states = np.full((len(reading), int(until.max())), UNKNOWN, dtype=np.int64)
    for line, (number, path, _) in enumerate(reading):
        states[line, entry[number] : until[number]] = path[entry[number] : until[number]]
    of_case = {
        "key": [case.key for case in cases],
        "component": [case.component for case in cases],
        "entry": entry, "exit": exit_, "cause": cause, "until": until, "looked": looked,
        "form": [int(case.dossier.start["type"] in SAME_OUTCOME_TYPES) for case in cases],
        "term": [stated_term(case.dossier) for case in cases],
    }  # fmt: skip
    follow_ups = FollowUps(
        weight=np.array([weight for _, _, weight in reading]),
        states=states,
        **{name: np.asarray(values, dtype=np.int64)[row_case] for name, values in of_case.items()},
    )
    kept = [case.ages < last for case, last in zip(cases, exit_, strict=True)]
    mark_case = np.repeat(np.arange(len(cases)), [int(flags.sum()) for flags in kept])
    mark_age = np.concatenate([case.ages[flags] for case, flags in zip(cases, kept, strict=True)])
    standing = np.concatenate([each.standing[flags] for each, flags in zip(rows, kept, strict=True)])
    values = [
        _values(reader, case, each.values, terms)[flags] for case, each, flags in zip(cases, rows, kept, strict=True)
    ]
    end = np.where(cause > 0, exit_, [case.until for case in cases])
    over, recorded = (
        np.concatenate([getattr(case, name)[flags] for case, flags in zip(cases, kept, strict=True)])
        for name in ("over", "recorded")
    )
    ended = (cause[mark_case] > 0)[:, None] & ((end[mark_case] - mark_age)[:, None] <= np.asarray(SCORED))
    of_record = np.where(over, np.where(ended, cause[mark_case][:, None] - 1, ONGOING_STATE), -1)
    is_judged = np.array([case.core and case.forward for case in cases])[mark_case] & (of_record >= 0).any(axis=1)
    judged = np.flatnonzero(is_judged)
    return Learned(
        cases=follow_ups,
        fold=np.array([case.fold for case in cases], dtype=np.int64)[row_case],
        months_ago=np.array([case.until - 1 for case in cases], dtype=np.int64)[row_case],
        covariates=terms,
        mark_case=mark_case,
        mark_age=mark_age,
        values=np.concatenate(values),
        row_case=row_case,
        standing=standing,
        judged=judged,
        states=of_record[judged],
        recorded=recorded[judged],
        group=np.array([case.group for case in cases], dtype=np.int64)[mark_case[judged]],
    )


def _values(reader: Reader, case: CodedCase, values: Floats, terms: Sequence[Term]) -> Floats:
    """Covariates of a case at its landmarks, (m, n_folds + 1, p)."""
    if not terms:
        return np.zeros((len(values), 1, 0))
    found = values[:, None]
    if COLLAPSES not in terms:
        return found
    share = reader.collapses(case)
    return np.concatenate([np.broadcast_to(found, (*share.shape, values.shape[1])), share[..., None]], axis=2)


def _is_taken(case: CodedCase, specification: Specification) -> bool:
    left_out = (
        (specification.ceasefire_like, case.ceasefire),
        (specification.pledges_of_use, case.use),
        (specification.low_confidence, case.low_confidence),
    )
    is_sampled = case.core and (case.forward or specification.learned_from == "core cases")
    is_late = case.year >= int(specification.first_year)
    return is_sampled and is_late and not any(choice == "left out" and trait for choice, trait in left_out)


def _sight(case: CodedCase, specification: Specification) -> tuple[int, int, int, int]:
    """Exit, cause, last month of the follow-up, and last month looked at, under the rules of a specification."""
    sight: Sight = case.sights[specification.target]
    exit_, cause = sight.exit, sight.cause
    if cause == COLLAPSED and specification.collapse == "by a party's own act" and not case.by_a_party:
        cause = FADED
    if cause == FADED and specification.fading == "the end of observation":
        return exit_, 0, exit_, exit_
    if cause:
        return exit_, cause, exit_, exit_
    until = max(exit_, case.until)
    looked = completed_months(case.dossier.start_date, sight.looked_until) + 1
    return exit_, 0, until, min(max(looked, exit_), until)
