"""Cases that may be one arrangement under two names."""

from collections import defaultdict
from itertools import combinations
from typing import Final

import pandas as pd

from forecasting.record.party_rules import following_codes, later_codes
from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.store.errors import Fault

WITHIN_DAYS: Final = 366
REMEDY: Final = "keep one of them if they are one arrangement; else say in distinct_cases.csv what tells them apart"


def distinct_faults(distinct: RawTable) -> list[Fault]:
    """Cases said to be distinct from themselves, and pairs that stand there in both orders."""
    findings, cells = Findings(distinct), distinct.cells
    pairs = list(zip(cells["case_id"], cells["distinct_from"], strict=True))
    itself = [one == other for one, other in pairs]
    findings.add(pd.Series(itself, dtype=bool), "another case", "distinct_from", do="name the other of the two")
    seen = {frozenset(pair): line for line, pair in reversed(list(enumerate(pairs)))}
    again = [seen[frozenset(pair)] < line and pair[0] != pair[1] for line, pair in enumerate(pairs)]
    findings.add(pd.Series(again, dtype=bool), "each pair once", "case_id", "distinct_from", do="keep one of the rows")
    return findings.faults


def duplicate_warnings(cases: RawTable, parties: pd.DataFrame, distinct: pd.DataFrame) -> list[Fault]:
    """Pairs of cases of the same parties that began within a year and are not said to be distinct.

    A state counts as its successor, so that a case coded twice under the codes of two years is found.

    Parameters
    ----------
    cases : RawTable
        `cases.csv`.
    parties, distinct : pandas.DataFrame
        Text of `parties.csv` and `distinct_cases.csv`.

    Returns
    -------
    list of Fault
        One for each pair, at the row of the later case.
    """
    findings, cells = Findings(cases), cases.cells
    days = findings.day("start_date")
    told = {frozenset(pair) for pair in zip(distinct["case_id"], distinct["distinct_from"], strict=True)}
    following = following_codes(parties)
    alike: dict[frozenset[str], list[int]] = defaultdict(list)
    for line, cell in enumerate(cells["parties"]):
        alike[frozenset().union(*(_last_heirs(code, following) for code in cell.split(";")))].append(line)
    ids = cells["case_id"].tolist()
    for lines in alike.values():
        for first, second in combinations(sorted(lines, key=lambda line: (days[line], ids[line])), 2):
            near = (days[second] - days[first]).days <= WITHIN_DAYS
            if near and ids[first] != ids[second] and frozenset((ids[first], ids[second])) not in told:
                starts = f"begun {cells['start_date'][first]} and {cells['start_date'][second]}"
                got = f"{ids[first]} and {ids[second]}, of the same parties, {starts}"
                findings.tell(second, "a case that is not another under a second name", got, REMEDY)
    return findings.faults


def _last_heirs(code: str, following: dict[str, list[str]]) -> frozenset[str]:
    """The codes at the ends of the lines of succession from a code; the code itself without any."""
    heirs = {one for one in later_codes(code, following) if not following.get(one)}
    return frozenset(heirs or {code})
