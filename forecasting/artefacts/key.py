"""Dependencies of fitted models, and the key computed from them."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from forecasting.forecasts.fit import check_models
from forecasting.models import MODELS
from forecasting.record.history import History
from forecasting.record.panel import check_choice
from forecasting.store.code_hash import PACKAGE, library_versions, modules_sha256
from forecasting.store.values import Values

FITTING = ("forecasting.forecasts.forecast", "forecasting.artefacts.store")


class MadeFrom(Values):
    """All that determines fitted models.

    Attributes
    ----------
    record_sha256 : str
        Hash of the record.
    as_of : str
        Day, YYYY-MM-DD.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.
    models : tuple of str
        Names of the models, in the order of `MODELS`.
    code_sha256 : str
        See `code_sha256`.
    versions : dict of str to str
        Versions of the libraries.

    Examples
    --------
    >>> from forecasting import load_history
    >>> source = made_from(load_history(as_of="2026-02-05"), ["base_rate"], "concluded", "forward")
    >>> source.as_of, source.models, len(source.key)
    ('2026-02-05', ('base_rate',), 64)
    """

    record_sha256: str
    as_of: str
    target: str
    population: str
    models: tuple[str, ...]
    code_sha256: str
    versions: dict[str, str]

    @property
    def key(self) -> str:
        """Content address: the sha256 of these values, 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json")).encode()).hexdigest()


def made_from(history: History, names: Iterable[str], target: str, population: str) -> MadeFrom:
    """Dependencies of models fitted on a history by the code of this process.

    Parameters
    ----------
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`, in any order.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.

    Returns
    -------
    MadeFrom
        Its `key` names the artefact.

    Raises
    ------
    UsageError
        For another model, target or population.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> one, other = (made_from(history, ["base_rate"], target, "forward") for target in ("concluded", "in_force"))
    >>> one.key == other.key
    False
    """
    check_choice(target, population)
    chosen, history = check_models(names), history.training
    return MadeFrom(
        record_sha256=history.sha256,
        as_of=history.as_of.isoformat(),
        target=target,
        population=population,
        models=tuple(name for name in MODELS if name in chosen),
        code_sha256=code_sha256(),
        versions=library_versions(),
    )


@cache
def code_sha256(package: Path = PACKAGE) -> str:
    """Hash of the code that determines fitted models and their forecasts: what fits, writes and reads them.

    Parameters
    ----------
    package : Path
        Folder of the package; its name is the name that its modules import it by.

    Returns
    -------
    str
        `modules_sha256` of the modules in `FITTING`, 64 hexadecimal digits.

    Examples
    --------
    >>> len(code_sha256())
    64
    """
    return modules_sha256(FITTING, package)
