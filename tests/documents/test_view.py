"""The view over a document's content: values know where they stand, and what is read is taken down."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.documents.difference import leaves, path_of
from forecasting.documents.values import Fields, PointersRead, Rows, plain, pointer_of, view

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 1) | st.sampled_from(["", "a", "é/~"])
KEYS = st.text(st.sampled_from("ab/~ .0"), min_size=1, max_size=3)
NESTED = st.recursive(
    LEAVES,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=3),
    max_leaves=8,
)
CONTENT = st.dictionaries(KEYS, NESTED, max_size=3)


def seen_leaves(value):
    if isinstance(value, Fields | Rows):
        for one in value.values() if isinstance(value, Fields) else value:
            yield from seen_leaves(one)
    else:
        yield value


@given(CONTENT)
def test_every_leaf_knows_the_pointer_that_leads_to_it(content):
    for leaf in seen_leaves(view(content)):
        if leaf is None or isinstance(leaf, bool):
            assert pointer_of(leaf) is None
        else:
            found = path_of(content, pointer_of(leaf))[-1]
            assert found == leaf and type(found) is type(plain(leaf))


@given(CONTENT)
def test_what_is_read_of_a_content_is_taken_down_and_gives_the_content_again(content):
    reads = PointersRead()
    read = plain(view(content, reads))
    assert read == content and json.dumps(read) == json.dumps(content)
    assert {pointer for pointer, _ in leaves(content)} <= {"", *reads.pointers}
    assert len(set(reads.pointers)) == len(reads.pointers)


def test_only_what_was_read_is_taken_down_in_order():
    reads = PointersRead()
    content = view({"b": {"x": 1, "y": 2}, "a": [10, 20, 30], "c": 0}, reads)
    assert reads.pointers == () and "c" in content and len(content["a"]) == 3
    assert content["b"]["y"] == 2 and content["a"][-1] == 30 and content.get("d") is None
    assert reads.pointers == ("/a", "/b", "/b/y", "/a/2")


def test_a_part_of_a_list_keeps_its_pointers_and_a_worked_out_value_has_none():
    rows = view({"rows": [0.5, 0.25, 0.125]})["rows"]
    assert [pointer_of(one) for one in rows[1:]] == ["/rows/1", "/rows/2"]
    assert [pointer_of(one) for one in sorted(rows)] == ["/rows/2", "/rows/1", "/rows/0"]
    assert pointer_of(rows[0] - rows[1]) is None and rows == [0.5, 0.25, 0.125]


def test_a_view_cannot_be_changed_or_written_unseen():
    content = view({"a": {"b": 1}})
    with pytest.raises(TypeError):
        content["a"] = 2
    with pytest.raises(TypeError):
        json.dumps(content)
    with pytest.raises(KeyError):
        content["c"]
