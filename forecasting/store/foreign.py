"""Bounded reading of foreign files, whose content is not trusted.

A foreign file is a regular file (no link) of limited size; JSON in it has limited depth (201, the parser's limit) and
the expected form, TOML a depth of 32, and text lines of limited length. Anything else is a `ForeignFileError`.
"""

import errno
import hashlib
import io
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from forecasting.store.errors import ForeignFileError, error_words
from forecasting.store.values import complaint

FormT = TypeVar("FormT", bound=BaseModel)
LONGEST_LINE = 1_000_000
DEEPEST_TOML = 32
_QUOTED = re.compile(r'''"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*''', re.DOTALL)
_DOTTED = re.compile(rf"(?<![\w.-])(?:[\w-]+\.){{{DEEPEST_TOML}}}")


@dataclass(frozen=True)
class Foreign:
    """A kind of foreign file, and its reader.

    Parameters
    ----------
    expected
        What such a file is, for the message.
    do
        The remedy, for the message.
    most_bytes
        Largest size accepted, in bytes.

    Examples
    --------
    >>> notes = Foreign("a note", "name another file")
    >>> notes.value(b'{"text": "signed"}', "note.json")
    {'text': 'signed'}
    >>> notes.value(b'{"text": ', "note.json")
    Traceback (most recent call last):
    forecasting.store.errors.ForeignFileError: note.json: expected a note as JSON, got EOF while parsing a value at \
line 1 column 9; name another file
    """

    expected: str
    do: str
    most_bytes: int = 32_000_000

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """The open file, once it is known to be a regular file within the size limit; else `ForeignFileError`."""
        try:
            # O_NONBLOCK: opening a pipe would wait for a writer; it is refused below
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except ValueError as error:  # a zero byte, or what no file system can name
            raise self.error(repr(str(path)), "the path of a file", str(error)) from None
        except OSError as error:
            is_link = error.errno in (errno.ELOOP, errno.EMLINK)
            raise self.error(path, self.expected, "a symbolic link" if is_link else str(error.strerror)) from None
        try:
            self._require_plain(path, os.fstat(handle))
            file = os.fdopen(handle, "rb")
        except ForeignFileError:
            os.close(handle)
            raise
        with file:
            try:
                yield file
            except OSError as error:  # a disk that fails, or what only looks like a file
                raise self.error(path, self.expected, error_words(error)) from None

    def _require_plain(self, path: Path, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise self.error(path, self.expected, "a folder" if stat.S_ISDIR(found.st_mode) else "something else")
        if found.st_size > self.most_bytes:
            raise self.error(path, f"at most {self.most_bytes} bytes", str(found.st_size))

    def content(self, path: Path) -> bytes:
        """The bytes of a file; `ForeignFileError` unless it is a regular file within the size limit."""
        with self.opened(path) as file:
            content = file.read(self.most_bytes + 1)
        if len(content) > self.most_bytes:  # it grew since it was opened
            raise self.error(path, f"at most {self.most_bytes} bytes", "more")
        return content

    def content_in(self, folder: Path, name: str) -> bytes:
        """The bytes of a file below a folder; `ForeignFileError` also where a folder on the way is a link out of it."""
        path = folder / name
        if not path.parent.resolve().is_relative_to(folder.resolve()):
            raise self.error(path, f"a file in {folder}", "a symbolic link out of it")
        return self.content(path)

    def sha256(self, path: Path) -> str:
        """The sha256 of a file, 64 hexadecimal digits; it is not held in memory."""
        digest, left = hashlib.sha256(), self.most_bytes
        with self.opened(path) as file:
            while left >= 0 and (part := file.read(1 << 20)):
                digest.update(part)
                left -= len(part)
        if left < 0:
            raise self.error(path, f"at most {self.most_bytes} bytes", "more")
        return digest.hexdigest()

    def text_lines(self, path: Path) -> Iterator[str]:
        """The lines of a text in UTF-8, with their ends, read one by one; `ForeignFileError` for one too long."""
        with self.opened(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
            try:
                while line := lines.readline(LONGEST_LINE + 1):
                    if len(line) > LONGEST_LINE:
                        raise self.error(path, f"lines of at most {LONGEST_LINE} characters", "a longer one")
                    yield line
            except UnicodeDecodeError as error:
                raise self.error(path, "text in UTF-8", f"byte 0x{error.object[error.start]:02x}") from None

    def toml(self, path: Path) -> dict[str, Any]:
        """The table in a TOML file; `ForeignFileError` also unless it is TOML with keys at most 32 levels deep."""
        text = self.text(path)
        plain = _QUOTED.sub("q", text).replace(" ", "").replace("\t", "")
        # the parser's time and memory grow with the square of the depth of a dotted key
        if _DOTTED.search(plain):
            raise self.error(path, f"keys of at most {DEEPEST_TOML} levels", "a deeper one")
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.error(path, "TOML", str(error)) from None

    def text(self, path: Path) -> str:
        """The text of a file; `ForeignFileError` also unless it is UTF-8."""
        try:
            return self.content(path).decode()
        except UnicodeDecodeError as error:
            raise self.error(path, "text in UTF-8", f"byte 0x{error.object[error.start]:02x}") from None

    def json(self, path: Path) -> Any:
        """The JSON value in a file; `ForeignFileError` also unless it is JSON."""
        return self.value(self.content(path), path)

    def value(self, content: bytes, place: Path | str) -> Any:
        """The JSON value of bytes; `place` is their file, for the message."""
        try:
            return parsed_json(content)
        except ValueError as error:
            raise self.error(place, f"{self.expected} as JSON", str(error)) from None

    def form(self, path: Path, form: type[FormT]) -> FormT:
        """The content of a JSON file as `form`; `ForeignFileError` also unless it has that form."""
        return self.parsed(self.content(path), path, form)

    def lines(self, path: Path, form: type[FormT]) -> list[FormT]:
        """Each line of a JSONL file as `form`; blank lines are skipped. The error names the row."""
        rows = enumerate(self.content(path).split(b"\n"), start=1)
        return [self.parsed(line, f"{path} row {row}", form) for row, line in rows if line.strip()]

    def parsed(self, content: bytes, place: Path | str, form: type[FormT]) -> FormT:
        """JSON bytes as `form`; `place` is their file, for the message."""
        try:
            return form.model_validate_json(content)
        except ValidationError as error:
            found = complaint(error)
        if found.said:
            raise self.error(place, f"{self.expected} that holds together", str(found))
        raise self.error(place, f"{self.expected} with {found.expected_there}", found.got)

    def error(self, place: Path | str, expected: str, got: str) -> ForeignFileError:
        """The error for a file that is not as expected."""
        return ForeignFileError(place, expected, got, self.do)


def parsed_json(content: bytes | str) -> Any:
    """The value of a JSON text.

    Parameters
    ----------
    content
        The text.

    Raises
    ------
    ValueError
        It is not JSON, contains NaN or infinity, or is nested deeper than 201 levels.

    Examples
    --------
    >>> parsed_json('{"horizon": 12}')
    {'horizon': 12}
    """
    return from_json(content, allow_inf_nan=False)
