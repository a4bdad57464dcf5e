"""States named in a cell of the record, with former states joined to their successors."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNNAMED: Final = "MULTI"
Counts = NDArray[np.int8]


class Successors:
    """Lines of succession among the codes of `parties.csv`.

    Parameters
    ----------
    parties : pandas.DataFrame
        Columns `code`, `kind`, `successor`.

    Attributes
    ----------
    lineage : dict of str to str
        Each code with the last state in its line of successors.

    Examples
    --------
    >>> table = pd.DataFrame({"code": ["SUN", "RUS"], "kind": "state", "successor": ["RUS", ""]})
    >>> Successors(table).lineage
    {'SUN': 'RUS', 'RUS': 'RUS'}
    """

    def __init__(self, parties: pd.DataFrame) -> None:
        self.lineage = lineages(dict(zip(parties["code"], parties["successor"], strict=True)))
        self._collective = frozenset(parties.loc[parties["kind"] == "collective", "code"])
        self._column = {code: k for k, code in enumerate(dict.fromkeys(self.lineage.values()))}

    def counts(self, cells: Iterable[str]) -> Counts:
        """Number of codes of each line in every cell, shape (n_cells, n_lines); states not named one by one count 0.

        Two for the two Germanys in one cell, so that acts between them are acts between two.
        """
        number: dict[str, int] = {}  # the same cell stands in many rows
        numbers = [number.setdefault(cell, len(number)) for cell in cells]
        counts = np.zeros((len(number), len(self._column)), dtype=np.int8)
        for cell, line in number.items():
            for code in set(cell.split(";")) - {"", UNNAMED}:
                counts[line, self._column[self.lineage[code]]] += 1
        return counts[np.array(numbers, dtype=np.int64)]

    def lines(self, counts: Counts) -> tuple[str, ...]:
        """Codes of the lines that one row of counts names."""
        codes = tuple(self._column)
        return tuple(codes[k] for k in np.flatnonzero(counts))

    def joined(self, cell: str) -> str:
        """The cell with each code replaced by the last in its line."""
        return ";".join(self.lineage.get(code, code) for code in cell.split(";"))

    def dyad(self, parties: str) -> str:
        """The two states of a cell, sorted, a former state as its successor.

        USA and USSR are thus the same dyad as USA and Russia: the successor took over treaties, forces and negotiators.

        Parameters
        ----------
        parties : str
            Codes joined by `;`, as in the column `parties` of `cases.csv`.

        Returns
        -------
        str
            Two codes joined by `;`; empty for other than two states, or where one side is not named.

        Examples
        --------
        >>> table = pd.DataFrame({"code": ["USA", "SUN", "RUS"], "kind": "state", "successor": ["", "RUS", ""]})
        >>> Successors(table).dyad("USA;SUN")
        'RUS;USA'
        """
        pair = sorted(set(self.joined(parties).split(";")))
        return ";".join(pair) if len(pair) == 2 and UNNAMED not in pair else ""

    def dyads(self, starts: pd.DataFrame) -> list[str]:
        """Dyad of each case, from rows of `cases.csv`; the cluster where there are other than two parties."""
        pairs = zip(starts["parties"], starts["cluster_id"], strict=True)
        return [self.dyad(parties) or cluster for parties, cluster in pairs]

    def is_collective(self, cell: str) -> bool:
        """True if a cell is empty or names a group that may speak for any state."""
        return not cell or not self._collective.isdisjoint(cell.split(";"))


def in_common(counts: Counts, parties: Counts) -> NDArray[np.int64]:
    """Number of states that each row of `counts` (n, n_lines) shares with `parties` (n_lines,)."""
    theirs = np.flatnonzero(parties)
    return np.minimum(counts[:, theirs], parties[theirs]).sum(axis=1, dtype=np.int64)


def share_a_dyad(counts: Counts, parties: Counts) -> NDArray[np.bool_]:
    """Flags, (n,), of the rows of `counts` (n, n_lines) with at least two states of `parties` (n_lines,)."""
    return in_common(counts, parties) > 1


def lineages(successors: Mapping[str, str]) -> dict[str, str]:
    """Each code with the last in its line of successors; of several successors the first named counts."""
    following = {code: cell.split(";")[0] for code, cell in successors.items()}

    def last(code: str) -> str:
        passed = [code]
        while (heir := following.get(passed[-1], "")) and heir not in passed:
            passed.append(heir)
        return passed[-1]

    return {code: last(code) for code in following}
