"""Records, fits and indexes shared by documents in one process, found by the hash of their content."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.artefacts import Obtained, has_artefact, obtain
from forecasting.features import DossierIndex
from forecasting.forecasts import FittedModels, fit_models
from forecasting.record.files import RESULTS, folder_of
from forecasting.record.history import History, checked_day, load_history
from forecasting.record.overlay_checks import with_overlays
from forecasting.record.overlays import SETTINGS, Folders, overlay_folders
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.reads import recording
from forecasting.record.schema import EVALUATION, TABLES
from forecasting.store.errors import UsageError, shown

MOST = 4
FOLDERS = sorted({".", EVALUATION, *(Path(table.path).parent.as_posix() for table in TABLES.values())})


class _Recent:
    """Cache of the most recently used results; each notes its own provenance when it is used."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            with recording():
                self._kept[key] = make()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept


_HASHES, _RECORDS, _WHOLE = _Recent(2 * MOST), _Recent(2), _Recent(MOST)
_HISTORIES, _FITTED = _Recent(MOST), _Recent(2 * MOST)
_INDEXES, _POOLED, _WORKED = _Recent(MOST), _Recent(MOST), _Recent(2 * MOST)


def shared_history(
    folder: str | Path | None = None, as_of: date | str | None = None, overlay: Folders = None
) -> History:
    """The history of `load_history`, cached while the files of the record are unchanged.

    Parameters
    ----------
    folder : str or Path, optional
        Folder of the record; by default the record shipped with the package.
    as_of : date or str, optional
        The day; by default the record's `data_end`.
    overlay : path or sequence of paths, optional
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    History
        The record as known on the day.
    """
    day, stamp = checked_day(as_of), _stamp(folder, overlay)
    whole: History = _WHOLE.get(stamp, lambda: load_history(folder, overlay=overlay))
    if day is None or day == whole.as_of:
        return whole
    history: History = _HISTORIES.get((stamp, day), lambda: History(day, whole.record))
    return history


def _stamp(folder: str | Path | None, overlay: Folders) -> Hashable:
    """What a record and its overlays are: folders and hashes of their files."""
    listed = (folder_of(folder), *overlay_folders(overlay))
    return tuple((str(place), content_hash(place)) for place in listed)


def shared_record(folder: str | Path | None = None, overlay: Folders = None) -> RawRecord:
    """The record of `read_record`, cached while its files are unchanged; its cells are not checked, overlays are.

    Parameters
    ----------
    folder : str or Path, optional
        Folder of the record; by default the record shipped with the package.
    overlay : path or sequence of paths, optional
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    RawRecord
        Tables as text.
    """
    place = folder_of(folder)
    record: RawRecord = _RECORDS.get(_stamp(folder, overlay), lambda: with_overlays(read_record(place), overlay))
    return record


def shared_fit(history: History, names: Iterable[str], target: str, artefacts: str | Path | None = None) -> Obtained:
    """The models of `obtain` for the headline population, cached by record, day, target, folder and names.

    Parameters
    ----------
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`.
    target : {"concluded", "in_force"}
        What counts as formalized.
    artefacts : str or Path, optional
        Folder of artefacts; by default the models are fitted.

    Returns
    -------
    Obtained
        The models and the key of their artefact.
    """
    require_artefacts(artefacts)
    chosen = tuple(names)
    key = _fit_key(history, chosen, target, artefacts)
    fitted: Obtained = _FITTED.get(key, lambda: obtain(artefacts, history, chosen, target))
    return fitted


def shared_pooled(history: History, target: str) -> FittedModels:
    """The base rate of all core cases however sampled, cached by record, day and target.

    Parameters
    ----------
    history : History
        The record as of the day.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    FittedModels
        With the base rate alone.
    """
    key = (history.training.sha256, history.training.as_of, target)
    pooled: FittedModels = _POOLED.get(key, lambda: fit_models(history, ("base_rate",), target, "pooled"))
    return pooled


def require_artefacts(artefacts: object) -> None:
    """Raise `UsageError` for anything but a folder of fitted models or None."""
    if artefacts is not None and not isinstance(artefacts, str | Path):
        raise UsageError(f"expected artefacts as a folder or None, got {shown(artefacts)}")


def is_at_hand(history: History, names: Iterable[str], target: str, artefacts: str | Path | None = None) -> bool:
    """True if `shared_fit` has the models cached or can load them from an artefact.

    Parameters
    ----------
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`.
    target : {"concluded", "in_force"}
        What counts as formalized.
    artefacts : str or Path, optional
        Folder of artefacts.

    Returns
    -------
    bool
        False if it would have to fit them.
    """
    require_artefacts(artefacts)
    chosen = tuple(names)
    if _fit_key(history, chosen, target, artefacts) in _FITTED:
        return True
    return artefacts is not None and has_artefact(artefacts, history, chosen, target)


def _fit_key(history: History, names: tuple[str, ...], target: str, artefacts: str | Path | None) -> Hashable:
    learned = history.training
    return learned.sha256, learned.as_of, names, target, str(artefacts)


def shared_index(history: History, target: str) -> DossierIndex:
    """Dossiers shared by all histories of the same record and day; a `History` caches those of its own alone.

    Parameters
    ----------
    history : History
        The record as of the day.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    DossierIndex
        The dossiers.
    """
    index: DossierIndex = _INDEXES.get((history.sha256, history.as_of, target), lambda: history.dossiers(target))
    return index


def worked_out_once(key: Hashable, work: Callable[[], Any]) -> None:
    """Run a task whose side effects (filled caches) others share, unless it has run under this key; drop its result.

    Parameters
    ----------
    key : hashable
        Key of the task.
    work : callable
        The task, without arguments.

    Examples
    --------
    >>> done = []
    >>> worked_out_once("example", lambda: done.append(1))
    >>> worked_out_once("example", lambda: done.append(1))
    >>> done
    [1]
    """
    _WORKED.get(key, lambda: work() is not None)


def content_hash(folder: Path) -> str:
    """Hash of the files of a record: its descriptor, its tables, and the results of its backtests.

    Parameters
    ----------
    folder : Path
        Folder of the record.

    Returns
    -------
    str
        sha256 over names and hashes, 64 hexadecimal digits; cached while the files are unchanged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     len(content_hash(Path(empty)))
    64
    """
    stamp = tuple(sorted(one for place in FOLDERS for one in _stamps(folder / place)))
    found: str = _HASHES.get((str(folder), stamp), lambda: _hash(folder, [path for path, *_ in stamp]))
    return found


def _stamps(folder: Path) -> Iterator[tuple[str, ...]]:
    """Path of each file of a record in a folder, and numbers that change when it is written."""
    if folder.is_dir():
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file() and entry.name.endswith((".csv", "datapackage.json", SETTINGS)):
                    stat = entry.stat()
                    numbers = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)
                    yield entry.path, *map(str, numbers)


def _hash(folder: Path, paths: list[str]) -> str:
    digest = hashlib.sha256()
    for path in map(Path, paths):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{RESULTS.sha256(path)}\0".encode())
    return digest.hexdigest()
