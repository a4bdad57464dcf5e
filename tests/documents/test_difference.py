"""Two documents differ where a value does, and nowhere else."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.documents.difference import EXACT, REFITTED, compared, path_of, section_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc/~"), inner, max_size=3),
    max_leaves=12,
)
TABLE = {
    "kind": "table",
    "caption": "Skill",
    "head": ["Months", "Skill"],
    "rows": [["12", {"unit": "share", "value": 0.1}], ["24", {"unit": "share", "value": 0.2}]],
}
DOCUMENT = {"sections": {"metrics": {"title": "Metrics", "blocks": [{"kind": "text", "said": "So."}, TABLE]}}}


@given(VALUES)
def test_nothing_differs_from_itself(value):
    for aligned in (False, True):
        assert list(compared(value, copy.deepcopy(value), tolerance=EXACT, aligned=aligned)) == []


@given(VALUES, VALUES)
def test_values_without_a_difference_are_equal_and_pointers_lead_to_what_was_found(said, found):
    for aligned in (False, True):
        differences = list(compared(said, found, tolerance=EXACT, aligned=aligned))
        if not differences:
            assert said == found
        for one in differences:
            if one.pointer and one.found != "nothing":
                assert path_of(found, one.pointer)[-1] == one.found


@pytest.mark.parametrize(
    ("key", "apart", "tolerance", "n"),
    [
        ("value", 5e-10, REFITTED, 0),
        ("value", 2e-9, REFITTED, 1),
        ("value", 5e-10, EXACT, 1),
        ("lower", 5e-7, REFITTED, 0),
        ("lower", 2e-6, REFITTED, 1),
        ("upper", 5e-7, EXACT, 1),
    ],
)
def test_bounds_of_an_interval_may_differ_by_more_than_numbers(key, apart, tolerance, n):
    assert len(list(compared({key: 0.25}, {key: 0.25 + apart}, tolerance=tolerance))) == n


def test_a_row_put_in_moves_the_others_only_where_lists_are_matched_by_place():
    other = copy.deepcopy(DOCUMENT)
    other["sections"]["metrics"]["blocks"][1]["rows"].insert(0, ["6", {"unit": "share", "value": 0.3}])
    (one,) = compared(DOCUMENT, other, aligned=True)
    assert (one.pointer, one.said) == ("/sections/metrics/blocks/1/rows/0", "nothing")
    assert len(list(compared(DOCUMENT, other))) == 5


def test_the_place_is_told_in_words():
    other = copy.deepcopy(DOCUMENT)
    rows = other["sections"]["metrics"]["blocks"][1]["rows"]
    rows[1][1]["value"] = 0.3
    (one,) = compared(DOCUMENT, other, aligned=True)
    assert section_of(other, one) == "Metrics: Skill: 24: Skill"
    del rows[1]
    (one,) = compared(DOCUMENT, other, aligned=True)
    assert (section_of(other, one), one.found) == ("Metrics: Skill", "nothing")
    other["sections"]["metrics"]["blocks"][0] = {"kind": "note", "text": {"said": "So."}}
    first, *_ = compared(DOCUMENT, other, aligned=True)
    assert (first.pointer, first.said) == ("/sections/metrics/blocks/0", {"kind": "text", "said": "So."})


def test_a_number_that_no_float_can_hold_is_another_one():
    for said, found in ((10**401, 0.5), (0.5, 10**401), (10**401, 10**401 + 1)):
        assert [one.pointer for one in compared({"a": said}, {"a": found})] == ["/a"]
    assert list(compared({"a": 10**401}, {"a": 10**401})) == []
