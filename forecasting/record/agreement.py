"""Inter-coder agreement corrected for chance."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from forecasting.record.reading import RawRecord
from forecasting.record.vocabulary import TARGETS

CONFIDENCE = "confidence"


def krippendorff_alpha(
    first: ArrayLike, second: ArrayLike, metric: Literal["nominal", "interval"] = "nominal"
) -> float:
    """Krippendorff's alpha of two coders, 1 - D_observed / D_expected.

    Parameters
    ----------
    first, second : array_like of shape (n,)
        Values that each coder assigned to the same n units.
    metric : {"nominal", "interval"}
        Difference of two values: 1 unless they are the same text, or the square of the difference of two numbers.

    Returns
    -------
    float
        1 is perfect agreement, 0 agreement by chance, below 0 less than by chance. NaN where all values are the same,
        so that no disagreement was possible.

    Raises
    ------
    ValueError
        Where the shapes differ, are not one-dimensional, or are empty.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania.

    Examples
    --------
    >>> round(krippendorff_alpha(["a", "a", "b", "b"], ["a", "a", "b", "a"]), 4)
    0.5333
    >>> round(krippendorff_alpha([1, 2, 3, 4], [1, 2, 3, 5], "interval"), 4)
    0.9369
    """
    one, other = (np.asarray(values, dtype=float if metric == "interval" else str) for values in (first, second))
    if one.shape != other.shape or one.ndim != 1 or not len(one):
        raise ValueError(f"expected two coders' values of the same n units, got {one.shape} and {other.shape}")
    every = np.concatenate([one, other])
    if metric == "interval":
        observed, expected = np.mean((one - other) ** 2), 2.0 * np.var(every, ddof=1)
    else:
        number = np.unique(every, return_counts=True)[1].astype(float)
        total = number.sum()
        observed, expected = np.mean(one != other), 1.0 - (number * (number - 1.0)).sum() / (total * (total - 1.0))
    return float(1.0 - observed / expected) if expected > 0 else float("nan")


def coder_agreement(record: RawRecord) -> pd.DataFrame:
    """Agreement of the second coder with the record, one row per column coded twice, lowest alpha first.

    Parameters
    ----------
    record : RawRecord
        The record as text; its `second_coding.csv` has the values of the second coder.

    Returns
    -------
    pandas.DataFrame
        `field`; `n`, cases coded twice; `same`, the share with the same value, in [0, 1]; `alpha`, Krippendorff's alpha
        for nominal values, at most 1. Without a case coded twice it has no rows.

    Notes
    -----
    `formal_target` is compared as the second coder coded it, named or not. `cause` and `end_date` are those under the
    first target. Dates agree only if they are the same day. The coders' own `confidence` is not a fact of a case and is
    left out.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = coder_agreement(load_history().record).set_index("field")
    >>> print(f"{found.loc['cause', 'same']:.2f}")
    0.90
    """
    second = record.tables["second_coding"].cells.set_index("case_id")
    outcomes = record.tables["outcomes"].cells
    ends = outcomes[outcomes["target"] == TARGETS[0]].set_index("case_id")[["cause", "end_date"]]
    cases = record.tables["cases"].cells
    coded = [name for name in cases.columns if name == "case_id" or name in second.columns]
    first = cases[coded].set_index("case_id").join(ends)
    first["formal_target"] = np.where(first["formal_target"] != "", "1", "0")
    ids = [case for case in second.index if case in first.index]
    rows = []
    for field in (name for name in second.columns if name in first.columns and name != CONFIDENCE and ids):
        one, other = first.loc[ids, field].to_numpy(), second.loc[ids, field].to_numpy()
        same = float((one == other).mean())
        rows.append({"field": field, "n": len(ids), "same": same, "alpha": krippendorff_alpha(one, other)})
    return pd.DataFrame(rows, columns=["field", "n", "same", "alpha"]).sort_values("alpha", ignore_index=True)
