"""Arrays kept by runs of equal columns: the same bits come back, whatever the array."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from forecasting.artefacts.runs import packed, unpacked

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.5, 1e-308])


def there_and_back(array):
    kept = {}
    plain = packed(array, "a", kept)
    size = sum(one.size for one in kept.values())
    again = unpacked(plain, "a", kept)
    assert kept == {}
    return again, size, plain["runs"]


@given(arrays(np.float64, array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9), elements=NUMBERS))
def test_any_array_comes_back_to_the_last_bit(array):
    again, _, _ = there_and_back(array)
    assert (again.shape, again.dtype, again.tobytes()) == (array.shape, array.dtype, array.tobytes())
    assert again.flags.c_contiguous


def test_runs_are_kept_where_they_save_and_a_change_of_sign_ends_one():
    long = np.repeat([[1.0, 0.0], [2.0, 0.0]], 50, axis=1)
    again, size, by_runs = there_and_back(long)
    assert by_runs and size == 4 + 2
    np.testing.assert_array_equal(again, long)
    signed = long.copy()
    signed[:, 70:] = -0.0
    assert there_and_back(signed)[1] == 6 + 3
    assert there_and_back(np.arange(6.0))[1:] == (6, False)


def test_other_arrays_are_not_written():
    for array, got in ((np.arange(3), "int64"), (np.array(["a"]), "<U1"), ([1.0], "list")):
        with pytest.raises(ValueError, match=f"^expected an array of floats at a, got {got}$"):
            packed(array, "a", {})
