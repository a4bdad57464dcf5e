"""Months at risk of cases that move along a ladder, seen from landmarks, as grouped counts."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.models.checks import first_fault, same_length, whole_numbers
from forecasting.models.detection import Detection, completed_gap
from forecasting.models.episodes import FOLLOW_UP, duration_bin
from forecasting.models.ladder_design import N_FORMS, N_PHASES, N_STEPS, term_phase
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.newton import Counts, probabilities

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class FollowUps:
    """n cases followed month by month, under one reading of the reports on which their acts rest.

    Attributes
    ----------
    key : numpy.ndarray of int, shape (n,)
        Number that stands for the case whatever else is in the record; rows of one case share it.
    component : numpy.ndarray of int, shape (n,)
        The same for the component of related cases.
    weight : numpy.ndarray of shape (n,)
        Probability of the reading; the rows of a case sum to 1.
    entry, exit : numpy.ndarray of int, shape (n,)
        Completed months when observation begins; month of age of the end or the last sight.
    cause : numpy.ndarray of int, shape (n,)
        0 for a case not known to have ended, else k for the k-th cause.
    until : numpy.ndarray of int, shape (n,)
        Last month of age that the record covers: `exit` for a case that ended.
    looked : numpy.ndarray of int, shape (n,)
        Last month of age until which somebody looked, from `exit` to `until`.
    form : numpy.ndarray of int, shape (n,)
        Form of the ladder: 1 for a text that is signed already, else 0.
    term : numpy.ndarray of int, shape (n,)
        Months of age at which the stated term ends; 0 for none.
    states : numpy.ndarray of int, shape (n, w)
        State at the beginning of each month of age (`ladder_moves.state_number`), at least for months `entry` + 1 to
        `until`; -1 elsewhere.
    """

    key: Integers
    component: Integers
    weight: Floats
    entry: Integers
    exit: Integers
    cause: Integers
    until: Integers
    looked: Integers
    form: Integers
    term: Integers
    states: Integers

    def __post_init__(self) -> None:
        n, rows = len(self.key), np.arange(len(self.key))
        same_length({each.name: getattr(self, each.name) for each in fields(self)})
        for name in ("key", "component", "entry", "exit", "cause", "until", "looked", "form", "term"):
            whole_numbers(f"{name}s", getattr(self, name), n)
        _refuse((self.key < 0) | (self.component < 0), "expected keys of cases and components from 0", self.key)
        _refuse(self.cause < 0, "expected causes from 0", self.cause)
        late = (self.entry < 0) | (self.exit <= self.entry) | (self.until < self.exit) | (self.looked < self.exit)
        _refuse(late, "expected 0 <= entry < exit <= looked and until", self.exit)
        _refuse((self.cause > 0) & (self.until > self.exit), "expected until = exit where a case has ended", self.until)
        _refuse(~((self.weight >= 0) & (self.weight <= 1)), "expected weights from 0 to 1", self.weight)
        _refuse(self.term < 0, "expected a term from 0", self.term)
        _refuse((self.form < 0) | (self.form >= N_FORMS), "expected form 0 or 1", self.form)
        if self.states.shape[0] != n or (n and self.states.shape[1] < self.until.max()):
            raise ValueError(
                f"expected a state for each of {n} cases and every month until the last, got {self.states.shape}"
            )
        month = np.arange(1, self.states.shape[1] + 1)
        within = (month > self.entry[:, None]) & (month <= self.until[:, None])
        unknown = within & ~np.isin(self.states, np.arange(N_STATES))
        _refuse(unknown.any(axis=1), f"expected states from 0 to {N_STATES - 1} in every month at risk", rows)

    @property
    def coded(self) -> Integers:
        """Last month in which coding ran, (n,): that of the ending, or the last looked at."""
        return np.where(self.cause > 0, self.exit, np.minimum(self.looked, self.until))


@dataclass(frozen=True)
class Lines:
    """m landmarks of follow-ups, each a row of covariates that stay as they are for up to 120 months.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (m,)
        Row of the `FollowUps`.
    age : numpy.ndarray of int, shape (m,)
        Completed months at the landmark.
    weight : numpy.ndarray of shape (m,)
        Weights; the lines of one landmark sum to 1.
    covariates : numpy.ndarray of shape (m, p)
        In their own units.
    """

    row: Integers
    age: Integers
    weight: Floats
    covariates: Floats

    def __post_init__(self) -> None:
        same_length({each.name: getattr(self, each.name) for each in fields(self)})
        for name in ("row", "age"):
            whole_numbers(f"{name}s", getattr(self, name))
        _refuse((self.row < 0) | (self.age < 0), "expected rows of follow-ups and ages from 0", self.age)
        gaps = ~np.isfinite(self.covariates).all(axis=1)
        _refuse(gaps, "expected finite covariates; fill or drop what is missing", self.row)
        _refuse(~((self.weight >= 0) & (self.weight <= 1)), "expected weights from 0 to 1", self.weight)

    def check_within(self, cases: FollowUps, n_causes: int) -> None:
        """Check that these are landmarks of the cases, and that the cases end by no cause beyond the last.

        Parameters
        ----------
        cases : FollowUps
            The cases.
        n_causes : int
            Number of causes.

        Raises
        ------
        ValueError
            With the row of the first value that is another.

        Examples
        --------
        >>> one, zero = np.ones(1, dtype=int), np.zeros(1, dtype=int)
        >>> cases = FollowUps(one, one, np.ones(1), zero, one, one, one, one, zero, zero, np.array([[0]]))
        >>> Lines(zero, zero, np.ones(1), np.zeros((1, 0))).check_within(cases, 3)
        """
        _refuse(cases.cause > n_causes, f"expected causes up to {n_causes}", cases.cause)
        _refuse(self.row >= len(cases.key), f"expected rows of {len(cases.key)} follow-ups", self.row)
        _refuse(self.age >= cases.exit[self.row], "expected landmarks before the end or the last sight", self.age)


@dataclass(frozen=True)
class Months:
    """Grouped months at risk, r groups with the same case, covariates, bin of age, phase of the term and state.

    Attributes
    ----------
    line : numpy.ndarray of int, shape (r,)
        A line with the covariates.
    row, bin, phase, state : numpy.ndarray of int, shape (r,)
        Row of the follow-ups, bin of age, phase of the stated term, state on the ladder.
    counts : Counts
        Weighted months and endings.
    """

    line: Integers
    row: Integers
    bin: Integers
    phase: Integers
    state: Integers
    counts: Counts


@dataclass(frozen=True)
class _Cells:
    """Single months of single lines and the group of each."""

    line: Integers
    month: Integers
    share: Floats
    group: Integers
    months: Months


def cells(cases: FollowUps, lines: Lines, n_causes: int) -> _Cells:
    """Every month that a landmark looks ahead, its share, and its group; groups have no counts yet.

    A month within the follow-up of landmarks with a total weight c has weight 1 / c in each of them, so that every
    month of every case counts once.

    Examples
    --------
    >>> one, zero = np.ones(1, dtype=int), np.zeros(1, dtype=int)
    >>> cases = FollowUps(one, one, np.ones(1), zero, 2 * one, one, 2 * one, 2 * one, zero, zero, np.array([[0, 0]]))
    >>> at = cells(cases, Lines(zero, zero, np.ones(1), np.zeros((1, 0))), 3)
    >>> at.month.tolist(), at.group.tolist()
    ([1, 2], [0, 0])
    """
    stop = np.minimum(cases.until[lines.row], lines.age + FOLLOW_UP)
    ahead = np.maximum(stop - lines.age, 0)
    line = np.repeat(np.arange(len(lines.row)), ahead)
    month = np.arange(len(line)) - np.repeat(np.cumsum(ahead) - ahead, ahead) + lines.age[line] + 1
    row = lines.row[line]
    place = row * (cases.states.shape[1] + 1) + month
    total = np.bincount(place, lines.weight[line], minlength=1)
    share = lines.weight[line] / total[place] * cases.weight[row]
    distinct = _distinct(lines)[line]
    bin_, phase, state = duration_bin(month), term_phase(month, cases.term[row]), cases.states[row, month - 1]
    code = ((distinct * N_STEPS + bin_) * N_PHASES + phase) * N_STATES + state
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    empty = Counts(np.zeros(len(first)), np.zeros((len(first), n_causes)), np.ones(len(first)))
    return _Cells(
        line, month, share, group, Months(line[first], row[first], bin_[first], phase[first], state[first], empty)
    )


def counted(at: _Cells, at_risk: Floats, endings: Floats) -> Months:
    """The groups with their counts.

    Parameters
    ----------
    at : _Cells
        Months of the lines.
    at_risk : numpy.ndarray of shape (n, w)
        Probability that each case is at risk in each month: 1 up to the exit (`in_gaps`).
    endings : numpy.ndarray of shape (n, w, k)
        Probability that it ended in the month.

    Returns
    -------
    Months
        Groups.

    Examples
    --------
    >>> one, zero = np.ones(1, dtype=int), np.zeros(1, dtype=int)
    >>> cases = FollowUps(one, one, np.ones(1), zero, 2 * one, one, 2 * one, 2 * one, zero, zero, np.array([[0, 0]]))
    >>> at = cells(cases, Lines(zero, zero, np.ones(1), np.zeros((1, 0))), 3)
    >>> counted(at, *observed(cases, 3)).counts.endings.tolist()
    [[1.0, 0.0, 0.0]]
    """
    n, width, k = len(at.months.line), at_risk.shape[1], endings.shape[2]
    place = at.months.row[at.group] * width + at.month - 1
    trials = np.bincount(at.group, at.share * at_risk.ravel()[place]).astype(np.float64)
    # Endings are few: months that cannot hold one are not summed.
    own = np.flatnonzero(endings.any(axis=2).ravel()[place])
    group, share, chances = at.group[own], at.share[own], endings.reshape(-1, k)[place[own]]
    ended = [np.bincount(group, share * chances[:, cause], n) for cause in range(k)]
    return replace(at.months, counts=Counts(trials, np.stack(ended, axis=1), np.ones(n)))


def observed(cases: FollowUps, n_causes: int) -> tuple[Floats, Floats]:
    """Months at risk, (n, w), and endings, (n, w, k), as on record: nobody is at risk after the last sight.

    >>> one, zero = np.ones(1, dtype=int), np.zeros(1, dtype=int)
    >>> cases = FollowUps(one, one, np.ones(1), zero, 2 * one, one, 2 * one, 2 * one, zero, zero, np.array([[0, 0]]))
    >>> at_risk, endings = observed(cases, 1)
    >>> at_risk.tolist(), endings.tolist()
    ([[1.0, 1.0]], [[[0.0], [1.0]]])
    """
    month = np.arange(1, cases.states.shape[1] + 1)
    at_risk = ((month > cases.entry[:, None]) & (month <= cases.exit[:, None])).astype(np.float64)
    endings = np.zeros((*at_risk.shape, n_causes))
    ended = np.flatnonzero(cases.cause > 0)
    endings[ended, cases.exit[ended] - 1, cases.cause[ended] - 1] = 1.0
    return at_risk, endings


def in_gaps(
    cases: FollowUps, log_odds: dict[int, Floats], detection: Detection, at_risk: Floats, endings: Floats
) -> None:
    """Complete the months after the last sight, in place, given that nothing was noted.

    Parameters
    ----------
    cases : FollowUps
        The cases.
    log_odds : dict of int to numpy.ndarray of shape (g, k)
        Monthly log odds of the rows with a gap, from month `exit` + 1 to `until`.
    detection : Detection
        What would have been noted.
    at_risk, endings : numpy.ndarray of shape (n, w) and (n, w, k)
        As `observed` makes them.

    Examples
    --------
    A month that nobody looked at, in which a half would have collapsed:

    >>> one, zero = np.ones(1, dtype=int), np.zeros(1, dtype=int)
    >>> cases = FollowUps(one, one, np.ones(1), zero, one, zero, 2 * one, one, zero, zero, np.array([[0, 0]]))
    >>> at_risk, endings = observed(cases, 3)
    >>> in_gaps(cases, {0: np.array([[-50.0, 0.0, -50.0]])}, Detection(), at_risk, endings)
    >>> at_risk.tolist(), endings[0, 1].round(6).tolist()
    ([[1.0, 1.0]], [0.0, 0.5, 0.0])
    """
    for row, eta in log_odds.items():
        first, last = int(cases.exit[row]), int(cases.until[row])
        seen = detection.monthly(last - first, float(cases.looked[row] - first))
        at_risk[row, first:last], endings[row, first:last] = completed_gap(probabilities(eta), seen[:, : eta.shape[1]])


def _distinct(lines: Lines) -> Integers:
    """Number of each line's row and covariates: lines of a case that do not differ share their groups."""
    found = np.unique(np.column_stack([lines.row, lines.covariates]), axis=0, return_inverse=True)[1]
    return np.asarray(found, dtype=np.int64).ravel()


def _refuse(wrong: NDArray[np.bool_] | np.bool_, expected: str, value: Integers | Floats) -> None:
    row = first_fault(np.asarray(wrong))
    if row is not None:
        raise ValueError(f"{expected}, got {value[row]} in row {row}; correct or leave out the row")
