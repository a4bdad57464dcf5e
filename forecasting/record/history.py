"""The record as known on a day, with the dossiers of its cases."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from forecasting.record.cases import Dossier
from forecasting.record.checks import require_valid
from forecasting.record.dossiers import DossierIndex
from forecasting.record.files import folder_of
from forecasting.record.months import parse_day
from forecasting.record.overlay_checks import with_overlays
from forecasting.record.overlays import Folders
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.tables import KnownTables
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import LeakageError, UsageError, shown

MOST_EARLIER = 3  # days that are compared are asked for in turn
_VALID: set[str] = set()  # hashes of records that passed in this process: the same content passes again


@dataclass(frozen=True)
class History(KnownTables):
    """The record as of a day: its tables, the dossiers of its cases, and the record as of any earlier day.

    Attributes
    ----------
    as_of : date
        The day; not after the record's `data_end`.
    record : RawRecord
        Tables as text.

    Examples
    --------
    >>> from forecasting import load_history, parse_day
    >>> history = load_history()
    >>> earlier = history.at(parse_day("2010-02-05"))
    >>> len(earlier.cases) < len(history.cases), earlier.sha256 == history.sha256
    (True, True)
    >>> history.case("new-start-post-expiry-2026").principals
    ('RUS', 'USA')
    """

    def at(self, day: date) -> "History":
        """The same record as of an earlier (or the same) day.

        Parameters
        ----------
        day : date
            Not after `as_of`.

        Returns
        -------
        History
            The last few asked for are cached, with the tables made of them.

        Raises
        ------
        LeakageError
            For a later day.
        """
        if day > self.as_of:
            raise LeakageError(f"expected a day up to {self.as_of}, the as-of day of this history, got {day}")
        if day == self.as_of:
            return self
        found = self._earlier.pop(day, None) or History(day, self.record)
        self._earlier[day] = found  # the last one asked for stands last
        for oldest in list(self._earlier)[:-MOST_EARLIER]:
            del self._earlier[oldest]
        return found

    def __getstate__(self) -> dict[str, Any]:
        # Another process makes the tables and indexes again: sending them takes longer, and read-only mappings of
        # dossiers cannot be pickled.
        return {"as_of": self.as_of, "record": self.record}

    @cached_property
    def _earlier(self) -> dict[date, "History"]:
        return {}

    @cached_property
    def _indexes(self) -> dict[str, DossierIndex]:
        return {}

    @property
    def sha256(self) -> str:
        """Hash of the whole record, with the overlays on it."""
        return self.record.sha256

    @property
    def record_sha256(self) -> str:
        """Hash of the record without overlays, which kept results name."""
        return self.record.shipped_sha256

    @cached_property
    def training(self) -> "History":
        """What models of this day learn from: this history, or that of the record without overlays.

        Overlays are left out unless they are to be learned from. The day is then at most the end of what is left.
        """
        learned = self.record.learned
        return self if learned is None else History(min(self.as_of, learned.data_end), learned)

    def dossiers(self, target: str = TARGETS[0]) -> DossierIndex:
        """Index of the dossiers under `target`, for this day and every earlier one; built once."""
        if target not in TARGETS:
            raise UsageError(f"expected a target out of {', '.join(TARGETS)}, got {shown(target)}")
        if target not in self._indexes:
            self._indexes[target] = DossierIndex(self, target)
        return self._indexes[target]

    def case(self, case_id: str, target: str = TARGETS[0]) -> Dossier:
        """The case as known, last seen under `target`; `UsageError` if it is unknown or not yet known."""
        return self.dossiers(target).dossier(case_id, self.as_of)

    def case_views(self, case_ids: list[str], target: str = TARGETS[0]) -> list[Dossier]:
        """Several cases as known, in the order of `case_ids`."""
        return [self.case(case_id, target) for case_id in case_ids]


def load_history(folder: str | Path | None = None, as_of: date | str | None = None, overlay: Folders = None) -> History:
    """Read and check the record in a folder, and the overlays on it.

    Parameters
    ----------
    folder : str or Path, optional
        Folder of the record; by default the record shipped with the package.
    as_of : date or str, optional
        The day, a string as YYYY-MM-DD; by default the record's `data_end`.
    overlay : path or sequence of paths, optional
        Folders with rows of one's own, laid over the record in this order.

    Returns
    -------
    History
        The record as known on that day.

    Raises
    ------
    SchemaError
        With every fault of the record, or else of the overlays.
    LeakageError
        For a day after `data_end`.
    UsageError
        For anything but a day.

    Examples
    --------
    >>> load_history(as_of="2026-02-05").as_of.isoformat()
    '2026-02-05'
    """
    day = checked_day(as_of)
    record = sound_record(folder, overlay)
    return History(day or record.data_end, record)


def sound_record(folder: str | Path | None = None, overlay: Folders = None) -> RawRecord:
    """The record of `load_history`, checked; parameters and errors as there."""
    record = read_record(folder_of(folder))
    if record.sha256 not in _VALID:
        require_valid(record)
        _VALID.add(record.sha256)
    return with_overlays(record, overlay)


def require_history(history: object) -> None:
    """Raise `UsageError` for anything but a history."""
    if not isinstance(history, History):
        raise UsageError(f"expected history as what load_history gives, got {shown(history)}")


def require_no_overlay(history: History, work: str) -> None:
    """Raise `UsageError` for a history with overlays: what is kept and compared is made from the record itself."""
    if history.record.overlays:
        laid = ", ".join(str(one.folder) for one in history.record.overlays)
        raise UsageError(
            f"expected {work} from the record itself, got one with rows from {laid}; leave the overlay out"
        )


def checked_day(as_of: object) -> date | None:
    """A day given as a date or as text, or none; `UsageError` for anything else."""
    if isinstance(as_of, str):
        return parse_day(as_of)
    if as_of is not None and type(as_of) is not date:
        raise UsageError(f"expected a day as a date or as YYYY-MM-DD, got {shown(as_of)}")
    return as_of


def required_day(day: object) -> date:
    """A day given as a date or as text; `UsageError` for anything else."""
    found = checked_day(day)
    if found is None:
        raise UsageError("expected a day as a date or as YYYY-MM-DD, got None")
    return found
