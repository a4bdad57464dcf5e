"""Arrays written to and read from npz files.

Size, names, types and shapes of a file are checked against the expected ones before any array is read.
"""

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
    """Expected type and shape of an array: eight-byte little-endian numbers in C order."""

    dtype: Literal["<f8", "<i8"]
    shape: tuple[int, ...]

    @property
    def header(self) -> bytes:
        """The only header accepted for such an array, in bytes."""
        written = io.BytesIO()
        parts = {"descr": self.dtype, "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(written, parts)
        return written.getvalue()

    @property
    def n_bytes(self) -> int:
        """Size of the numbers, in bytes, without the header."""
        return prod(self.shape) * BYTES_EACH


def npz_bytes(arrays: Mapping[str, NDArray[Any]], forms: Mapping[str, Form]) -> bytes:
    """Arrays as an uncompressed npz file; equal arrays give equal bytes.

    Parameters
    ----------
    arrays
        Arrays by name.
    forms
        Their types and shapes; the file holds these names in this order.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    ValueError
        An array has another type or shape than its form.

    Examples
    --------
    >>> forms = {"hazard": Form("<f8", (2,))}
    >>> read_npz(npz_bytes({"hazard": np.array([0.01, 0.02])}, forms), forms)
    {'hazard': array([0.01, 0.02])}
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, form in forms.items():
            if arrays[name].shape != form.shape or arrays[name].dtype != np.dtype(form.dtype):
                raise ValueError(f"expected {name} as {form}, got {arrays[name].dtype} of shape {arrays[name].shape}")
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), form.header + arrays[name].tobytes())
    return written.getvalue()


def read_npz(content: bytes, forms: Mapping[str, Form]) -> Arrays:
    """Arrays of an npz file that holds exactly those of `forms`, with finite numbers.

    No header is interpreted, nothing is decompressed or unpickled, and no name in the file is used as a path.

    Parameters
    ----------
    content
        The content of the file.
    forms
        Types and shapes of the expected arrays by name.

    Returns
    -------
    dict
        The arrays by name, in the order of `forms`.

    Raises
    ------
    ValueError
        The file is not an npz file as `npz_bytes` writes it, or holds other arrays or numbers that are not finite.
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
        raise ValueError(f"expected a readable npz file, got {str(error) or type(error).__name__}") from None


def _require_directory(entries: list[zipfile.ZipInfo], forms: Mapping[str, Form]) -> None:
    """`ValueError` unless the directory of the archive lists exactly the expected arrays, each once and of its size."""
    expected = {f"{name}.npy": form for name, form in forms.items()}
    names = [entry.filename for entry in entries]
    for entry in entries:
        if entry.filename not in expected:
            raise ValueError(f"expected no array but those of the models, got {shown(entry.filename)}")
        if names.count(entry.filename) > 1:
            raise ValueError(f"expected each array once, got {entry.filename} {names.count(entry.filename)} times")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise ValueError(f"expected arrays stored as they are, got {entry.filename} compressed or encrypted")
        size = len(expected[entry.filename].header) + expected[entry.filename].n_bytes
        if {entry.file_size, entry.compress_size} != {size}:
            raise ValueError(f"expected {size} bytes of {entry.filename}, got {entry.file_size}")
    for name in expected:
        if name not in names:
            raise ValueError(f"expected the array {name}, got none")


def _array(name: str, content: bytes, form: Form) -> NDArray[Any]:
    start = len(form.header)
    if content[:start] != form.header:
        got = content[10:start].decode("latin-1").strip()  # the first ten bytes are magic number, version and length
        raise ValueError(f"expected {name} as {form.dtype} of shape {form.shape}, got {shown(got, 120)}")
    numbers = np.frombuffer(content, form.dtype, offset=start).reshape(form.shape).copy()
    if not np.isfinite(numbers).all():
        raise ValueError(f"expected finite numbers in {name}, got {numbers[~np.isfinite(numbers)][0]}")
    return numbers
