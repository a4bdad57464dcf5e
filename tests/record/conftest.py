"""A copy of a record on which a test can tell its own fault from any other."""

import pytest
from records import RecordCopy


@pytest.fixture
def plain_copy(small_copy: RecordCopy) -> RecordCopy:
    """The record of five cases without corrections, alternatives, claims and ladders."""
    small_copy.strip()
    return small_copy
