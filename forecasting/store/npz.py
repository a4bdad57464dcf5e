"""Arrays as an npz file and back. What is read is held against what is expected before a number is taken from it."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasting.store.errors import shown

Read = TypeVar("Read")
Arrays = dict[str, NDArray[Any]]
BYTES_EACH = 8
UNREADABLE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, OverflowError, ValueError, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """What an array must be: little-endian numbers of eight bytes, `dtype` and `shape`, last axis fastest."""

    dtype: Literal["<f8", "<i8"]
    shape: tuple[int, ...]

    @property
    def header(self) -> bytes:
        """The one beginning that a file with such an array has."""
        written = io.BytesIO()
        parts = {"descr": self.dtype, "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(written, parts)
        return written.getvalue()

    @property
    def n_bytes(self) -> int:
        """Bytes of the numbers."""
        return prod(self.shape) * BYTES_EACH


def npz_bytes(arrays: Mapping[str, NDArray[Any]], forms: Mapping[str, Form]) -> bytes:
    """An npz file of the arrays, stored as they are; the same arrays give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, form in forms.items():
            if arrays[name].shape != form.shape or arrays[name].dtype != np.dtype(form.dtype):
                raise ValueError(f"wanted {name} as {form}; came {arrays[name].dtype} of shape {arrays[name].shape}")
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), form.header + arrays[name].tobytes())
    return written.getvalue()


def read_npz(content: bytes, forms: Mapping[str, Form]) -> Arrays:
    """The arrays of an npz file that holds exactly those of `forms`, each of its form, every number finite.

    No header is interpreted, nothing is decompressed or unpickled, and no name in the file is used as a path. Raises
    `ValueError` with what was wanted and what came.
    """
    archive = _attempted(lambda: zipfile.ZipFile(io.BytesIO(content)))
    entries = archive.infolist()
    _require_directory(entries, forms)
    parts = _attempted(lambda: {entry.filename.removesuffix(".npy"): archive.read(entry) for entry in entries})
    return {name: _array(name, parts[name], form) for name, form in forms.items()}


def _attempted(read: Callable[[], Read]) -> Read:
    try:
        return read()
    except UNREADABLE as error:
        raise ValueError(f"wanted a readable npz file; came {str(error) or type(error).__name__}") from None


def _require_directory(entries: list[zipfile.ZipInfo], forms: Mapping[str, Form]) -> None:
    """Refuse by its directory, before anything is read, a file that is not made of the wanted arrays."""
    wanted = {f"{name}.npy": form for name, form in forms.items()}
    names = [entry.filename for entry in entries]
    for entry in entries:
        if entry.filename not in wanted:
            raise ValueError(f"wanted no array but those of the models; came {shown(entry.filename)}")
        if names.count(entry.filename) > 1:
            raise ValueError(f"wanted each array once; came {entry.filename} {names.count(entry.filename)} times")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise ValueError(f"wanted arrays stored as they are; came {entry.filename} compressed or encrypted")
        size = len(wanted[entry.filename].header) + wanted[entry.filename].n_bytes
        if {entry.file_size, entry.compress_size} != {size}:
            raise ValueError(f"wanted {size} bytes of {entry.filename}; came {entry.file_size}")
    for name in wanted:
        if name not in names:
            raise ValueError(f"wanted the array {name}; came none")


def _array(name: str, content: bytes, form: Form) -> NDArray[Any]:
    start = len(form.header)
    if content[:start] != form.header:
        came = content[10:start].decode("latin-1").strip()
        raise ValueError(f"wanted {name} as {form.dtype} of shape {form.shape}; came {shown(came, 120)}")
    numbers = np.frombuffer(content, form.dtype, offset=start).reshape(form.shape).copy()
    if not np.isfinite(numbers).all():
        raise ValueError(f"wanted finite numbers in {name}; came {numbers[~np.isfinite(numbers)][0]}")
    return numbers
