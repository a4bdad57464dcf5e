"""Forms of columns and tables, of which the schema is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "text",
    "cell",
    "slug",
    "choice",
    "choices",
    "flag",
    "probability",
    "integer",
    "number",
    "day",
    "partial day",
    "keys",
    "hash",
]

SLUG: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
PLACEHOLDER: Final = "?"
LINKED: Final = {
    "cases": "cases.csv", "events": "events/*.csv", "claims": "claims.csv", "parties": "parties.csv",
    "sources": "sources.csv",
}  # fmt: skip
"""Paths of the tables that columns link to."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Name in the header.
    kind : str
        Form of the cells, see `Kind`.
    about : str
        Description.
    required : bool
        Whether a cell must be filled.
    choices : tuple of str
        Codes of a `choice` or `choices` column.
    minimum, maximum : float
        Bounds of an `integer` or `number` column.
    unit : str
        Unit of a number, or empty.
    link : str
        Table whose key each cell, or each `;`-part of a `keys` cell, must be; or empty.
    remedy : str
        What to do about a cell that is no key of that table, or empty.
    """

    name: str
    kind: Kind
    about: str
    required: bool = True
    choices: tuple[str, ...] = ()
    minimum: float = 0
    maximum: float = 10_000
    unit: str = ""
    link: str = ""
    remedy: str = ""

    def expected(self) -> str:
        """Description of a valid cell, for messages."""
        forms = {
            "text": "text",
            "cell": "text",
            "slug": f"a key of {LINKED[self.link]}"
            if self.link
            else "lower-case words joined by hyphens, at most 80 characters",
            "choice": f"one of {', '.join(self.choices)}",
            "choices": f"some of {', '.join(self.choices)}, joined by ';'",
            "flag": "0 or 1",
            "probability": "a number from 0 to 1 (1 yes, 0 no)",
            "integer": f"a whole number from {self.minimum} to {self.maximum}",
            "number": f"a number from {self.minimum} to {self.maximum}",
            "day": "a day as YYYY-MM-DD, from 1800 on",
            "partial day": "a day, month or year as YYYY-MM-DD, YYYY-MM or YYYY, from 1800 on",
            "keys": f"keys of {LINKED[self.link]} joined by ';', none twice, none unknown" if self.link else "",
            "hash": "a SHA-256 of 64 hexadecimal digits in lower case",
        }
        return f"{self.name} as {forms[self.kind]}" + ("" if self.required else " or empty")


@dataclass(frozen=True)
class Table:
    """One table of the record.

    Attributes
    ----------
    name : str
        Name of the table.
    path : str
        Path in the data folder; `*` for several files of one form.
    key : tuple of str
        Names of the key columns.
    about : str
        Description.
    columns : tuple of Column
        In file order.
    """

    name: str
    path: str
    key: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def text(name: str, about: str, required: bool = True) -> Column:
    """A column of text."""
    return Column(name, "text", about, required)


def choice(name: str, choices: Sequence[str], about: str, required: bool = True) -> Column:
    """A column of codes."""
    return Column(name, "choice", about, required, tuple(choices))


def day(name: str, about: str, required: bool = True) -> Column:
    """A column of days."""
    return Column(name, "day", about, required)


def flag(name: str, about: str) -> Column:
    """A column of 0 and 1."""
    return Column(name, "flag", about)


def chance(name: str, about: str) -> Column:
    """A column of probabilities."""
    return Column(name, "probability", f"{about} (1 yes, 0 no, between: reported but unconfirmed)")


def keys(name: str, link: str, about: str, required: bool = True) -> Column:
    """A column of keys of another table."""
    return Column(name, "keys", about, required, link=link)
