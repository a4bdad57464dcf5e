"""What reports of the same record and day share: loaded once in a process, found again by the hash of its content."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from forecasting import places
from forecasting.forecast import FittedModels, fit_models
from forecasting.history.view import History, load_history
from forecasting.schema import TABLES

MOST = 4


class _Recent:
    """The most recent results by key; the oldest is dropped."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


_RECORDS, _HISTORIES, _FITTED = _Recent(2), _Recent(MOST), _Recent(2 * MOST)


def shared_history(folder: str | Path | None = None, as_of: date | None = None) -> History:
    """`load_history`, without reading and checking again a record whose files have not changed."""
    place = Path(folder) if folder is not None else places.shipped("data")
    stamp = content_hash(place)
    whole: History = _RECORDS.get((str(place), stamp), lambda: load_history(place))
    if as_of is None or as_of == whole.as_of:
        return whole
    history: History = _HISTORIES.get((str(place), stamp, as_of), lambda: History(as_of, whole.record))
    return history


def shared_fit(history: History, names: Iterable[str], target: str) -> FittedModels:
    """`fit_models` of the headline population, once for each record, day, target and choice of models."""
    chosen = tuple(names)
    fitted: FittedModels = _FITTED.get(
        (history.sha256, history.as_of, chosen, target), lambda: fit_models(history, chosen, target)
    )
    return fitted


def content_hash(folder: Path) -> str:
    """sha256 over the names and bytes of a record's files: its descriptor, its tables, and the tables beside them."""
    patterns = ("datapackage.json", "*.csv", *(table.path for table in TABLES.values()))
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
