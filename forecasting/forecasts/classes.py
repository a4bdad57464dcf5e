"""Classes of cases for base rates by class: type, and rivalry of the parties."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CLASSES: Final = {"type": "type", "rivalry": "adversarial"}
CLASSES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "type_base_rate": ("type",),
    "rivalry_base_rate": ("type", "rivalry"),
}
"""What the classes of a base rate by class are made of, by the name of the model."""


def class_labels(starts: pd.DataFrame, model: str) -> NDArray[np.str_]:
    """Class of each case for a base rate by class.

    Parameters
    ----------
    starts : pandas.DataFrame of n rows
        Columns of `cases.csv`.
    model : str
        Name out of `CLASSES_OF`.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        Labels.

    Examples
    --------
    >>> class_labels(pd.DataFrame({"type": ["pledge"], "adversarial": [1.0]}), "rivalry_base_rate").tolist()
    ['pledge; rivals']
    """
    found = start_covariates(starts, CLASSES_OF[model])
    return np.array(["; ".join(map(str, row)) for row in found.to_numpy()], dtype=str)


def start_covariates(starts: pd.DataFrame, classes: Sequence[str] = tuple(CLASSES)) -> pd.DataFrame:
    """Classes of cases, from what was coded for their start.

    Parameters
    ----------
    starts : pandas.DataFrame of n rows
        Columns of `cases.csv`.
    classes : sequence of {"type", "rivalry"}
        Classes; by default both.

    Returns
    -------
    pandas.DataFrame of n rows
        One column of text per class, with the index of `starts`.

    Examples
    --------
    >>> start_covariates(pd.DataFrame({"adversarial": [1.0, 0.5]}), ["rivalry"])["rivalry"].tolist()
    ['rivals', 'unclear']
    """
    found = {name: starts[CLASSES[name]] for name in classes}
    if "rivalry" in found:
        found["rivalry"] = found["rivalry"].map(rivalry)
    return pd.DataFrame(found, index=starts.index)


def rivalry(adversarial: float) -> str:
    """Class of a case by rivalry of its principal parties; an uncertain coding is a class of its own.

    Parameters
    ----------
    adversarial : float
        Probability in [0, 1] that the parties are each other's main rival.

    Returns
    -------
    {"rivals", "not rivals", "unclear"}
        For 1, for 0, and for anything between.

    Examples
    --------
    >>> rivalry(1.0)
    'rivals'
    """
    return {1.0: "rivals", 0.0: "not rivals"}.get(adversarial, "unclear")
