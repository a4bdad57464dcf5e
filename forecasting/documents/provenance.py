"""What each value of a page rests on, noted while it is worked out; and which of them a section reads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from forecasting.record.reads import recording
from forecasting.record.schema import TABLES

T = TypeVar("T")
PROVENANCE = "provenance"


@dataclass(frozen=True)
class Provenance:
    """What a value rests on.

    `made_by`: dotted name of the function that worked it out. `reads`: columns by table of the record. `files`: names
    of files beside the record. `models`: names of fitted models.
    """

    made_by: str
    reads: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]
    models: tuple[str, ...]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> dict[str, "Provenance"]:
        """That of every value of a content, by the name of the value; tables in the order of the schema."""
        return {
            value: cls(
                told["made_by"],
                {table: tuple(told["reads"][table]) for table in TABLES if table in told["reads"]},
                tuple(told["files"]),
                tuple(told["models"]),
            )
            for value, told in content.get(PROVENANCE, {}).items()
        }


class Recorded:
    """Works out the values of a content one by one, and keeps what each rests on: `provenance`, JSON types only."""

    def __init__(self) -> None:
        self.provenance: dict[str, dict[str, Any]] = {}

    def __call__(self, value: str, work: Callable[..., T], *given: Any) -> T:
        """What `work` makes of what is given; `value` is its key in the content, or the keys joined by a full stop."""
        with recording() as heard:
            made = work(*given)
        reads = heard.reads
        self.provenance[value] = {
            "made_by": f"{work.__module__}.{work.__qualname__}",
            "reads": {table: list(columns) for table, columns in reads.by_table().items()},
            "files": sorted(reads.files),
            "models": sorted(reads.models),
        }
        return made


@dataclass
class Reading:
    """The values of a page's content that a section has read, in order, by their names in its provenance."""

    known: Iterable[str]
    found: dict[str, None] = field(default_factory=dict)

    def of(self, content: dict[str, Any]) -> "Watched":
        """The same content, noted here as it is read."""
        return Watched(content, self, "")


class Watched(dict[str, Any]):
    """Content that notes which of its values are read."""

    def __init__(self, content: dict[str, Any], reading: Reading, prefix: str) -> None:
        super().__init__(content)
        self._reading, self._prefix = reading, prefix

    def __getitem__(self, key: str) -> Any:
        value, path = super().__getitem__(key), f"{self._prefix}{key}"
        if isinstance(value, dict) and any(name.startswith(f"{path}.") for name in self._reading.known):
            return Watched(value, self._reading, f"{path}.")
        if path in self._reading.known:
            self._reading.found[path] = None
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """As of a dict, noted."""
        try:
            return self[key]
        except KeyError:
            return default
