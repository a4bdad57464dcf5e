"""Arrays as an npz file and back. What is read is held against what is expected; nothing is unpickled."""

import io
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.store.errors import shown

Arrays = dict[str, NDArray[Any]]
MOST_HEADER = 1024
DIRECTORY_ENTRY, MOST_ENTRIES = b"PK\x01\x02", 100
UNREADABLE = (
    OSError, EOFError, ValueError, TypeError, RuntimeError, OverflowError, MemoryError, zipfile.BadZipFile,
    zlib.error, struct.error, tokenize.TokenError, UserWarning,
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """What an array must be: little-endian numbers of eight bytes, `dtype` and `shape`, last axis fastest."""

    dtype: Literal["<f8", "<i8"]
    shape: tuple[int, ...]

    @property
    def n_bytes(self) -> int:
        """Bytes of the numbers."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize

    @classmethod
    def of(cls, array: NDArray[Any]) -> "Form":
        """The form that an array has; not checked."""
        return cls(array.dtype.str, array.shape)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.dtype} of shape {self.shape}"


def npz_bytes(arrays: Mapping[str, NDArray[Any]], forms: Mapping[str, Form]) -> bytes:
    """An npz file of the arrays, uncompressed and in C order; the same arrays give the same bytes.

    Raises `ValueError` for other arrays than those of `forms`, and for one of another form.
    """
    if arrays.keys() != forms.keys():
        raise ValueError(f"expected the arrays {', '.join(forms)}, got {', '.join(arrays)}")
    in_order: dict[str, Any] = {name: np.ascontiguousarray(arrays[name]) for name in forms}
    for name, form in forms.items():
        _require_form(name, in_order[name], form)
    written = io.BytesIO()
    np.savez(written, **in_order)
    return written.getvalue()


def read_npz(content: bytes, forms: Mapping[str, Form]) -> Arrays:
    """The arrays of an npz file that holds exactly those of `forms`, each of its form, every number finite.

    Sizes are held against the forms before anything is read or decompressed, and no name in the file is used as a path.
    Raises `ValueError` with what was expected and what it got.
    """
    # each entry of a directory takes ten times its bytes in memory; numbers may hold the mark by chance
    if (n := content.count(DIRECTORY_ENTRY)) > MOST_ENTRIES + 2 * len(forms):
        raise ValueError(f"expected the arrays {', '.join(forms)}, got a directory of {n} entries")
    with _readable(), zipfile.ZipFile(io.BytesIO(content)) as directory:
        entries = directory.infolist()
    _require_directory(entries, forms)
    with _readable(), np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in forms}
    for name, form in forms.items():
        _require_form(name, arrays[name], form)
    return arrays


@contextmanager
def _readable() -> Iterator[None]:
    """Turn whatever a broken file makes `numpy` and `zipfile` raise into one error."""
    try:
        yield
    except UNREADABLE as error:
        raise ValueError(f"expected a readable npz file, got {str(error) or type(error).__name__}") from None


def _require_directory(entries: list[zipfile.ZipInfo], forms: Mapping[str, Form]) -> None:
    """Refuse by its directory, before anything is read, a file that is not made of the expected arrays."""
    expected = {f"{name}.npy": form for name, form in forms.items()}
    names = [entry.filename for entry in entries]
    for entry in entries:
        if entry.filename not in expected:
            raise ValueError(f"expected no array but {', '.join(forms)}, got {shown(entry.filename)}")
        if names.count(entry.filename) > 1:
            raise ValueError(f"expected each array once, got {entry.filename} {names.count(entry.filename)} times")
        most = expected[entry.filename].n_bytes + MOST_HEADER
        if entry.file_size > most:
            raise ValueError(f"expected at most {most} bytes of {entry.filename}, got {entry.file_size}")
    for name in expected:
        if name not in names:
            raise ValueError(f"expected the array {name}, got none")


def _require_form(name: str, array: Any, form: Form) -> None:
    """`ValueError` unless it is an array of that form, in C order, with every number finite."""
    if not isinstance(array, np.ndarray):
        raise ValueError(f"expected {name} as {form}, got {shown(array)}")
    if Form.of(array) != form or not array.flags.c_contiguous:
        raise ValueError(
            f"expected {name} as {form}, got {Form.of(array)}{'' if array.flags.c_contiguous else ' in Fortran order'}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"expected finite numbers in {name}, got {array[~np.isfinite(array)][0]}")
