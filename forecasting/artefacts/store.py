"""Folder of artefacts: training, saving, finding and loading fitted models."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from forecasting.artefacts.format import ARRAYS, VALUES, contents_of, read_arrays, read_values, restored
from forecasting.artefacts.key import MadeFrom, made_from
from forecasting.forecasts import FittedModels, fit_models
from forecasting.forecasts.fit import check_models
from forecasting.models import DEFAULT, MODELS
from forecasting.record.history import History
from forecasting.record.panel import Population, check_choice, spells
from forecasting.record.reads import read_of
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import ArtefactError, ForeignFileError, UsageError, unwritable
from forecasting.store.files import write_whole

ARTEFACTS = Path("artefacts")


@dataclass(frozen=True)
class Trained:
    """An artefact on disk.

    Attributes
    ----------
    key : str
        Content address, see `MadeFrom.key`.
    folder : Path
        Its folder.
    already : bool
        Whether it existed before.

    Examples
    --------
    >>> Trained("a" * 64, ARTEFACTS / ("a" * 64), already=True).folder.parent.name
    'artefacts'
    """

    key: str
    folder: Path
    already: bool


@dataclass(frozen=True)
class Obtained:
    """Fitted models and their source.

    Attributes
    ----------
    fitted : FittedModels
        The models.
    key : str or None
        Key of the artefact; None where the models were fitted in this process.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> Obtained(fit_models(history, ["base_rate"]), key=None).only("base_rate").as_of.isoformat()
    '2026-02-05'
    """

    fitted: FittedModels
    key: str | None

    def only(self, *names: str) -> FittedModels:
        """The named models alone, in that order."""
        return self.fitted.only(*names)


def train(
    history: History,
    names: Iterable[str] = tuple(MODELS),
    target: str = TARGETS[0],
    population: Population = "forward",
    artefacts: str | Path = ARTEFACTS,
) -> Trained:
    """Fit models and write them; an existing artefact of them is verified instead.

    Parameters
    ----------
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`; by default all.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.
    artefacts : str or Path
        Folder of artefacts.

    Returns
    -------
    Trained
        The artefact.

    Raises
    ------
    ArtefactError
        For an existing artefact that is damaged.
    InsufficientHistoryError
        Where fewer than 10 endings were known.
    UsageError
        For another model, target or population, or a folder that cannot be written.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [train(history, ["base_rate"], artefacts=folder).already for _ in range(2)]
    [False, True]
    """
    expected = made_from(history, names, target, population)
    folder = Path(artefacts) / expected.key
    if os.path.lexists(folder):
        load(folder, history, expected)
        return Trained(expected.key, folder, already=True)
    return save(fit_models(history, expected.models, target, population), history, artefacts)


def save(fitted: FittedModels, history: History, artefacts: str | Path = ARTEFACTS) -> Trained:
    """Write fitted models into a folder of their own, which appears whole, and only if it can be read again.

    Of two processes that write the same models one is first, and the other verifies what the first wrote.

    Parameters
    ----------
    fitted : FittedModels
        Models fitted on `history`.
    history : History
        The record as of the day.
    artefacts : str or Path
        Folder of artefacts.

    Returns
    -------
    Trained
        The artefact.

    Raises
    ------
    UsageError
        For models of another day, or a folder that cannot be written.
    ArtefactError
        For an existing artefact that is damaged.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(path.name for path in save(fit_models(history, ["base_rate"]), history, folder).folder.iterdir())
    ['arrays.npz', 'models.json']
    """
    if fitted.as_of != history.training.as_of:
        raise UsageError(
            f"expected models fitted on {history.training.as_of}, got models of {fitted.as_of}; fit them again"
        )
    source = made_from(history, fitted.models, fitted.target, fitted.population)
    folder = Path(artefacts) / source.key
    staged = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{source.key[:12]}."))
        write_whole({staged / name: content for name, content in contents_of(fitted, source).items()}, "--artefacts")
        load(staged, history, source)
        staged.chmod(0o755)
        staged.rename(folder)
        return Trained(source.key, folder, already=False)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR) or not os.path.lexists(folder):
            raise unwritable(artefacts, error.strerror, "--artefacts") from None
        load(folder, history, source)
        return Trained(source.key, folder, already=True)
    finally:
        if staged is not None:
            shutil.rmtree(staged, ignore_errors=True)


def load(folder: Path, history: History, source: MadeFrom) -> FittedModels:
    """Load and verify the fitted models in a folder.

    The hashes detect damage and confusion; they do not prove who wrote the folder.

    Parameters
    ----------
    folder : Path
        Folder of the artefact.
    history : History
        The record as of the day.
    source : MadeFrom
        Expected dependencies, made from this history.

    Returns
    -------
    FittedModels
        The models.

    Raises
    ------
    ArtefactError
        For a folder that is damaged, or of other models.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> source = made_from(history, ["base_rate"], "concluded", "forward")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     list(load(train(history, ["base_rate"], artefacts=folder).folder, history, source).models)
    ['base_rate']
    """
    remedy = f"remove {folder} and run `forecasting train` again"
    place = folder
    try:
        _require_folder(folder)
        place = folder / VALUES
        contents = read_values(place, source, remedy)
        place = folder / ARRAYS
        arrays = read_arrays(place, contents, remedy)
        place = folder / VALUES
        found = restored(contents, arrays)
    except ForeignFileError as error:
        raise ArtefactError(str(error)) from None
    except ValueError as error:
        raise ArtefactError(f"{place}: {error}; {remedy}") from None
    population = check_choice(source.target, source.population)
    history = history.training
    known = spells(history, source.target, population)
    reads = {name: read_of(columns) for name, columns in contents.reads.items()}
    return FittedModels(
        history.as_of,
        source.target,
        population,
        found.models,
        known,
        found.support,
        reads,
        found.ladder_support,
        found.ladder_base,
    )


def _require_folder(place: Path) -> None:
    """`ValueError` unless the path itself, not what a link points to, is a folder."""
    try:
        mode = place.lstat().st_mode
    except OSError as error:
        raise ValueError(f"expected a folder, got {error.strerror}") from None
    if not stat.S_ISDIR(mode):
        raise ValueError(f"expected a folder, got {'a symbolic link' if stat.S_ISLNK(mode) else 'something else'}")


def find(
    artefacts: str | Path, history: History, names: Iterable[str], target: str, population: Population
) -> Obtained | None:
    """Load the named models from an artefact of exactly them, or of all models.

    Parameters
    ----------
    artefacts : str or Path
        Folder of artefacts.
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.

    Returns
    -------
    Obtained or None
        None where neither artefact exists.

    Raises
    ------
    ArtefactError
        For an artefact that is damaged.
    UsageError
        For another model, target or population.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     trained = train(history, ["base_rate"], artefacts=folder)
    ...     found = find(folder, history, ["base_rate"], "concluded", "forward")
    ...     found.key == trained.key, find(folder, history, ["base_rate"], "in_force", "forward")
    (True, None)
    """
    asked = check_models(names)
    for folder, source in _places(artefacts, history, asked, target, population):
        if os.path.lexists(folder):
            fitted = load(folder, history, source)
            return Obtained(fitted.only(*asked), source.key)
    return None


def has_artefact(
    artefacts: str | Path, history: History, names: Iterable[str], target: str, population: Population = "forward"
) -> bool:
    """True if `find` would load an artefact; no file is read.

    Parameters
    ----------
    artefacts : str or Path
        Folder of artefacts.
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.

    Returns
    -------
    bool
        True if a folder of that name exists.

    Examples
    --------
    >>> from forecasting import load_history
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     has_artefact(folder, load_history(as_of="2026-02-05"), ["base_rate"], "concluded")
    False
    """
    places = _places(artefacts, history, check_models(names), target, population)
    return any(os.path.lexists(folder) for folder, _ in places)


def _places(
    artefacts: str | Path, history: History, names: list[str], target: str, population: Population
) -> Iterator[tuple[Path, MadeFrom]]:
    """Folders where an artefact of the named models would be: one of exactly them, or of all models."""
    for trained in (names, MODELS):
        source = made_from(history, trained, target, population)
        yield Path(artefacts) / source.key, source


def obtain(
    artefacts: str | Path | None,
    history: History,
    names: Iterable[str] | None = None,
    target: str = TARGETS[0],
    population: Population = "forward",
) -> Obtained:
    """The named models from an artefact of this record, day, target, population and code if there is one, else fitted.

    Parameters
    ----------
    artefacts : str or Path, optional
        Folder of artefacts; with None the models are fitted.
    history : History
        The record as of the day.
    names : iterable of str, optional
        Names out of `MODELS`. By default all models of an artefact of all, else the headline and what stands under it.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.

    Returns
    -------
    Obtained
        The models and the key of their artefact.

    Raises
    ------
    ArtefactError
        For an artefact that is damaged; it is never replaced by a silent fit.
    InsufficientHistoryError
        Where models are to be fitted and fewer than 10 endings were known.
    UsageError
        For another model, target or population.

    Examples
    --------
    >>> from forecasting import load_history
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     obtain(folder, load_history(as_of="2026-02-05"), ["base_rate"]).key is None
    True
    """
    asked = check_models(MODELS if names is None else names)
    found = find(artefacts, history, asked, target, population) if artefacts is not None else None
    fitted = DEFAULT if names is None else asked
    return found or Obtained(fit_models(history, fitted, target, population), None)
