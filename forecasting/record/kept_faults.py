"""Faults that a check told, kept while the tables that it reads are the same: an edit leaves most of them so."""

from collections.abc import Callable, Hashable, Iterable

from forecasting.record.reading import RawTable
from forecasting.store.errors import Fault

MOST = 400
"""Results kept, those of some three records; the oldest go first."""

_KEPT: dict[Hashable, tuple[Fault, ...]] = {}


def kept_faults(check: str, reads: Iterable[RawTable], work: Callable[[], list[Fault]], *more: Hashable) -> list[Fault]:
    """Faults of a check, worked out unless the same check has read the same tables before.

    Parameters
    ----------
    check : str
        Name of the check.
    reads : iterable of RawTable
        Every table that it reads. A table never changes, and is known again by what it is, not by what it holds.
    work : callable
        The check, without arguments.
    *more : hashable
        What else the check depends on.

    Returns
    -------
    list of Fault
        In the order in which the check tells them.

    Examples
    --------
    >>> kept_faults("example", (), lambda: [Fault("a.csv", 2, "", "x", "y")])[0].row
    2
    >>> kept_faults("example", (), lambda: [])[0].row
    2
    """
    key = (check, *more, *reads)
    found = _KEPT.get(key)
    if found is None:
        found = _KEPT[key] = tuple(work())
        while len(_KEPT) > MOST:
            _KEPT.pop(next(iter(_KEPT)), None)
    return list(found)
