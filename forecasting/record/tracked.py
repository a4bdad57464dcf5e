"""Tables that record which of their columns are read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from forecasting.record.reading import RawRecord
from forecasting.record.reads import NOTHING, Reads, columns_of, is_recording, note, recording, together


class Tracked(pd.DataFrame):
    """A table with the provenance of its columns, each noted when the column leaves the table.

    Rows and columns selected, sorted, indexed or merged are tracked again. Any other operation works on all the cells,
    gives the result of pandas, and notes every column: `_mgr` is where pandas finds the cells.

    Parameters
    ----------
    plain : pandas.DataFrame
        The table.
    origins : mapping of str to Reads
        Provenance by column.
    """

    def __init__(self, plain: pd.DataFrame, origins: Mapping[str, Reads]) -> None:
        object.__setattr__(self, "plain", plain)
        object.__setattr__(self, "origins", origins)
        super().__init__(plain)

    @property
    def _mgr(self) -> Any:
        self._note_all()
        return self.__dict__["_cells"]

    @_mgr.setter
    def _mgr(self, cells: Any) -> None:
        self.__dict__["_cells"] = cells

    def __reduce__(self) -> tuple[Any, ...]:
        return Tracked, (self.plain, self.origins)

    def handed_out(self) -> pd.DataFrame:
        """The table itself while a recorder is open, else the plain one."""
        return self if is_recording() else self.plain

    def where_known(self, rule: Callable[["Tracked"], Any]) -> "Tracked":
        """Rows selected by a rule, renumbered; every column then depends on what the rule read too."""
        with recording() as heard:
            chosen = rule(self)
        origins = {name: together(own, heard.reads) for name, own in self.origins.items()}
        return Tracked(self.plain[chosen].reset_index(drop=True), origins)

    def origin(self, name: Any) -> Reads:
        """Provenance of a column; that of all columns for one without its own."""
        return self.origins[name] if name in self.origins else together(NOTHING, *self.origins.values())

    def _note_all(self) -> None:
        for name in self.plain.columns:
            note(self.origin(name))

    def _note(self, names: Any) -> None:
        for name in [names] if isinstance(names, str) else names:
            note(self.origin(name))

    def _become(self, plain: pd.DataFrame) -> None:
        object.__setattr__(self, "plain", plain)
        self._mgr = plain._mgr

    def _like(self, plain: pd.DataFrame) -> "Tracked":
        return Tracked(plain, self.origins)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            self._note(key)
            return self.plain[key]
        return self._like(self.plain[key])

    def __len__(self) -> int:
        return len(self.plain)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.plain)

    def __contains__(self, key: Any) -> bool:
        return key in self.plain

    @property
    def index(self) -> Any:
        """As of `DataFrame`."""
        return self.plain.index

    @index.setter
    def index(self, labels: Any) -> None:
        self._become(self.plain.set_axis(labels, axis="index"))

    @property
    def columns(self) -> Any:
        """As of `DataFrame`."""
        return self.plain.columns

    @columns.setter
    def columns(self, names: Any) -> None:
        origins = [self.origin(name) for name in self.plain.columns]
        object.__setattr__(self, "origins", dict(zip(names, origins, strict=True)))
        self._become(self.plain.set_axis(names, axis="columns"))

    shape = property(lambda self: self.plain.shape)
    empty = property(lambda self: self.plain.empty)
    loc = property(lambda self: _Located(self, self.plain.loc))
    iloc = property(lambda self: _Located(self, self.plain.iloc))

    def set_index(self, keys: Any, **options: Any) -> "Tracked":
        """As of `DataFrame`; the keys are read."""
        self._note(keys)
        return self._like(self.plain.set_index(keys, **options))

    def reset_index(self, **options: Any) -> "Tracked":
        """As of `DataFrame`."""
        return self._like(self.plain.reset_index(**options))

    def sort_values(self, by: Any, **options: Any) -> "Tracked":
        """As of `DataFrame`; the sort keys are read."""
        self._note(by)
        return self._like(self.plain.sort_values(by, **options))

    def head(self, n: int = 5) -> "Tracked":
        """As of `DataFrame`."""
        return self._like(self.plain.head(n))

    def assign(self, **columns: Any) -> "Tracked":
        """As of `DataFrame`; the new columns were read where they were computed."""
        return Tracked(self.plain.assign(**columns), {**self.origins, **dict.fromkeys(columns, NOTHING)})

    def merge(self, right: pd.DataFrame, *, on: Any, **options: Any) -> "Tracked":
        """As of `DataFrame`; keys are read on both sides, and a column on both sides has the provenance of both."""
        other = right if isinstance(right, Tracked) else Tracked(right, dict.fromkeys(right.columns, NOTHING))
        self._note(on)
        other._note(on)
        origins = {
            name: together(*(side.origin(name) for side in (self, other) if name in side.plain))
            for name in dict.fromkeys([*self.plain.columns, *other.plain.columns])
        }
        return Tracked(self.plain.merge(other.plain, on=on, **options), origins)

    def groupby(self, by: Any, **options: Any) -> Any:
        """As of `DataFrame`; reads every column, so select columns first."""
        self._note_all()
        return self.plain.groupby(by, **options)


def noted_cells(record: RawRecord) -> RawRecord:
    """A record whose text tables note which of their columns are read.

    Parameters
    ----------
    record : RawRecord
        Plain tables.

    Returns
    -------
    RawRecord
        The same text in `Tracked` tables.
    """
    tables = {name: replace(raw, cells=Tracked(raw.cells, columns_of(name))) for name, raw in record.tables.items()}
    return replace(record, tables=tables)


class _Located:
    """`loc` and `iloc`: a column notes itself, a single row notes all; rows and columns selected stay tracked."""

    def __init__(self, table: Tracked, place: Any) -> None:
        self._table, self._place = table, place

    def __getitem__(self, key: Any) -> Any:
        found, columns = self._place[key], key[1] if isinstance(key, tuple) else None
        if isinstance(found, pd.DataFrame):
            return self._table._like(found)
        self._table._note([columns] if isinstance(columns, str) else self._table.plain.columns)
        return found
