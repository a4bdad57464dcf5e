"""Inputs of the headline in words."""

import pytest

from forecasting.documents.case.input_words import LEG_WORDS, REFITTED, change_name, input_words
from forecasting.documents.wording import label
from forecasting.explain.changes import LEGS
from forecasting.forecasts.situation import COVARIATE_NAMES


@pytest.mark.parametrize(
    ("name", "value", "average", "expected"),
    [
        ("rung", "level 2, stalled", False, "level 2, stalled"),
        ("rung", 0.5, False, "level 0.5 by open reports"),
        ("rung", 0.71, True, "level 0.7 on average"),
        ("strain", 0.75, False, "level 3 of 4"),
        ("strain", 0.125, True, "level 0.5 on average"),
        ("term_clock", None, False, "none"),
        ("term_clock", 6.0, False, "ends in 6 months"),
        ("term_clock", 0.0, False, "ends now"),
        ("gap", 12.0, False, "12"),
        ("claims", 0.2, False, "20\N{NO-BREAK SPACE}%"),
        ("bilateral", 1.0, False, "yes"),
        ("leader_endorsed", 0.3, False, "30\N{NO-BREAK SPACE}%"),
        ("age", None, False, ""),
    ],
)
def test_a_value_is_said_in_words(name, value, average, expected):
    assert input_words(name, value, average) == expected


def test_every_leg_and_every_input_has_a_name_a_reader_knows():
    assert set(LEG_WORDS) == set(LEGS)
    for name in (*COVARIATE_NAMES, "rung", "claims", "term_clock", "age", "gap", "corrections"):
        assert change_name("known", name) not in (name, label(name))
    for name in REFITTED:
        assert change_name("model", name).endswith("fitted again")
