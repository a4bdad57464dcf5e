"""Names that are spelt in two ways."""

import difflib
import re
from itertools import combinations
from typing import Final

from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.record.words import folded
from forecasting.store.errors import Fault

ALIKE: Final = 0.88
"""Ratio of `difflib` from which two words of one length or nearly so are taken for one word and its misspelling."""


def instrument_faults(outcomes: RawTable) -> list[Fault]:
    """Instruments spelt unlike elsewhere: cases that share one are held together only if the name is the same."""
    findings, cells = Findings(outcomes), outcomes.cells["instrument"]
    names = cells[cells != ""].value_counts(sort=False)
    usual: dict[str, str] = {}
    for name in sorted(names.index, key=lambda one: -names[one]):
        usual.setdefault(folded(name), str(name))
    for name in names.index:
        if usual[folded(name)] != name:
            expected, do = f"instrument spelt {usual[folded(name)]!r}, as elsewhere", "spell it alike in every case"
            findings.add(cells == name, expected, "instrument", do=do)
    for one, other in combinations(sorted(usual.values()), 2):
        if _nearly_alike(one, other):
            rare, common = sorted((one, other), key=lambda name: int(names[name]))
            do = f"spell it as {common!r} if that is meant, else name it so that the two cannot be confused"
            findings.add(cells == rare, "instrument that is not nearly the name of another", "instrument", do=do)
    return findings.faults


def _nearly_alike(one: str, other: str) -> bool:
    """True if two names differ in one word alone, and in that by a letter or so; numbers are never nearly alike."""
    words = [re.findall(r"\w+", name.casefold()) for name in (one, other)]
    if len(words[0]) != len(words[1]):
        return False
    unlike = [pair for pair in zip(*words, strict=True) if pair[0] != pair[1]]
    if len(unlike) != 1 or min(map(len, unlike[0])) < 5 or any(map(str.isdigit, unlike[0])):
        return False
    return difflib.SequenceMatcher(None, *unlike[0]).ratio() >= ALIKE
