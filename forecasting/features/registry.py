"""Registry of the features: name, quantity, unit, range, and the reason why it should matter."""

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

Role = Literal["model", "hindsight", "offered"]
Measure = Callable[[Dossier], float]
ROLES: Final = get_args(Role)


@dataclass(frozen=True)
class Feature:
    """A registered feature. `what` is the first line of its docstring, `reason` the rest."""

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

    `role`: `model` enters the headline model, `hindsight` only the variant beside it, `offered` neither.
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
    """Names of the features with this role, in registered order."""
    return tuple(name for name, known in FEATURES.items() if known.role == role)


def feature_table(
    index: DossierIndex, landmarks: Sequence[tuple[str, date]], names: Iterable[str] | None = None
) -> pd.DataFrame:
    """The named features (default: those of the headline model), one row per landmark (case_id, day), in order.

    Every value is a finite float. Raises `UsageError` for an unknown feature or case, `LeakageError` for a day
    after that of the index.
    """
    chosen = names_of("model") if names is None else tuple(names)
    measures = [_known_feature(name).measure for name in chosen]
    values = np.empty((len(landmarks), len(chosen)))
    for line, (case_id, day) in enumerate(landmarks):
        dossier = index.dossier(case_id, day)
        values[line] = [measure(dossier) for measure in measures]
    return pd.DataFrame(values, columns=list(chosen))


def catalogue() -> pd.DataFrame:
    """All features, one row each: name, family, role, unit, minimum, maximum, what, reason."""
    columns = ["name", "family", "role", "unit", "minimum", "maximum", "what", "reason"]
    return pd.DataFrame([{column: getattr(known, column) for column in columns} for known in FEATURES.values()])


def _known_feature(name: str) -> Feature:
    if name not in FEATURES:
        near = difflib.get_close_matches(name, FEATURES, n=3, cutoff=0.0)
        raise UsageError(f"expected the name of a feature, got {name!r}; nearest: {', '.join(near)}")
    return FEATURES[name]
