"""How far two coders agree beyond chance."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from forecasting.record.reading import RawRecord
from forecasting.record.vocabulary import TARGETS

APART = ("end_date", "confidence")


def krippendorff_alpha(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two coders on nominal values, 1 - D_observed / D_expected; 1 is perfect, 0 is chance.

    `first`, `second` (n,): the values that each gave to the same n units (Krippendorff 2011). NaN where all values
    are the same, so that nothing could have been disagreed on.

    >>> round(krippendorff_alpha(["a", "a", "b", "b"], ["a", "a", "b", "a"]), 4)
    0.5333
    """
    one, other = (np.asarray(values, dtype=str) for values in (first, second))
    if one.shape != other.shape or one.ndim != 1 or not len(one):
        raise ValueError(f"wanted two coders' values of the same n units; came {one.shape} and {other.shape}")
    number = np.unique(np.concatenate([one, other]), return_counts=True)[1].astype(float)
    total = number.sum()
    expected = 1.0 - (number * (number - 1.0)).sum() / (total * (total - 1.0))
    return float(1.0 - np.mean(one != other) / expected) if expected > 0 else float("nan")


def agreement(record: RawRecord) -> pd.DataFrame:
    """One row per column coded twice: field, n, same (share), alpha; the least agreed first."""
    second = record.tables["second_coding"].cells.set_index("case_id")
    outcomes = record.tables["outcomes"].cells
    ends = outcomes[outcomes["target"] == TARGETS[0]].set_index("case_id")[["cause"]]
    first = record.tables["cases"].cells.set_index("case_id").join(ends)
    first["formal_target"] = np.where(first["formal_target"] != "", "1", "0")
    ids = [case for case in second.index if case in first.index]
    rows = []
    for field in (name for name in second.columns if name in first.columns and name not in APART and ids):
        one, other = first.loc[ids, field].to_numpy(), second.loc[ids, field].to_numpy()
        same = float((one == other).mean())
        rows.append({"field": field, "n": len(ids), "same": same, "alpha": krippendorff_alpha(one, other)})
    return pd.DataFrame(rows, columns=["field", "n", "same", "alpha"]).sort_values("alpha", ignore_index=True)
