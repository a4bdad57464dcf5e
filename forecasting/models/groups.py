"""Groups of cases with partially pooled intercepts: which of them have one, and their indicators."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def repeated_groups(X: pd.DataFrame, name: str) -> list[str]:
    """Groups with at least two cases. The intercept of a single case would be that case's own residual.

    Parameters
    ----------
    X : DataFrame
        `case` and the column of groups; a case may have several rows.
    name : str
        Column of groups.

    Returns
    -------
    list of str
        Sorted names of the groups.

    Examples
    --------
    >>> repeated_groups(pd.DataFrame({"case": [0, 0, 1, 2], "era": ["old", "old", "new", "new"]}), "era")
    ['new']
    """
    pairs = X[[name, "case"]].drop_duplicates()
    sizes = pairs[name].value_counts()
    return sorted(str(group) for group in sizes.index[sizes >= 2])


def indicators(groups: pd.Series, levels: list[str]) -> NDArray[np.float64]:
    """Indicators of the levels that rows belong to.

    Parameters
    ----------
    groups : Series of length n
        Group of each row.
    levels : list of str
        Groups with an intercept.

    Returns
    -------
    numpy.ndarray of shape (n, n_levels)
        1 where a row belongs to a level; a row of zeros for a group that is not a level.

    Examples
    --------
    >>> indicators(pd.Series(["new", "old"]), ["new"]).tolist()
    [[1.0], [0.0]]
    """
    numbers = {level: number for number, level in enumerate(levels)}
    codes = np.array([numbers.get(str(group), -1) for group in groups])
    return (codes[:, None] == np.arange(len(levels))).astype(np.float64)
