"""The verdict of the second registration, at the edges of its rule."""

import math
import re

import pytest

from forecasting.scores.verdict import EXPECTED_HALF_WIDTHS, is_above_zero, lowest, size_of, verdict
from forecasting.store.package_data import shipped

LEAST = 1e-9


@pytest.mark.parametrize(
    ("skill", "size"),
    [
        (-0.3, "small"), (0.0, "small"), (0.05 - LEAST, "small"), (0.05, "fair"), (0.10, "fair"),
        (0.10 + LEAST, "good"), (0.15, "good"), (0.15 + LEAST, "very good"), (0.20, "very good"),
        (0.20 + LEAST, "extraordinary"), (0.35, "extraordinary"), (0.35 + LEAST, "suspect"), (1.0, "suspect"),
    ],
)  # fmt: skip
def test_each_size_ends_where_it_was_registered_to(skill, size):
    assert size_of(skill) == verdict(skill, LEAST, LEAST).size == size


def test_skill_is_shown_by_an_interval_above_zero_and_a_reserved_half_of_the_same_sign_alone():
    assert verdict(0.2, LEAST, LEAST).is_shown
    for skill, lower, reserved in ((0.2, 0.0, 0.1), (0.2, -LEAST, 0.1), (0.2, 0.1, 0.0), (0.2, 0.1, -LEAST)):
        assert not verdict(skill, lower, reserved).is_shown
    assert not verdict(-0.1, -0.2, -0.1).is_shown, "to lose in both halves is to agree in sign, and no skill"


@pytest.mark.parametrize("place", range(3))
def test_what_was_not_measured_shows_no_skill(place):
    values = [0.2, 0.1, 0.1]
    values[place] = math.nan
    assert not verdict(*values).is_shown


def test_the_claim_is_the_lowest_line_that_was_scored():
    lines = {"all rows": 0.2, "late": 0.1, "first coding": 0.1, "second coding": None}
    assert lowest(lines) == "late"
    assert lowest({**lines, "second coding": 0.05}) == "second coding"
    assert lowest({"all rows": -0.2, "late": 0.1}) == "all rows"
    assert lowest({"all rows": None}) is lowest({}) is None


def test_every_interval_must_be_measured_and_above_zero():
    assert is_above_zero([LEAST])
    for lowers in ([0.1, 0.0], [0.1, None], [math.nan], []):
        assert not is_above_zero(lowers)


def test_the_rule_is_the_registered_one():
    text = " ".join((shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8").split())
    told = re.search(r"formalization at 95 %: all ([\d.]+), reserved ([\d.]+), development ([\d.]+)", text)
    assert tuple(map(float, told.groups())) == tuple(
        EXPECTED_HALF_WIDTHS[k] for k in ("all", "reserved", "development")
    )
    assert (
        "Under 0.05 small, to 0.10 fair, to 0.15 good, to 0.20 very good, above extraordinary, above 0.35 suspect"
        in text
    )
