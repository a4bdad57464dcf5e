"""An order of rows that does not hang on how they came."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def case_order(X: pd.DataFrame, case: pd.Series, y: Integers, group: Integers) -> tuple[Integers, Integers]:
    """Order of rows by group and, within it, by a hash of what the rows of each case hold.

    In that order sums, folds and draws are the same for every order of the cases, to the last digit.

    Parameters
    ----------
    X : pandas.DataFrame of n rows
        All columns that a fit reads.
    case : pandas.Series of length n
        Case of each row.
    y : numpy.ndarray of int, shape (n, m)
        Outcomes of the rows.
    group : numpy.ndarray of int, shape (n,)
        Group of each row, the same for all rows of a case.

    Returns
    -------
    order : numpy.ndarray of int, shape (n,)
        Positions of the rows; those of a case stay in the order they had, since the first stands for its spell.
    number : numpy.ndarray of int, shape (n,)
        Number of the case of each row in that order, from 0.

    Examples
    --------
    >>> X, y = pd.DataFrame({"x": [1.0, 2.0, 3.0]}), np.zeros((3, 1), dtype=int)
    >>> order, number = case_order(X, pd.Series(["b", "a", "b"]), y, np.array([9, 4, 9]))
    >>> order.tolist(), number.tolist()
    ([1, 0, 2], [0, 1, 1])
    """
    code, names = pd.factorize(case)
    told = pd.util.hash_pandas_object(X.reset_index(drop=True), index=False).to_numpy()
    told = told + pd.util.hash_pandas_object(pd.DataFrame(y), index=False).to_numpy()
    place = pd.Series(code).groupby(code).cumcount().to_numpy().astype(np.uint64)
    held = np.zeros(len(names), dtype=np.uint64)
    np.add.at(held, code, told * (1 + place))
    own = np.zeros(len(names), dtype=np.int64)
    own[code] = group
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort([held, own])] = np.arange(len(names))
    order = np.argsort(rank[code], kind="stable")
    return order, rank[code][order]
