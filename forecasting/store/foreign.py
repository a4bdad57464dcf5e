"""Files that somebody else may have written, read with bounds and with no trust: the one reader of them.

A regular file and no link, of limited size; JSON of limited depth (the parser's: 201), of the form that is expected.
Whatever else is found is one error, which names the file, what was expected, what was found, and what to do.
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
    """A kind of file from elsewhere.

    Parameters
    ----------
    expected
        What such a file is, in the words of the message.
    do
        What to do where it is something else.
    most_bytes
        How long it may be.
    """

    expected: str
    do: str
    most_bytes: int = 32_000_000

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """The file, open for reading, once it is known to be a regular one and not too long."""
        try:
            # O_NONBLOCK: a pipe is refused below, not waited for
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
        """Its bytes."""
        with self.opened(path) as file:
            content = file.read(self.most_bytes + 1)
        if len(content) > self.most_bytes:  # it grew since it was opened
            raise self.error(path, f"at most {self.most_bytes} bytes", "more")
        return content

    def text(self, path: Path) -> str:
        """Its text."""
        try:
            return self.content(path).decode()
        except UnicodeDecodeError as error:
            raise self.error(path, "text in UTF-8", f"byte 0x{error.object[error.start]:02x}") from None

    def json(self, path: Path) -> Any:
        """Its value."""
        return self.value(self.content(path), path)

    def value(self, content: bytes, place: Path | str) -> Any:
        """The value in bytes; `place` names them in the error."""
        try:
            return parsed_json(content)
        except ValueError as error:
            raise self.error(place, f"{self.expected} as JSON", str(error)) from None

    def form(self, path: Path, form: type[FormT]) -> FormT:
        """Its values, of a form."""
        return self.parsed(self.content(path), path, form)

    def lines(self, path: Path, form: type[FormT]) -> list[FormT]:
        """The values of each of its lines, of a form; lines without anything are passed over."""
        rows = enumerate(self.content(path).split(b"\n"), start=1)
        return [self.parsed(line, f"{path} row {row}", form) for row, line in rows if line.strip()]

    def parsed(self, content: bytes, place: Path | str, form: type[FormT]) -> FormT:
        """Values of a form from bytes; `place` names them in the error."""
        try:
            return form.model_validate_json(content)
        except ValidationError as error:
            found = complaint(error)
        if found.said:
            raise self.error(place, f"{self.expected} that holds together", str(found))
        raise self.error(place, f"{self.expected} with {found.expected_there}", found.got)

    def error(self, place: Path | str, expected: str, got: str) -> ForeignFileError:
        """The error for what was found at a place."""
        return ForeignFileError(place, expected, got, self.do)


def parsed_json(content: bytes | str) -> Any:
    """The value in JSON; `ValueError` where it is none, holds what is no number, or is nested deeper than 201."""
    return from_json(content, allow_inf_nan=False)
