"""Appending of entries to a ledger, all or none, under its lock."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasting.ledger.chain import HEAD, Chain, Link, read_chain
from forecasting.ledger.entries import FORM, encoded, faulty, file_name
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole
from forecasting.store.lock import locked

LEFTOVER = re.compile(r"\.(HEAD|\d{6}-[a-z0-9_-]+\.json)\.")
OPTION = "--ledger"


@dataclass(frozen=True)
class Written:
    """Files added to a ledger, in order, and remarks on earlier writings that were completed.

    Attributes
    ----------
    paths : tuple of Path
        The files added, in order.
    notes : tuple of str
        What of an earlier writing that was interrupted has been completed.

    Examples
    --------
    >>> Written((Path("ledger/000001-replay-1990-01-01-concluded-primary.json"),)).notes
    ()
    """

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def append(folder: Path | str, compose: Callable[[Chain], Sequence[Mapping[str, Any]]], issued_on: date) -> Written:
    """Add entries to a ledger, all or none, under its lock.

    A process that is killed leaves a sound chain, without the entries or with the first of them; the next writer
    brings HEAD up to date.

    Parameters
    ----------
    folder
        The folder of the ledger; it is made if it does not exist.
    compose
        Makes the entries, without `sequence`, `previous` and `issued_on`, from the chain as it is under the lock.
    issued_on
        Day of the entries, not before that of the last entry.

    Returns
    -------
    Written
        The files added.

    Raises
    ------
    LedgerError
        The ledger has faults; nothing is added.
    UsageError
        An entry breaks the form, the day is too early, or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     append(folder, lambda chain: [], date(2026, 2, 5)).paths
    ()
    """
    place = Path(folder)
    with locked(place, option=OPTION):
        chain = read_chain(place)
        if chain.notes:  # with the lock held no writing is under way, so entries after HEAD were left by a killed one
            write_whole({place / HEAD: _head(chain.head, chain.last)}, OPTION)
        written = _linked(chain, compose(chain), issued_on)
        if written:
            _put(place, chain, written)
        notes = (f"completed the writing of {chain.last}, which was interrupted",) if chain.notes else ()
        return Written(tuple(place / link.name for link in written), notes)


def _linked(chain: Chain, bodies: Sequence[Mapping[str, Any]], issued_on: date) -> list[Link]:
    if bodies and chain.links and issued_on < chain.links[-1].entry.issued_on:
        raise UsageError(
            f"expected a day from {chain.links[-1].entry.issued_on} on, that of {chain.last}, got {issued_on}; "
            "check the clock"
        )
    links: list[Link] = []
    previous = chain.head
    for number, body in enumerate(bodies, start=len(chain.links) + 1):
        try:
            entry = FORM.validate_python({**body, "sequence": number, "previous": previous, "issued_on": issued_on})
        except ValidationError as error:
            raise UsageError("expected {}, got {}; correct it and enter it again".format(*faulty(error))) from None
        previous = hashlib.sha256(encoded(entry)).hexdigest()
        links.append(Link(file_name(entry), previous, entry))
    return links


def _put(place: Path, chain: Chain, written: list[Link]) -> None:
    for path in place.iterdir():
        if LEFTOVER.match(path.name):  # a temporary file of a killed writer
            path.unlink(missing_ok=True)
    if not (place / HEAD).exists():
        # without HEAD the entries of an unfinished first writing would be a fault
        write_whole({place / HEAD: _head(chain.head, chain.last)}, OPTION)
    contents = {place / link.name: encoded(link.entry) for link in written}
    try:
        write_whole({**contents, place / HEAD: _head(written[-1].sha256, written[-1].name)}, OPTION)
    except BaseException:
        renamed = [link for link in written if (place / link.name).exists()]
        if renamed:  # these are part of the chain now, so HEAD must name them
            write_whole({place / HEAD: _head(renamed[-1].sha256, renamed[-1].name)}, OPTION)
        raise


def _head(sha256: str, name: str) -> bytes:
    return f"{sha256}  {name}\n".encode()
