"""Registry of the features: name, quantity, unit, range, and the reason for including each."""

import difflib
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from forecasting.record.cases import Dossier
from forecasting.record.dossiers import DossierIndex
from forecasting.store.errors import UsageError

Role = Literal["model", "hindsight", "catalogue"]
Measure = Callable[[Dossier], float]
ROLES: Final = get_args(Role)


@dataclass(frozen=True)
class Feature:
    """A registered feature.

    Attributes
    ----------
    name, family : str
        Names of its function and of the module.
    role : {"model", "hindsight", "catalogue"}
        See `feature`.
    unit : str
        Unit.
    minimum, maximum : float
        Range.
    what, reason : str
        First line of its docstring, and the rest.
    measure : callable
        Value of a `Dossier`.
    """

    name: str
    family: str
    role: Role
    unit: str
    minimum: float
    maximum: float
    what: str
    reason: str
    measure: Measure


FEATURES: Final[dict[str, Feature]] = {}


def feature(*, unit: str, minimum: float, maximum: float, role: Role) -> Callable[[Measure], Measure]:
    """Register the decorated function under its name; its family is its module.

    Parameters
    ----------
    unit : str
        Unit of the value.
    minimum, maximum : float
        Range of the value, bounds included.
    role : {"model", "hindsight", "catalogue"}
        `model` enters the headline model, `hindsight` only the variant beside it, `catalogue` neither.

    Returns
    -------
    callable
        Decorator that returns the function unchanged.

    Raises
    ------
    ValueError
        For a name that is registered already.

    Examples
    --------
    >>> @feature(unit="0/1", minimum=0, maximum=2, role="catalogue")
    ... def bilateral(dossier): ...
    Traceback (most recent call last):
    ValueError: two features are called bilateral
    """

    def register(measure: Measure) -> Measure:
        name = measure.__name__
        if name in FEATURES:
            raise ValueError(f"two features are called {name}")
        what, _, reason = inspect.cleandoc(measure.__doc__ or "").partition("\n")
        family = measure.__module__.rpartition(".")[2]
        FEATURES[name] = Feature(name, family, role, unit, minimum, maximum, what, " ".join(reason.split()), measure)
        return measure

    return register


def names_of(role: Role) -> tuple[str, ...]:
    """Names of the features with a role.

    Parameters
    ----------
    role : {"model", "hindsight", "catalogue"}
        See `feature`.

    Returns
    -------
    tuple of str
        In the order of registration.

    Examples
    --------
    >>> "bilateral" in names_of("model")
    True
    """
    return tuple(name for name, known in FEATURES.items() if known.role == role)


def feature_table(
    index: DossierIndex, landmarks: Sequence[tuple[str, date]], names: Iterable[str] | None = None
) -> pd.DataFrame:
    """Values of features on landmarks.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of a record.
    landmarks : sequence of (str, date)
        m pairs of a case_id and a day.
    names : iterable of str, optional
        Features; by default those of the headline model.

    Returns
    -------
    pandas.DataFrame
        m rows, in order, with one column of finite floats per feature.

    Raises
    ------
    UsageError
        For an unknown feature or case, or a day before the case was known.
    LeakageError
        For a day after that of the index.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> landmark = ("new-start-post-expiry-2026", history.as_of)
    >>> feature_table(history.dossiers(), [landmark], ["bilateral", "text_exists"]).to_numpy().tolist()
    [[1.0, 1.0]]
    """
    chosen = names_of("model") if names is None else tuple(names)
    measures = [_known_feature(name).measure for name in chosen]
    values = np.empty((len(landmarks), len(chosen)))
    for line, (case_id, day) in enumerate(landmarks):
        dossier = index.dossier(case_id, day)
        values[line] = [measure(dossier) for measure in measures]
    return pd.DataFrame(values, columns=list(chosen))


def catalogue() -> pd.DataFrame:
    """Catalogue of all features.

    Returns
    -------
    pandas.DataFrame
        One row per feature, in the order of registration: `name`, `family`, `role`, `unit`, `minimum`, `maximum`,
        `what`, `reason`.

    Examples
    --------
    >>> catalogue().set_index("name").loc["bilateral", ["family", "role", "unit"]].tolist()
    ['parties', 'model', '0/1']
    """
    columns = ["name", "family", "role", "unit", "minimum", "maximum", "what", "reason"]
    return pd.DataFrame([{column: getattr(known, column) for column in columns} for known in FEATURES.values()])


def _known_feature(name: str) -> Feature:
    if name not in FEATURES:
        near = difflib.get_close_matches(name.lower(), FEATURES, n=3, cutoff=0.0)
        raise UsageError(f"expected the name of a feature, got {name!r}; did you mean {', '.join(near)}?")
    return FEATURES[name]
