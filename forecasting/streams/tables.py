"""The tables of codes, CSV files beside this module: acts, categories, actors.

`cameo.csv` has the codes of CAMEO with their value on the scale of Goldstein, from -10 to 10, their category in the
PLOVER ontology and their quad class; statements and appeals (01 and 02) have no category in PLOVER. `plover.csv` has
the quad class of each category, `actors.csv` the parties of the record behind the codes of each source's actors.

References
----------
Gerner, Schrodt, Yilmaz and Abu-Jabr (2002), Conflict and Mediation Event Observations (CAMEO); codes of manual 1.1b3.
Goldstein (1992), A conflict-cooperation scale for WEIS events data, Journal of Conflict Resolution 36(2), 369-385.
Open Event Data Alliance (2021), PLOVER manual, draft 0.8, with the conversion from CAMEO of 17 September 2021.
Halterman, Bagozzi, Beger, Schrodt and Scraborough (2023), PLOVER and POLECAT, for the quad classes of categories.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from forecasting.record.successors import lineages

HERE: Final = Path(__file__).parent
FILES: Final = ("cameo.csv", "plover.csv", "actors.csv")
QUADS: Final = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")


@dataclass(frozen=True)
class Act:
    """What a code of an act means.

    Attributes
    ----------
    code, name : str
        The code and its title.
    goldstein : float
        Value on the scale of Goldstein, in [-10, 10].
    plover, quad : str
        Category in PLOVER, or empty; and one of `QUADS`.
    """

    code: str
    name: str
    goldstein: float
    plover: str
    quad: str


@cache
def cameo() -> dict[str, Act]:
    """Acts by their code in CAMEO.

    Examples
    --------
    >>> cameo()["057"].plover, cameo()["057"].goldstein
    ('SUPPORT', 8.0)
    """
    rows = _rows("cameo.csv")
    return {
        row["code"]: Act(row["code"], row["name"], float(row["goldstein"]), row["plover"], row["quad"]) for row in rows
    }


@cache
def plover() -> dict[str, str]:
    """Quad class of each category of PLOVER.

    Examples
    --------
    >>> plover()["THREATEN"]
    'verbal_conflict'
    """
    return {row["category"]: row["quad"] for row in _rows("plover.csv")}


@cache
def actors(scheme: str) -> dict[str, str]:
    """Party of the record behind each code of a scheme.

    Parameters
    ----------
    scheme : {"gdelt", "icews", "cow"}
        Codes of countries and known groups in GDELT; names of countries in ICEWS; state numbers of the Correlates of
        War in POLECAT.

    Examples
    --------
    >>> actors("gdelt")["ROM"], actors("icews")["Russian Federation"], actors("cow")["2"]
    ('ROU', 'RUS', 'USA')
    """
    return {row["code"]: row["party"] for row in _rows("actors.csv") if row["scheme"] == scheme}


def lines(scheme: str, successors: Mapping[str, str]) -> dict[str, str]:
    """The last state in the line of succession of the party behind each code.

    Parameters
    ----------
    scheme
        As for `actors`.
    successors
        Successor of each party of the record, empty without one.

    Examples
    --------
    >>> lines("gdelt", {"USA": "", "RUS": ""})
    {'RUS': 'RUS', 'USA': 'USA'}
    """
    line = lineages(successors)
    return {code: line[party] for code, party in actors(scheme).items() if party in line}


@cache
def tables_sha256() -> str:
    """Hash of the tables: files read with other tables are read again."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
