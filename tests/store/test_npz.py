"""Arrays as files: the same come back, and whatever else lies in the file is refused before it is read."""

import contextlib
import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.store.npz import MOST_HEADER, Form, npz_bytes, read_npz

FORMS = {"a": Form("<f8", (2, 3)), "b": Form("<i8", (4,)), "none": Form("<f8", (0, 3))}
ARRAYS = {"a": np.arange(6.0).reshape(2, 3) / 7, "b": np.array([-1, 2**62, 0, 5]), "none": np.zeros((0, 3))}
WRITTEN = npz_bytes(ARRAYS, FORMS)
MOST = FORMS["a"].n_bytes + MOST_HEADER


class Payload:
    """Creates a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def npy(array, **options):
    written = io.BytesIO()
    np.lib.format.write_array(written, array, **options)
    return written.getvalue()


def packed(parts, compression=zipfile.ZIP_STORED):
    """A zip file of (name, content) pairs, whatever they are."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return written.getvalue()


def with_a(content):
    """The written file with other content for the array a."""
    return packed([("a.npy", content), ("b.npy", npy(ARRAYS["b"])), ("none.npy", npy(ARRAYS["none"]))])


def with_field(content, signature, offset, value):
    """The file with a field of its first central directory entry overwritten."""
    place = content.index(signature) + offset
    return content[:place] + value + content[place + len(value) :]


def refused(content):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        read_npz(content, FORMS)
    return str(error.value)


def test_the_same_arrays_come_back_to_the_last_bit_and_writable():
    read = read_npz(WRITTEN, FORMS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype and read[name].flags.writeable and read[name].flags.c_contiguous


def test_the_file_is_an_ordinary_npz_and_always_the_same():
    with np.load(io.BytesIO(WRITTEN), allow_pickle=False) as read:
        assert {name: read[name].tolist() for name in read} == {name: a.tolist() for name, a in ARRAYS.items()}
    assert npz_bytes({name: array.copy() for name, array in ARRAYS.items()}, FORMS) == WRITTEN


@pytest.mark.parametrize("array", [np.arange(6), np.arange(6.0), np.arange(6.0, dtype=">f8").reshape(2, 3)])
def test_an_array_of_another_form_is_not_written(array):
    with pytest.raises(ValueError, match=r"^expected a as <f8 of shape \(2, 3\), got ([<>][fi]8) of shape "):
        npz_bytes({**ARRAYS, "a": array}, FORMS)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_not_written(number):
    with pytest.raises(ValueError, match=f"^expected finite numbers in a, got {number}$"):
        npz_bytes({**ARRAYS, "a": np.full((2, 3), number)}, FORMS)


def test_an_array_of_objects_is_refused_and_its_pickle_not_run(tmp_path):
    payload = np.array([Payload(tmp_path / "ran")], dtype=object)
    content = npy(payload, allow_pickle=True)
    assert refused(with_a(content)).startswith("expected a readable npz file, got Object arrays cannot be loaded when")
    assert refused(with_a(pickle.dumps(payload))).startswith("expected a as <f8 of shape (2, 3), got b'\\x80")
    pickle.loads(pickle.dumps(payload)).item().close()
    assert [path.name for path in tmp_path.iterdir()] == ["ran"]


@pytest.mark.parametrize(
    ("array", "got"),
    [
        (np.asfortranarray(ARRAYS["a"]), "<f8 of shape (2, 3) in Fortran order"),
        (ARRAYS["a"].reshape(3, 2), "<f8 of shape (3, 2)"),
        (ARRAYS["a"].astype(">f8"), ">f8 of shape (2, 3)"),
        (ARRAYS["a"].astype("<i8"), "<i8 of shape (2, 3)"),
        (ARRAYS["a"].astype("<c8"), "<c8 of shape (2, 3)"),
        (ARRAYS["a"].astype("<U2"), "<U2 of shape (2, 3)"),
    ],
    ids=["Fortran order", "shape", "byte order", "integers", "complex", "text"],
)
def test_an_array_of_another_form_is_refused(array, got):
    assert refused(with_a(npy(array))) == f"expected a as <f8 of shape (2, 3), got {got}"


@pytest.mark.parametrize("shape", ["(10**9,)", "(9" + "9" * 16 + ",)", "(1000000000, 1000)", "(-1,)", "(" * 200])
def test_a_header_that_promises_more_than_there_is_is_refused(shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (118 - len(header)) + "\n"
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(48)
    assert refused(with_a(content)).startswith("expected a readable npz file, got ")


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_refused(number):
    spoilt = npy(np.where(ARRAYS["a"] > 0.5, number, 0.0))
    assert refused(with_a(spoilt)) == f"expected finite numbers in a, got {number}"


@pytest.mark.parametrize("name", ["../a.npy", "/etc/passwd", "a.npy/", "c.npy", "a", "A.npy", "..\\a.npy"])
def test_a_name_that_is_no_array_of_the_models_is_refused(name, tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    content = packed([(f"{known}.npy", npy(array)) for known, array in ARRAYS.items()] + [(name, b"")])
    assert refused(content) == f"expected no array but a, b, none, got {name!r}"
    assert [path.name for path in tmp_path.rglob("*")] == ["deep"]


def test_a_missing_array_is_refused():
    assert refused(packed([("a.npy", npy(ARRAYS["a"]))])) == "expected the array b.npy, got none"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_that_comes_twice_is_refused():
    twice = packed([("a.npy", npy(ARRAYS["a"])), ("a.npy", npy(ARRAYS["a"] + 1))])
    assert refused(twice) == "expected each array once, got a.npy 2 times"


def test_a_bomb_is_refused_by_its_directory():
    bomb = packed([("a.npy", bytes(50_000_000))], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 60_000
    assert refused(bomb) == f"expected at most {MOST} bytes of a.npy, got 50000000"
    lying = with_field(bomb, b"PK\1\2", 24, MOST.to_bytes(4, "little"))
    assert refused(lying) == "expected the array b.npy, got none"
    whole = packed([(f"{name}.npy", npy(array)) for name, array in ARRAYS.items()], zipfile.ZIP_DEFLATED)
    short = with_field(whole, b"PK\1\2", 24, (64).to_bytes(4, "little"))
    assert refused(short).startswith("expected a readable npz file, got ")


def test_an_encrypted_array_is_refused():
    sealed = with_field(WRITTEN, b"PK\1\2", 8, b"\1\0")
    assert refused(sealed).startswith("expected a readable npz file, got File 'a.npy' is encrypted")


@pytest.mark.parametrize("content", [b"", b"PK", WRITTEN[:-1], WRITTEN[: len(WRITTEN) // 2], npy(ARRAYS["a"])])
def test_what_is_no_whole_zip_file_is_refused(content):
    assert refused(content) == "expected a readable npz file, got File is not a zip file"


def test_a_file_without_its_middle_is_refused():
    middle = len(WRITTEN) // 3
    assert refused(WRITTEN[:middle] + WRITTEN[middle + 40 :]).startswith("expected ")


@given(st.integers(0, len(WRITTEN) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(place, change):
    """Of the numbers: every byte of them is under the zip file's own check sum."""
    spoilt = bytearray(WRITTEN)
    spoilt[place] ^= change
    with contextlib.suppress(ValueError):
        for name, array in read_npz(bytes(spoilt), FORMS).items():
            np.testing.assert_array_equal(array, ARRAYS[name])


@given(st.binary(max_size=400))
def test_noise_is_refused(noise):
    assert refused(noise).startswith("expected a readable npz file, got ")
    assert refused(noise + WRITTEN[-300:]).startswith("expected ")
