"""The chain of a ledger: each entry holds the sha256 of the entry before it, and `HEAD` that of the last.

A chain proves that no entry was edited, dropped, inserted or moved since a HEAD that somebody else holds. It proves
neither who wrote an entry nor that a date in it is true, and whoever can write the folder can rewrite all of it: this
is detected only with a copy of HEAD published elsewhere (`verify` takes one).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from forecasting.ledger.entries import AnyEntry, decoded, encoded
from forecasting.store.errors import Fault, ForeignFileError, LedgerError, UsageError, shown
from forecasting.store.files import found_at
from forecasting.store.foreign import Foreign
from forecasting.store.lock import LOCK

HEAD = "HEAD"
ORIGIN = "0" * 64
NOTHING = "-"
ENTRY_FILE = re.compile(r"\d{6}-[a-z0-9_-]+\.json")
HEAD_LINE = re.compile(r"([0-9a-f]{64})  (\d{6}-[a-z0-9_-]+\.json|-)\n")
HEAD_FILE = Foreign("the head of a ledger", "restore a copy of it", most_bytes=1000)
ENTRY = Foreign("a file of the ledger itself", "restore a copy of it", most_bytes=16_000_000)


@dataclass(frozen=True)
class Link:
    """An entry, and the name and sha256 of its file."""

    name: str
    sha256: str
    entry: AnyEntry


@dataclass(frozen=True)
class Chain:
    """The entries of a ledger.

    Parameters
    ----------
    links
        Entries in order.
    faults
        All faults of the chain and of the form of its entries, that of the earliest file first.
    notes
        Remarks that are not faults: a writing that is under way or was interrupted.

    Examples
    --------
    >>> Chain(links=()).last
    '-'
    """

    links: tuple[Link, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The sha256 of the last file as hexadecimal digits; zeros for an empty ledger."""
        return self.links[-1].sha256 if self.links else ORIGIN

    @property
    def last(self) -> str:
        """The name of the last file; `-` for an empty ledger."""
        return self.links[-1].name if self.links else NOTHING

    def until(self, head: str | None) -> "Chain":
        """The chain as it was when the entry with this sha256 was its last; zeros: before the first; None: as it is.

        Raises
        ------
        UsageError
            It holds no such entry.
        """
        if head is None:
            return self
        heads = [ORIGIN, *(link.sha256 for link in self.links)]
        if head not in heads:
            raise UsageError(
                f"expected a ledger with the entry of sha256 {shown(head)}, up to which it is read, got one whose "
                f"{len(self.links)} entries have others; name the ledger with --ledger or $FORECASTING_LEDGER"
            )
        return replace(self, links=self.links[: heads.index(head)])


def verify(folder: Path | str, head: str | None = None) -> Chain:
    """Read a ledger and find its faults; a broken ledger raises nothing.

    Parameters
    ----------
    folder
        The folder of the ledger.
    head
        A sha256 that `forecasting ledger head` printed earlier: a chain without it was rewritten or cut off.

    Returns
    -------
    Chain
        The entries that could be read, and the faults: any byte edited, any file dropped, moved or inserted, each with
        the name of its file.

    Raises
    ------
    UsageError
        There is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     sound = verify(folder).faults
    ...     written.paths[0].write_text("{}")
    ...     sound, len(verify(folder).faults)
    2
    ((), 1)
    """
    place = Path(folder)
    if (found := found_at(place)) != "a folder":
        raise UsageError(
            f"expected the folder of a ledger, got {shown(str(place))}: {found}; name it with --ledger, or issue a "
            "forecast first"
        )
    # readers take no lock: a fault counts only if no writer moved HEAD while the files were read
    before, chain = read_head(place), _examined(place)
    while chain.faults and (now := read_head(place)) != before:
        before, chain = now, _examined(place)
    known = {ORIGIN, *(link.sha256 for link in chain.links)}
    if head is not None and head not in known:
        fault = Fault(
            HEAD, 0, "", f"an entry with the sha256 {shown(head)[1:-1]}, a head known before", "none in the chain"
        )
        chain = replace(chain, faults=(*chain.faults, fault))
    return chain


def read_chain(folder: Path | str) -> Chain:
    """Read a ledger without faults.

    Parameters
    ----------
    folder
        The folder of the ledger.

    Returns
    -------
    Chain
        Its entries in order.

    Raises
    ------
    LedgerError
        The ledger has faults; all of them are in the error.
    UsageError
        There is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     len(read_chain(folder).links)
    1
    """
    chain = verify(folder)
    if chain.faults:
        raise LedgerError(chain.faults)
    return chain


def read_link(path: Path, kind: Foreign = ENTRY) -> Link:
    """An entry by itself, whatever stands before and after it in its chain.

    Parameters
    ----------
    path
        File of the entry.
    kind
        What such a file is, for the message where it cannot be read.

    Returns
    -------
    Link
        The entry with the name and the sha256 of its file.

    Raises
    ------
    LedgerError
        The file is no entry, or not named as one.
    ForeignFileError
        The file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     read_link(written.paths[0]).entry.model
    'base_rate'
    """
    content = kind.content(path)
    return Link(path.name, hashlib.sha256(content).hexdigest(), decoded(content, path.name))


def _examined(place: Path) -> Chain:
    names = sorted(path.name for path in place.iterdir() if not path.name.startswith("."))
    files = [name for name in names if ENTRY_FILE.fullmatch(name) and (place / name).is_file()]
    extra = [
        Fault(name, 0, "", "entries and HEAD alone", "an extra file") for name in names if name not in {*files, HEAD}
    ]
    links: dict[str, Link] = {}
    faults: dict[str, Fault] = {}
    hashes: dict[str, str] = {}
    for name in files:
        try:
            content = _bytes(place / name)
            hashes[name] = hashlib.sha256(content).hexdigest()
            links[name] = Link(name, hashes[name], decoded(content, name))
        except LedgerError as error:
            faults[name] = error.faults[0]
    sealed = _sealed(files, links, place)
    for fault in [*_numbering(files), *_joints(files, links, hashes, sealed), *_days(files, links)]:
        faults.setdefault(fault.file, fault)
    beyond, notes = _beyond_head(place, files, hashes)
    for fault in beyond:
        faults.setdefault(fault.file, fault)
    ordered = [faults[name] for name in sorted(faults)]
    return Chain(tuple(links[name] for name in files if name in links), (*ordered, *extra), tuple(notes))


def _numbering(files: list[str]) -> Iterator[Fault]:
    """Missing numbers, and numbers of two files."""
    for before, name in pairwise(["000000-", *files]):
        first, last = int(before[:6]) + 1, int(name[:6]) - 1
        if first <= last:
            entries = f"entry {first}" if first == last else f"entries {first} to {last}"
            yield Fault(f"{first:06d}-*.json", 0, "", f"{entries} before {name}", "no such file")
    for before, name in pairwise(files):
        if before[:6] == name[:6]:
            yield Fault(name, 0, "", f"one entry {int(name[:6])}", f"a second one beside {before}")


def _sealed(files: list[str], links: Mapping[str, Link], place: Path) -> dict[str, tuple[str, str]]:
    """For each file the sha256 recorded in the next file or in HEAD, and the name of the file that records it."""
    said = {
        name: (links[after].entry.previous, after)
        for name, after in pairwise(files)
        if after in links and int(after[:6]) - int(name[:6]) == 1
    }
    head = read_head(place)
    return said | ({head[1]: (head[0], HEAD)} if head and head[1] not in said else {})


def _joints(
    files: list[str], links: Mapping[str, Link], hashes: Mapping[str, str], sealed: Mapping[str, tuple[str, str]]
) -> Iterator[Fault]:
    """Files whose sha256 is not the recorded one; if only the record is wrong, the file that records it."""
    if files and files[0] in links and int(files[0][:6]) == 1 and links[files[0]].entry.previous != ORIGIN:
        yield Fault(files[0], 0, "", "no entry before the first one", "the sha256 of one")
    for name in (each for each in files if each in hashes):
        said, by = sealed.get(name, (hashes[name], ""))
        if said == hashes[name]:
            continue
        if by in links:
            # if the recording file has its own recorded sha256 once it names this file as it is, it was the one edited
            mended = encoded(links[by].entry.model_copy(update={"previous": hashes[name]}))
            if hashlib.sha256(mended).hexdigest() == sealed.get(by, ("", ""))[0]:
                yield Fault(by, 0, "", f"previous {hashes[name]}, the sha256 of {name}", said)
                continue
        yield Fault(name, 0, "", f"the sha256 {said}, as {by} says", hashes[name])


def _days(files: list[str], links: Mapping[str, Link]) -> Iterator[Fault]:
    known = [links[name] for name in files if name in links]
    for before, link in pairwise(known):
        first = before.entry.issued_on
        if link.entry.issued_on < first:
            yield Fault(
                link.name, 0, "", f"issued_on from {first} on, that of {before.name}", str(link.entry.issued_on)
            )


def _beyond_head(place: Path, files: list[str], hashes: Mapping[str, str]) -> tuple[list[Fault], list[str]]:
    """Faults of HEAD and of the files after it; a lock beside them means that a writing is unfinished."""
    if not files and not (place / HEAD).exists():
        return [], []
    head = read_head(place)
    if head is None:
        return [Fault(HEAD, 0, "", "one line: the sha256 and the name of the last file", "no such line")], []
    name = head[1]
    if name != NOTHING and name not in files:
        return [Fault(name, 0, "", "the last file, which HEAD names", "no such file")], []
    after = files[files.index(name) + 1 :] if name in files else files
    if after and head[0] != hashes.get(name, ORIGIN):
        return [Fault(HEAD, 0, "", f"the sha256 of {name}", head[0])], []
    if after and (place / LOCK).exists():
        return [], [f"{after[-1]} is after {name}, which HEAD names: its writing is under way or was interrupted"]
    return [Fault(each, 0, "", f"no entry after {name}, which HEAD names", "an extra file") for each in after], []


def read_head(place: Path) -> tuple[str, str] | None:
    """The sha256 and the name in HEAD; None unless it holds exactly these."""
    try:
        found = HEAD_LINE.fullmatch(HEAD_FILE.text(place / HEAD))
    except ForeignFileError:
        return None
    return (found[1], found[2]) if found else None


def _bytes(path: Path) -> bytes:
    """The bytes of an entry's file; `LedgerError` for a link or a file larger than an entry can be."""
    try:
        return ENTRY.content(path)
    except ForeignFileError as error:
        raise LedgerError([Fault(path.name, 0, "", error.expected, error.got)]) from None
