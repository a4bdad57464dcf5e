"""Provenance of the values of a page, recorded while they are computed, and the values that a section reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from forecasting.record.reads import recording
from forecasting.record.schema import TABLES

T = TypeVar("T")
PROVENANCE: Final = "provenance"
SETTINGS: Final = frozenset(
    ("template", "title", "package_version", "record_sha256", "code_sha256", "artefact", "artefact_earlier", "data_end",
     "as_of", "earlier", "target", "horizons", "horizon", "deadlines", "level", "models", "sound", "record_age",
     "lost_acts", "registered", "overlays", "evaluated", PROVENANCE)
)  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """Provenance of a value.

    `made_by`: dotted name of the function that computed it. `reads`: columns by table of the record. `files`: names
    of files beside the record. `models`: names of fitted models.
    """

    made_by: str
    reads: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]
    models: tuple[str, ...]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> dict[str, "Provenance"]:
        """Provenance of every value of a content.

        Parameters
        ----------
        content : mapping
            Content of a document; its entry `provenance` is that of `Recorded`.

        Returns
        -------
        dict of str to Provenance
            Provenance by the name of the value; tables are in the order of the schema.

        Examples
        --------
        >>> value = Recorded()
        >>> Provenance.of({"n": value("n", len, "abc"), PROVENANCE: value.provenance})["n"].made_by
        'builtins.len'
        """
        return {
            value: cls(
                told["made_by"],
                {table: tuple(told["reads"][table]) for table in TABLES if table in told["reads"]},
                tuple(told["files"]),
                tuple(told["models"]),
            )
            for value, told in content.get(PROVENANCE, {}).items()
        }

    @property
    def sources(self) -> list[str]:
        """Files of the record, each with the columns read, then the files beside it."""
        reads = self.reads.items()
        return [f"{TABLES[name].path}{': ' if held else ''}{', '.join(held)}" for name, held in reads] + [*self.files]


class Recorded:
    """Computes the values of a content one by one and records their `provenance`, in JSON types only."""

    def __init__(self) -> None:
        self.provenance: dict[str, dict[str, Any]] = {}

    def __call__(self, value: str, work: Callable[..., T], *given: Any) -> T:
        """Compute a value and record its provenance.

        Parameters
        ----------
        value : str
            Key of the value in the content; keys of nested values are joined by a full stop.
        work : callable
            Function that computes the value; its dotted name is recorded.
        *given
            Arguments of `work`.

        Returns
        -------
        object
            The result of `work`.

        Examples
        --------
        >>> value = Recorded()
        >>> value("headline.n", len, "abc")
        3
        >>> value.provenance["headline.n"]["made_by"]
        'builtins.len'
        """
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


def values_read(pointers: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Names of the values that JSON pointers lead to or into.

    Parameters
    ----------
    pointers : iterable of str
        Pointers that were read, in order.
    known : iterable of str
        Names of values with provenance; keys of nested values are joined by a full stop.

    Yields
    ------
    str
        Names of `known`, and others that are no settings, each once.

    Examples
    --------
    >>> list(values_read(["/as_of", "/headline/n", "/headline/n/0"], ["headline.n"]))
    ['headline.n']
    """
    names, found = frozenset(known), dict[str, None]()
    for pointer in pointers:
        name = ""
        for part in pointer[1:].split("/"):
            name = f"{name}.{part}" if name else part
            if not any(value.startswith(f"{name}.") for value in names):
                if name in names or name not in SETTINGS:
                    found[name] = None
                break
    yield from found
