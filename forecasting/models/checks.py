"""Checks of the arrays that models take: shapes, whole numbers, ranges. A fault is named with its row."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LARGEST = 2.0**63
MOST_CAUSES = 100


def check_spells(
    entry: ArrayLike,
    exit: ArrayLike,
    cause: ArrayLike,
    n_causes: int,
    weights: ArrayLike | None = None,
    *,
    first: str = "entry",
    what: str = "spell",
) -> tuple[Integers, Integers, Integers]:
    """Spells, checked.

    Parameters
    ----------
    entry, exit : array_like of int, shape (n,)
        Completed months at which each begins, from 0; month of age, greater than that, in which it ends.
    cause : array_like of int, shape (n,)
        0 for censored, else 1 to `n_causes`.
    n_causes : int
        Number of causes, at most 100.
    weights : array_like of shape (n,) or (n_replicates, n), optional
        Finite and at least 0.
    first, what : str
        Words for the beginning and for a row in messages.

    Returns
    -------
    entry, exit, cause : numpy.ndarray of int, shape (n,)
        The same as whole numbers.

    Raises
    ------
    ValueError
        With the row of the first value that is another.

    Examples
    --------
    >>> [part.tolist() for part in check_spells([0.0], [3], [1], n_causes=1)]
    [[0], [3], [1]]
    """
    if n_causes > MOST_CAUSES:
        raise ValueError(f"expected at most {MOST_CAUSES} causes, got {n_causes}; put endings together")
    begin = whole_numbers(f"{first} ages", entry)
    end, ending = whole_numbers("exit ages", exit, len(begin)), whole_numbers("causes", cause, len(begin))
    row = first_fault((end <= begin) | (begin < 0))
    if row is not None:
        raise ValueError(
            f"expected 0 <= {first} < exit for every {what}, got {first} {begin[row]} and exit {end[row]} in row "
            f"{row}; leave out {what}s without a month at risk"
        )
    row = first_fault((ending < 0) | (ending > n_causes))
    if row is not None:
        raise ValueError(
            f"expected causes from 0 (censored) to {n_causes}, got {ending[row]} in row {row}; number them anew"
        )
    if weights is not None:
        check_weights(weights, len(begin))
    return begin, end, ending


def check_weights(weights: ArrayLike, n: int) -> Floats:
    """Weights of rows, checked.

    Parameters
    ----------
    weights : array_like of shape (n,) or (n_replicates, n)
        Finite and at least 0.
    n : int
        Number of rows.

    Returns
    -------
    numpy.ndarray of shape (n,) or (n_replicates, n)
        The weights.

    Raises
    ------
    ValueError
        With the row of the first weight that is another, or for another shape.

    Examples
    --------
    >>> check_weights([0.5, 1.0], 2).tolist()
    [0.5, 1.0]
    """
    values = np.asarray(weights, dtype=np.float64)
    if values.ndim not in (1, 2) or values.shape[-1] != n:
        raise ValueError(f"expected weights of shape ({n},) or (replicates, {n}), got {values.shape}; give one a row")
    faulty = ~(np.isfinite(values) & (values >= 0.0))
    row = first_fault(faulty if values.ndim == 1 else faulty.any(axis=0))
    if row is not None:
        value = values[..., row][faulty[..., row]].flat[0]
        raise ValueError(f"expected weights of 0 or more, got {value:g} in row {row}; leave out such rows")
    return values


def check_ahead(
    ages: ArrayLike, gaps: ArrayLike, horizons: Sequence[int], looked: ArrayLike | None = None
) -> tuple[Integers, Integers, tuple[int, ...]]:
    """Ages, gaps and horizons of cases to forecast, checked.

    Parameters
    ----------
    ages : array_like of int, shape (n,)
        Completed months when last observed, from 0.
    gaps : array_like of int, shape (n,)
        Months from then to the forecast day, from 0.
    horizons : sequence of int
        Months after the forecast day, ascending, from 1.
    looked : array_like of shape (n,), optional
        Months from the last sight until which somebody looked, from 0 to the gap.

    Returns
    -------
    ages, gaps : numpy.ndarray of int, shape (n,)
        The same as whole numbers.
    horizons : tuple of int
        The horizons.

    Raises
    ------
    ValueError
        With the row of the first value that is another.

    Examples
    --------
    >>> check_ahead([3], [0], (12, 24))[2]
    (12, 24)
    """
    age = whole_numbers("ages", ages)
    gap = whole_numbers("gaps", gaps, len(age))
    for name, values in (("ages", age), ("gaps", gap)):
        row = first_fault(values < 0)
        if row is not None:
            raise ValueError(f"expected {name} of 0 months or more, got {values[row]} in row {row}; check the days")
    if looked is not None:
        seen = _shaped("months looked at", looked, len(age))
        row = first_fault(~((seen >= 0.0) & (seen <= gap)))
        if row is not None:
            raise ValueError(
                f"expected months looked at from 0 to the gap of {gap[row]}, got {seen[row]:g} in row {row}; "
                "check the days"
            )
    return age, gap, check_horizons(horizons)


def check_horizons(horizons: Sequence[int]) -> tuple[int, ...]:
    """Horizons, checked.

    Parameters
    ----------
    horizons : sequence of int
        Months after the forecast day, ascending, from 1.

    Returns
    -------
    tuple of int
        The horizons.

    Raises
    ------
    ValueError
        For none, or others.

    Examples
    --------
    >>> check_horizons([12, 24])
    (12, 24)
    """
    months = whole_numbers("horizons", horizons)
    if not len(months) or months[0] < 1 or (np.diff(months) <= 0).any():
        raise ValueError(
            f"expected horizons of 1 month or more in ascending order, got {months.tolist()}; sort them, each once"
        )
    return tuple(months.tolist())


def check_recorded(recorded: Sequence[float], n: int) -> None:
    """Months until which a record looks, checked.

    Parameters
    ----------
    recorded : sequence of float, of length n
        Months after the last sight of each case; finite.
    n : int
        Number of cases.

    Raises
    ------
    ValueError
        With the row of the first that is another.

    Examples
    --------
    >>> check_recorded([12.0], 1)
    """
    values = _shaped("months on record", recorded, n)
    row = first_fault(~np.isfinite(values))
    if row is not None:
        raise ValueError(f"expected finite months on record, got {values[row]:g} in row {row}; check the days")


def check_columns(X: pd.DataFrame, names: Sequence[str]) -> None:
    """Columns of numbers, checked.

    Parameters
    ----------
    X : pandas.DataFrame
        Rows of covariates.
    names : sequence of str
        Columns that hold finite numbers.

    Raises
    ------
    ValueError
        With the row and the column of the first value that is another, or for a column that is missing.

    Examples
    --------
    >>> check_columns(pd.DataFrame({"talks": [0.0]}), ["talks"])
    """
    missing = [name for name in names if name not in X]
    if missing:
        raise ValueError(f"expected the columns {', '.join(names)}, got none of {', '.join(missing)}; add them")
    for name in names:
        values = X[name].to_numpy(np.float64)
        row = first_fault(~np.isfinite(values))
        if row is not None:
            raise ValueError(f"expected finite numbers in {name}, got {values[row]:g} in row {row}; fill or drop it")


def same_length(parts: Mapping[str, NDArray[np.generic]]) -> None:
    """Arrays with one value a row, checked to be of one length.

    Parameters
    ----------
    parts : mapping of str to numpy.ndarray
        By the name for messages.

    Raises
    ------
    ValueError
        Where one has another number of rows than the first.

    Examples
    --------
    >>> same_length({"age": np.zeros(2), "gap": np.zeros(2)})
    """
    n = len(next(iter(parts.values())))
    for name, values in parts.items():
        if len(values) != n:
            raise ValueError(f"expected {n} rows in {name} as in the others, got {len(values)}; give one value a row")


def whole_numbers(name: str, values: ArrayLike, n: int | None = None) -> Integers:
    """Whole numbers, checked.

    Parameters
    ----------
    name : str
        Plural noun for messages.
    values : array_like of shape (n,)
        Numbers.
    n : int, optional
        How many; by default any number.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        The numbers.

    Raises
    ------
    ValueError
        With the row of the first that is not whole.

    Examples
    --------
    >>> whole_numbers("ages", [3.0, 4]).tolist()
    [3, 4]
    """
    numbers = _shaped(name, values, n)
    row = first_fault(~((np.abs(numbers) < LARGEST) & (numbers == np.round(numbers))))
    if row is not None:
        raise ValueError(f"expected {name} in whole months or numbers, got {numbers[row]:g} in row {row}; round them")
    return np.asarray(values).astype(np.int64)


def first_fault(faulty: NDArray[np.bool_] | np.bool_) -> int | None:
    """Position of the first True; None without one.

    >>> first_fault(np.array([False, True])), first_fault(np.array([False]))
    (1, None)
    """
    rows = np.flatnonzero(faulty)
    return int(rows[0]) if len(rows) else None


def _shaped(name: str, values: ArrayLike, n: int | None) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or n not in (None, len(numbers)):
        raise ValueError(f"expected {name} of shape ({'n' if n is None else n},), got {numbers.shape}; give one a row")
    return numbers
