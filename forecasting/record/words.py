"""Words for nothing, characters that cannot be seen, and the key under which spellings of a name are the same."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Categories of Unicode of characters that cannot be seen or are no characters."""
BLANK: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0\ufffd")
"""Characters of other categories that are blank as well, and the one that stands for what could not be read."""
MISSING: Final = frozenset({
    "", "na", "nan", "nil", "none", "nul", "null", "tba", "tbc", "tbd", "todo", "unknown", "notapplicable",
    "notavailable", "notknown", "#div0", "#error", "#na", "#name", "#null", "#num", "#ref", "#spill", "#value",
})  # fmt: skip
"""Words for a missing value, of people, of R, Python and spreadsheets, as `_bare` makes them."""
LONGEST_MISSING: Final = 20


def unseen(cells: Collection[str]) -> set[str]:
    r"""Cells that have a character that cannot be seen, other than the space.

    Examples
    --------
    >>> unseen(["a b", "a\u00a0b"])
    {'a\xa0b'}
    """
    used = set("".join(cells))
    wrong = {one for one in used if one != " " and (one in BLANK or unicodedata.category(one) in UNSEEN)}
    wrong |= {one for one in used if "\ufe00" <= one <= "\ufe0f"}
    return {cell for cell in cells if not wrong.isdisjoint(cell)} if wrong else set()


def missing_words(cells: Collection[str], *, but: frozenset[str] = frozenset()) -> set[str]:
    """Cells that are a word for a missing value, or nothing but marks; `but`: words that are codes here.

    Examples
    --------
    >>> sorted(missing_words(["N/A", "#REF!", "<NA>", "-", "Narva", ""]))
    ['#REF!', '-', '<NA>', 'N/A']
    """
    return {cell for cell in cells if cell and len(cell) <= LONGEST_MISSING and _bare(cell) in MISSING - but}


def _bare(cell: str) -> str:
    """Letters and digits of a cell, in lower case, after a `#` if it begins with one."""
    return ("#" if cell.startswith("#") else "") + re.sub(r"[\W_]+", "", cell.casefold())


def folded(name: str) -> str:
    """Key under which spellings of one name are the same: without case, accents, spaces and marks.

    Examples
    --------
    >>> folded("START I") == folded("Start  I"), folded("START I") == folded("START II")
    (True, False)
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", "".join(one for one in plain if not unicodedata.combining(one)))
