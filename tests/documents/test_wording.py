import pytest

from forecasting.documents.wording import PER_CENT, band, estimative, percent, percent_range, points, verdict, years


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.0, "almost no chance"),
        (0.0499, "almost no chance"),
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly even"),
        (0.55, "likely"),
        (0.8, "very likely"),
        (0.95, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_words_of_icd_203_begin_at_their_bounds(probability, word):
    assert estimative(probability) == word


def test_an_interval_over_three_words_is_not_given_one_word():
    assert verdict(0.3, 0.15, 0.5) == "between very unlikely and roughly even"
    assert verdict(0.3, 0.15, 0.4) == "unlikely"


def test_percentages_never_round_to_certainty():
    assert percent(0.004) == f"under 1{PER_CENT}"
    assert percent(0.996) == f"over 99{PER_CENT}"
    assert percent(0.0) == f"under 1{PER_CENT}"
    assert percent(0.137) == f"14{PER_CENT}"
    assert percent_range(0.1, 0.176) == f"10 to 18{PER_CENT}"


def test_horizons_in_words():
    assert [years(months) for months in (1, 6, 12, 60, 120)] == [
        "one month",
        "6 months",
        "one year",
        "five years",
        "ten years",
    ]


@pytest.mark.parametrize("probability", [0.0, 0.049, 0.05, 0.33, 0.45, 0.949, 0.95, 1.0])
def test_a_band_holds_what_has_the_same_word(probability):
    low, high = band(probability)
    assert low <= probability < high
    assert estimative(low) == estimative(probability) == estimative(high - 1e-9)
    assert low == 0.0 or estimative(low - 1e-9) != estimative(probability)


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (0.0455, "+4.5"),
        (-0.142, "\N{MINUS SIGN}14.2"),
        (0.0, "0.0"),
        (-0.0004, "0.0"),
        (0.0006, "+0.1"),
        (1.0, "+100.0"),
    ],
)
def test_points_have_a_sign_and_one_decimal(difference, words):
    assert points(difference) == words
