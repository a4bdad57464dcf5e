"""The chain: entries in files, each with the sha256 of the one before; `HEAD` holds that of the last.

A chain proves that no entry was changed, dropped, put in or moved after a HEAD that somebody else holds. It cannot
prove who wrote an entry, nor that a day in it is true, and whoever can write the folder can rewrite all of it: that
shows only against a copy of HEAD published elsewhere (`verify` takes one).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasting.ledger.entries import FORM, AnyEntry, decoded, encoded, faulty, file_name
from forecasting.store.errors import Fault, ForeignFileError, LedgerError, UsageError, shown
from forecasting.store.files import write_whole
from forecasting.store.foreign import Foreign
from forecasting.store.lock import LOCK, locked

HEAD = "HEAD"
ORIGIN = "0" * 64
NOTHING = "-"
ENTRY_FILE = re.compile(r"\d{6}-[a-z0-9_-]+\.json")
HEAD_LINE = re.compile(r"([0-9a-f]{64})  (\d{6}-[a-z0-9_-]+\.json|-)\n")
LEFTOVER = re.compile(r"\.(HEAD|\d{6}-[a-z0-9_-]+\.json)\.")
OPTION = "--ledger"
ENTRY = Foreign("a file of the ledger itself", "put back a copy of it", most_bytes=16_000_000)


@dataclass(frozen=True)
class Link:
    """An entry with the name and the sha256 of its file."""

    name: str
    sha256: str
    entry: AnyEntry


@dataclass(frozen=True)
class Chain:
    """What stands in a ledger, in order. `faults`: those of the earliest entry first; `notes`: what is only odd."""

    links: tuple[Link, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The sha256 of the last file; zeros for an empty ledger."""
        return self.links[-1].sha256 if self.links else ORIGIN

    @property
    def last(self) -> str:
        """The name of the last file, or `-`."""
        return self.links[-1].name if self.links else NOTHING


@dataclass(frozen=True)
class Written:
    """Files added to a ledger, in order, and what the writer should know."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def verify(folder: Path | str, head: str | None = None) -> Chain:
    """The chain with every fault that can be found; nothing is raised for a broken one.

    Reads again where a writer finished meanwhile. `head` is a sha256 that `ledger head` printed before: a chain that
    does not hold it was rewritten or cut. Raises `UsageError` where there is no such folder.
    """
    place = Path(folder)
    if not place.is_dir():
        came = "a file" if place.exists() else "no such folder"
        raise UsageError(f"expected the folder of a ledger, got {shown(str(place))}: {came}")
    before, chain = _read_head(place), _examined(place)
    while chain.faults and (now := _read_head(place)) != before:
        before, chain = now, _examined(place)
    known = {ORIGIN, *(link.sha256 for link in chain.links)}
    if head is not None and head not in known:
        fault = Fault(
            HEAD, 0, "", f"an entry with the sha256 {shown(head)[1:-1]}, a head known before", "none in the chain"
        )
        chain = replace(chain, faults=(*chain.faults, fault))
    return chain


def read_chain(folder: Path | str) -> Chain:
    """The chain of a sound ledger; `LedgerError` with every fault of another."""
    chain = verify(folder)
    if chain.faults:
        raise LedgerError(chain.faults)
    return chain


def append(folder: Path | str, compose: Callable[[Chain], Sequence[Mapping[str, Any]]], issued_on: date) -> Written:
    """Add entries, all or none, while nobody else does; `compose` makes them from the chain as it then stands.

    Raises `LedgerError` for a broken chain, `UsageError` for entries that break the form or a day before the last
    entry's. A process that is killed leaves a chain without them, or with some of them, which the next one completes.
    """
    place = Path(folder)
    with locked(place, option=OPTION):
        chain = read_chain(place)
        if chain.notes:  # nobody else writes now, so what HEAD does not name yet was cut off; it is sound: complete it
            write_whole({place / HEAD: _head(chain.head, chain.last)}, OPTION)
        written = _linked(chain, compose(chain), issued_on)
        if written:
            _put(place, chain, written)
        notes = (f"completed the writing of {chain.last}, which was cut off",) if chain.notes else ()
        return Written(tuple(place / link.name for link in written), notes)


def _linked(chain: Chain, bodies: Sequence[Mapping[str, Any]], issued_on: date) -> list[Link]:
    if bodies and chain.links and issued_on < chain.links[-1].entry.issued_on:
        raise UsageError(
            f"expected a day from {chain.links[-1].entry.issued_on} on, that of {chain.last}, got {issued_on}: "
            "is the clock right?"
        )
    links: list[Link] = []
    previous = chain.head
    for number, body in enumerate(bodies, start=len(chain.links) + 1):
        try:
            entry = FORM.validate_python({**body, "sequence": number, "previous": previous, "issued_on": issued_on})
        except ValidationError as error:
            raise UsageError("expected {}, got {}".format(*faulty(error))) from None
        previous = hashlib.sha256(encoded(entry)).hexdigest()
        links.append(Link(file_name(entry), previous, entry))
    return links


def _put(place: Path, chain: Chain, written: list[Link]) -> None:
    for path in place.iterdir():
        if LEFTOVER.match(path.name):
            path.unlink(missing_ok=True)
    if not (place / HEAD).exists():
        write_whole({place / HEAD: _head(chain.head, chain.last)}, OPTION)
    contents = {place / link.name: encoded(link.entry) for link in written}
    try:
        write_whole({**contents, place / HEAD: _head(written[-1].sha256, written[-1].name)}, OPTION)
    except BaseException:
        standing = [link for link in written if (place / link.name).exists()]
        if standing:
            write_whole({place / HEAD: _head(standing[-1].sha256, standing[-1].name)}, OPTION)
        raise


def _head(sha256: str, name: str) -> bytes:
    return f"{sha256}  {name}\n".encode()


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
    """Numbers that are missing, and files that share one."""
    for before, name in pairwise(["000000-", *files]):
        first, last = int(before[:6]) + 1, int(name[:6]) - 1
        if first <= last:
            entries = f"entry {first}" if first == last else f"entries {first} to {last}"
            yield Fault(f"{first:06d}-*.json", 0, "", f"{entries} before {name}", "no such file")
    for before, name in pairwise(files):
        if before[:6] == name[:6]:
            yield Fault(name, 0, "", f"one entry {int(name[:6])}", f"a second one beside {before}")


def _sealed(files: list[str], links: Mapping[str, Link], place: Path) -> dict[str, tuple[str, str]]:
    """For each file the sha256 that the next one, or HEAD, says it has, and who says so."""
    said = {
        name: (links[after].entry.previous, after)
        for name, after in pairwise(files)
        if after in links and int(after[:6]) - int(name[:6]) == 1
    }
    head = _read_head(place)
    return said | ({head[1]: (head[0], HEAD)} if head and head[1] not in said else {})


def _joints(
    files: list[str], links: Mapping[str, Link], hashes: Mapping[str, str], sealed: Mapping[str, tuple[str, str]]
) -> Iterator[Fault]:
    """Files that are not what is said of them; where only what one says is wrong, the one that says it."""
    if files and files[0] in links and int(files[0][:6]) == 1 and links[files[0]].entry.previous != ORIGIN:
        yield Fault(files[0], 0, "", "no entry before the first one", "the sha256 of one")
    for name in (each for each in files if each in hashes):
        said, by = sealed.get(name, (hashes[name], ""))
        if said == hashes[name]:
            continue
        if by in links:
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
    """What HEAD names that is not there, or what stands after it; an unfinished writing has left its lock."""
    if not files and not (place / HEAD).exists():
        return [], []
    head = _read_head(place)
    if head is None:
        return [Fault(HEAD, 0, "", "one line: the sha256 and the name of the last file", "no such line")], []
    name = head[1]
    if name != NOTHING and name not in files:
        return [Fault(name, 0, "", "the last file, which HEAD names", "no such file")], []
    after = files[files.index(name) + 1 :] if name in files else files
    if after and head[0] != hashes.get(name, ORIGIN):
        return [Fault(HEAD, 0, "", f"the sha256 of {name}", head[0])], []
    if after and (place / LOCK).exists():
        return [], [f"{after[-1]} stands after {name}, which HEAD names: its writing goes on or was cut off"]
    return [Fault(each, 0, "", f"no entry after {name}, which HEAD names", "an extra file") for each in after], []


def _read_head(place: Path) -> tuple[str, str] | None:
    """The sha256 and the name in HEAD; None where it does not hold one of each."""
    try:
        found = HEAD_LINE.fullmatch((place / HEAD).read_bytes().decode())
    except (OSError, ValueError):
        return None
    return (found[1], found[2]) if found else None


def _bytes(path: Path) -> bytes:
    """The bytes of a file of the folder itself, which is no link and no longer than an entry can be."""
    try:
        return ENTRY.content(path)
    except ForeignFileError as error:
        raise LedgerError([Fault(path.name, 0, "", error.expected, error.got)]) from None
