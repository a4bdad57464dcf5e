"""Codes of parties from what people write, and the codes that they may have meant."""

import difflib
from collections.abc import Sequence

import pandas as pd

from forecasting.record.words import folded
from forecasting.store.errors import UsageError, shown


def parties_like(word: str, parties: pd.DataFrame, most: int = 3) -> list[tuple[str, str]]:
    """Parties that a word may mean, by code and name, the likeliest first.

    Parameters
    ----------
    word : str
        A name or code, or part of one.
    parties : pandas.DataFrame
        `code` and `name`.
    most : int
        Most of them.

    Returns
    -------
    list of (str, str)
        Code and name.

    Examples
    --------
    >>> known = pd.DataFrame({"code": ["IRN", "IRQ", "USA"], "name": ["Iran", "Iraq", "United States"]})
    >>> parties_like("IRAN", known)[0], parties_like("states", known)
    (('IRN', 'Iran'), [('USA', 'United States')])
    >>> parties_like("UNI", known)
    [('USA', 'United States')]
    """
    asked = folded(word[:80])
    pairs = list(zip(parties["code"], parties["name"], strict=True))
    if not asked:
        return []
    exact = [pair for pair in pairs if asked in (folded(pair[0]), folded(pair[1]))]
    if exact:
        return exact[:most]
    part = [pair for pair in pairs if len(asked) > 3 and asked in folded(pair[1])]
    part += [pair for pair in pairs if len(asked) == 3 and folded(pair[1]).startswith(asked)]
    names = {folded(name): (code, name) for code, name in pairs}
    near = [names[one] for one in difflib.get_close_matches(asked, names, n=most, cutoff=0.75)]
    return list(dict.fromkeys([*part, *near]))[:most]


def codes_named(given: object, parties: pd.DataFrame, column: str) -> str:
    """Codes of parties joined by ';', from text or a list; `UsageError` with what may be meant for another word.

    Examples
    --------
    >>> known = pd.DataFrame({"code": ["IRN", "USA"], "name": ["Iran", "United States"]})
    >>> codes_named("USA; IRN", known, "actor")
    'USA;IRN'
    >>> codes_named("Iran", known, "actor")
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected actor as codes of parties.csv, got 'Iran'; did you mean IRN (Iran)?
    """
    listed = (
        str(given).replace(",", ";").split(";") if not isinstance(given, Sequence) or isinstance(given, str) else given
    )
    codes = list(dict.fromkeys(code for one in listed if (code := str(one).strip())))
    known = set(parties["code"])
    for code in codes:
        if code not in known:
            like = ", ".join(f"{own} ({name})" for own, name in parties_like(code, parties))
            do = f"did you mean {like}?" if like else "data/parties.csv lists them"
            raise UsageError(f"expected {column} as codes of parties.csv, got {shown(code)}; {do}")
    return ";".join(codes)
