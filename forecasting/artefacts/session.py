"""What reports of the same record and day share: loaded once in a process, found again by the hash of its content."""

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
from forecasting.record.history import History, load_history
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.reads import recording
from forecasting.record.schema import EVALUATION, TABLES
from forecasting.store import package_data as places

MOST = 4
FOLDERS = sorted({".", EVALUATION, *(Path(table.path).parent.as_posix() for table in TABLES.values())})


class _Recent:
    """The most recent results by key; the oldest is dropped. What they rest on they note themselves when used."""

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


_HASHES, _RECORDS, _WHOLE = _Recent(MOST), _Recent(2), _Recent(2)
_HISTORIES, _FITTED = _Recent(MOST), _Recent(2 * MOST)
_INDEXES, _POOLED, _WORKED = _Recent(MOST), _Recent(MOST), _Recent(2 * MOST)


def shared_history(folder: str | Path | None = None, as_of: date | None = None) -> History:
    """`load_history`, without reading and checking again a record whose files have not changed."""
    place = Path(folder) if folder is not None else places.shipped("data")
    stamp = content_hash(place)
    whole: History = _WHOLE.get((str(place), stamp), lambda: load_history(place))
    if as_of is None or as_of == whole.as_of:
        return whole
    history: History = _HISTORIES.get((str(place), stamp, as_of), lambda: History(as_of, whole.record))
    return history


def shared_record(folder: str | Path | None = None) -> RawRecord:
    """`read_record`, without reading again files that have not changed; its cells are not checked."""
    place = Path(folder) if folder is not None else places.shipped("data")
    record: RawRecord = _RECORDS.get((str(place), content_hash(place)), lambda: read_record(place))
    return record


def shared_fit(history: History, names: Iterable[str], target: str, artefacts: str | Path | None = None) -> Obtained:
    """`obtain` for the headline population, once for each record, day, target, folder and choice of models."""
    chosen = tuple(names)
    key = _fit_key(history, chosen, target, artefacts)
    fitted: Obtained = _FITTED.get(key, lambda: obtain(artefacts, history, chosen, target))
    return fitted


def shared_pooled(history: History, target: str) -> FittedModels:
    """The base rate of all core cases, however found, fitted once for each record, day and target."""
    key = (history.sha256, history.as_of, target)
    pooled: FittedModels = _POOLED.get(key, lambda: fit_models(history, ("base_rate",), target, "pooled"))
    return pooled


def is_at_hand(history: History, names: Iterable[str], target: str, artefacts: str | Path | None = None) -> bool:
    """Whether `shared_fit` would answer at once: from what this process keeps, or from an artefact."""
    chosen = tuple(names)
    if _fit_key(history, chosen, target, artefacts) in _FITTED:
        return True
    return artefacts is not None and has_artefact(artefacts, history, chosen, target)


def _fit_key(history: History, names: tuple[str, ...], target: str, artefacts: str | Path | None) -> Hashable:
    return history.sha256, history.as_of, names, target, str(artefacts)


def shared_index(history: History, target: str) -> DossierIndex:
    """The dossiers of a history, for all histories of the same record and day; a `History` keeps its own only."""
    index: DossierIndex = _INDEXES.get((history.sha256, history.as_of, target), lambda: history.dossiers(target))
    return index


def worked_out_once(key: Hashable, work: Callable[[], Any]) -> None:
    """Do a piece of work whose traces others can share, unless it was done; its result is not kept."""
    _WORKED.get(key, lambda: work() is not None)


def content_hash(folder: Path) -> str:
    """sha256 over the names and bytes of a record's descriptor and tables, and of the results of its backtests."""
    stamp = tuple(sorted(one for place in FOLDERS for one in _stamps(folder / place)))
    found: str = _HASHES.get((str(folder), stamp), lambda: _hash(folder, [path for path, *_ in stamp]))
    return found


def _stamps(folder: Path) -> Iterator[tuple[str, ...]]:
    """Path of each file of a record in a folder, and what changes when it is written."""
    if folder.is_dir():
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file() and entry.name.endswith((".csv", "datapackage.json")):
                    stat = entry.stat()
                    numbers = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)
                    yield entry.path, *map(str, numbers)


def _hash(folder: Path, paths: list[str]) -> str:
    digest = hashlib.sha256()
    for path in map(Path, paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
