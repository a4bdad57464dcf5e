"""Bounded reading of foreign files, whose content is not trusted.

A foreign file is a regular file (no link) of limited size; JSON in it has limited depth (201, the parser's limit) and
the expected form. Anything else is a `ForeignFileError`.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from forecasting.store.errors import ForeignFileError
from forecasting.store.values import complaint

FormT = TypeVar("FormT", bound=BaseModel)


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
            yield file

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
