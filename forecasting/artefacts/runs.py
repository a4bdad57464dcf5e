"""Run-length form of arrays with runs of equal columns, such as counts by month: each run is stored once, exactly."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.store.errors import shown
from forecasting.store.npz import Arrays

MOST_NUMBERS = 32_000_000
STARTS = "starts"


def packed(array: Any, name: str, arrays: Arrays) -> dict[str, Any]:
    """Add an array of 8-byte floats to `arrays` under `name`, as it is or with one column of each run.

    The columns are those of the array as a matrix with one row for each index of its first axis (one row, if it has one
    axis only). Where fewer than half of them begin a run, only these are stored, with their positions as integers.

    Parameters
    ----------
    array : numpy.ndarray of float64
        Array of any shape.
    name : str
        Its name; the positions are stored under `<name>.starts`.
    arrays : dict of str to numpy.ndarray
        Arrays to add to.

    Returns
    -------
    dict
        `shape` of the array, and whether it is stored by `runs`.

    Raises
    ------
    ValueError
        For anything but an array of 8-byte floats.

    Examples
    --------
    >>> arrays = {}
    >>> packed(np.array([2.0, 2.0, 2.0, 5.0, 5.0, 5.0]), "x", arrays)
    {'shape': [6], 'runs': True}
    >>> arrays["x"].tolist(), arrays["x.starts"].tolist()
    ([[2.0, 5.0]], [0, 3])
    """
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise ValueError(f"expected an array of floats at {name}, got {getattr(array, 'dtype', type(array).__name__)}")
    flat = np.ascontiguousarray(array).reshape(_rows(array.shape), -1) if array.size else array.reshape(1, 0)
    bits = flat.view(np.int64)
    starts = np.flatnonzero(np.concatenate([[True], np.any(bits[:, 1:] != bits[:, :-1], axis=0)])).astype(np.int64)
    by_runs = 2 * len(starts) < flat.shape[1]
    arrays[name] = np.ascontiguousarray(flat[:, starts]) if by_runs else np.ascontiguousarray(array)
    if by_runs:
        arrays[f"{name}.{STARTS}"] = starts
    return {"shape": list(array.shape), "runs": by_runs}


def unpacked(plain: Any, name: str, arrays: Arrays) -> NDArray[np.float64]:
    """The array written by `packed`.

    Parameters
    ----------
    plain : object
        Return value of `packed`.
    name : str
        Name of the array.
    arrays : dict of str to numpy.ndarray
        The stored arrays are taken out of it.

    Returns
    -------
    numpy.ndarray of float64
        The array, equal in every bit.

    Raises
    ------
    ValueError
        Unless the stored arrays are of the shape that `plain` states.
    """
    shape, by_runs = _form_of(plain, name)
    kept = _taken(name, arrays, np.float64)
    if not by_runs:
        _require(kept.shape == shape, f"numbers of shape {shape} at {name}", kept.shape)
        return kept
    starts, rows = _taken(f"{name}.{STARTS}", arrays, np.int64), _rows(shape)
    columns = prod(shape) // max(rows, 1)
    _require(prod(shape) <= MOST_NUMBERS, f"at most {MOST_NUMBERS} numbers at {name}", prod(shape))
    rising = starts.ndim == 1 and starts[:1].tolist() == [0] and bool((np.diff(starts, append=columns) > 0).all())
    _require(rising, f"rising places from 0 to below {columns} at {name}.{STARTS}", starts.tolist())
    _require(kept.shape == (rows, len(starts)), f"numbers of shape {(rows, len(starts))} at {name}", kept.shape)
    return np.repeat(kept, np.diff(starts, append=columns), axis=1).reshape(shape)


def _form_of(plain: Any, name: str) -> tuple[tuple[int, ...], bool]:
    """Shape of a written array, and whether it is stored by runs."""
    right = isinstance(plain, dict) and set(plain) == {"shape", "runs"} and type(plain["runs"]) is bool
    right = right and isinstance(plain["shape"], list) and all(type(n) is int and n >= 0 for n in plain["shape"])
    _require(right, f"the shape and runs of an array at {name}", plain)
    return tuple(plain["shape"]), plain["runs"]


def _taken(name: str, arrays: Arrays, dtype: type) -> NDArray[Any]:
    found = arrays.pop(name, None)
    if found is None:
        raise ValueError(f"expected the array {name}, got none")
    _require(found.dtype == dtype, f"{np.dtype(dtype)} at {name}", found.dtype.name)
    return found


def _rows(shape: tuple[int, ...]) -> int:
    return shape[0] if len(shape) > 1 else 1


def _require(right: bool, expected: str, got: object) -> None:
    if not right:
        raise ValueError(f"expected {expected}, got {shown(got)}")
