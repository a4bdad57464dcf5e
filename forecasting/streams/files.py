"""Event files as plain text: from a plain, gzipped or zipped file, with its hash and its first lines."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from forecasting.store.errors import ForeignFileError
from forecasting.store.foreign import Foreign
from forecasting.streams.formats import FORMATS, Format, recognised

CHUNK: Final = 2**20
HEAD: Final = 20
LONGEST_LINE: Final = 4_000_000
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError)
EVENT_FILE: Final = Foreign("an event file", "name a file of GDELT, ICEWS or POLECAT", 2**40)


@dataclass(frozen=True)
class EventFile:
    """An event file as it is given.

    Attributes
    ----------
    path : Path
        Where it lies.
    format : Format
        What it was recognised as.
    """

    path: Path
    format: Format

    @property
    def name(self) -> str:
        """Name without the endings of compression: a corrected file replaces the one of the same name."""
        return named(self.path)


def named(path: Path) -> str:
    """The name of a file without `.zip` or `.gz`.

    Examples
    --------
    >>> named(Path("news/20160728.export.CSV.zip"))
    '20160728.export.CSV'
    """
    return path.stem if path.suffix.lower() in (".zip", ".gz") else path.name


def event_file(path: Path, expected: str | None = None) -> EventFile:
    """Recognise a file.

    Parameters
    ----------
    path
        A plain, gzipped or zipped file.
    expected
        Name of the format that it should have; any by default.

    Raises
    ------
    ForeignFileError
        It is empty, broken, or of another format; the message names what it is.
    """
    with _members(path) as members:
        first = next(iter(members), None)
        lines = [] if first is None else _head(path, first)
    name, words = recognised(lines)
    titles = ", ".join(FORMATS)
    if name is None:
        raise ForeignFileError(path, f"an event file ({titles})", words, "name another file")
    if expected not in (None, name):
        wanted = FORMATS[str(expected)]
        raise ForeignFileError(
            path,
            f"{wanted.title} with {len(wanted.columns)} columns",
            f"{words} with {len(FORMATS[name].columns)} columns",
            f"say --format {name}, or name another file",
        )
    return EventFile(path, FORMATS[name])


def plain_text(file: EventFile, target: Path, told: Callable[[int], object] = lambda _: None) -> str:
    """Write the lines of a file as UTF-8 without headers and carriage returns, in constant memory.

    Parameters
    ----------
    file
        The file.
    target
        Where the text goes. Bytes that are not UTF-8, which occur in names of places, become the replacement character.
    told
        Called with the number of bytes read since the last call.

    Returns
    -------
    str
        Hash of the bytes of the file as it lies there.

    Raises
    ------
    ForeignFileError
        It is broken, a line is longer than four million bytes, or a part of it has another header.
    """
    with target.open("wb") as out, _members(file.path) as members:
        for member in members:
            _copy(file, member, out)
    return sha256_of(file.path, told)


def sha256_of(path: Path, told: Callable[[int], object] = lambda _: None) -> str:
    """Hash of the bytes of a file."""
    digest = hashlib.sha256()
    with EVENT_FILE.opened(path) as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            told(len(chunk))
    return digest.hexdigest()


def _copy(file: EventFile, member: BinaryIO, out: BinaryIO) -> None:
    waits_for_header = file.format.has_header
    try:
        while lines := member.readlines(CHUNK):
            if max(map(len, lines)) > LONGEST_LINE:
                raise ForeignFileError(
                    file.path, f"lines up to {LONGEST_LINE} bytes", "a longer one", "name another file"
                )
            if waits_for_header:
                waits_for_header = False
                header = lines.pop(0).decode(errors="replace").rstrip("\r\n\t").split("\t")
                if header != list(file.format.columns):
                    raise ForeignFileError(
                        file.path, f"the header of {file.format.title} in each part", "another", "name another file"
                    )
            text = b"".join(lines).replace(b"\r\n", b"\n").replace(b"\0", b"").decode(errors="replace")
            out.write(text.encode())
        out.write(b"\n")
    except (*BROKEN, OSError) as error:
        raise _broken(file.path, error) from None


def _head(path: Path, member: BinaryIO) -> list[str]:
    try:
        return [member.readline(LONGEST_LINE).decode(errors="replace").rstrip("\r\n") for _ in range(HEAD)]
    except (*BROKEN, OSError) as error:
        raise _broken(path, error) from None


@contextmanager
def _members(path: Path) -> Iterator[Iterator[BinaryIO]]:
    """The parts of a file, one after the other."""
    with EVENT_FILE.opened(path) as file:
        start = file.read(4)
        file.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.open(file) as unpacked:
                yield iter([unpacked])  # type: ignore[list-item]
        elif start == b"PK\x03\x04" or path.suffix.lower() == ".zip":
            if not start:
                yield iter([])
                return
            try:
                archive = zipfile.ZipFile(file)
            except BROKEN as error:
                raise _broken(path, error) from None
            with archive:
                yield (_part(path, archive, one) for one in archive.infolist() if not one.is_dir())
        else:
            yield iter([file])


def _part(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    try:
        return io.BufferedReader(archive.open(member))  # type: ignore[type-var]
    except BROKEN as error:
        raise _broken(path, error) from None


def _broken(path: Path, error: Exception) -> ForeignFileError:
    return ForeignFileError(path, "a whole file", f"a broken one ({error})", "fetch it again")
