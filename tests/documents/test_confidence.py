import pandas as pd
import pytest

from forecasting.backtest.multiverse.shares import REST
from forecasting.backtest.multiverse.specifications import FACTORS
from forecasting.documents.case.confidence import (
    BARS,
    CHOICES,
    SMALLEST,
    confidence,
    confidence_words,
    ending_skills,
    half_width,
    not_assessed,
    sensitivity,
)
from forecasting.documents.compose import section
from forecasting.documents.html import section_html
from forecasting.documents.text import said, section_text
from forecasting.documents.values import view

CASE = "new-start-post-expiry-2026"
POINT = 0.3


def odds(p):
    return p / (1 - p)


def around(half, p=POINT):
    """An interval of which the log odds reach half as far as `half` says on either side."""
    low, high = (odds(p) * 2.718281828459045**x for x in (-half, half))
    return low / (1 + low), high / (1 + high)


def summary(half=0.2, point=POINT):
    lower, upper = around(half)
    spread = {"registered": 0.3, "median": 0.25, "lower": lower, "upper": upper, "least": 0.01, "most": 0.9}
    return {
        "model": "ladder",
        "as_of": "2026-02-05",
        "months": 60,
        "n_specifications": 500,
        "skill": {"spread": dict.fromkeys(spread, 0.07), "shares": {}},
        "cases": {
            CASE: {
                "point": point,
                "spread": spread,
                "shares": {"target": 0.6, REST: 0.399, "rungs": 0.001},
                "codings": [{"alternative_id": f"{CASE}-a02", "change": -0.031}],
            }
        },
    }


def forecast(half=0.2, point=POINT):
    lower, upper = around(half)
    return {"probability": point, "lower": lower, "upper": upper}


def skills(cluster=0.15, rolling=0.12, lower=0.02):
    return [
        {"design": "cluster", "skill": cluster, "lower95": lower},
        {"design": "rolling", "skill": rolling, "lower95": lower},
    ]


@pytest.mark.parametrize(
    ("rows", "spread", "error", "word"),
    [
        (skills(), 0.49, 0.49, "high"),
        (skills(0.15, 0.10), 0.49, 0.49, "high"),
        (skills(0.15, 0.099), 0.49, 0.49, "moderate"),
        (skills(0.099, 0.15), 0.49, 0.49, "moderate"),
        (skills(), 0.51, 0.49, "moderate"),
        (skills(), 0.49, 0.51, "moderate"),
        (skills(0.05, 0.05), 1.09, 1.09, "moderate"),
        (skills(0.049, 0.2), 0.2, 0.2, "low"),
        (skills(), 1.11, 0.2, "low"),
        (skills(), 0.2, 1.11, "low"),
        (skills(lower=0.0), 0.2, 0.2, "low"),
    ],
)
def test_the_word_follows_the_written_rule(history, rows, spread, error, word):
    found = confidence(history, CASE, forecast(error), rows, summary(spread))
    assert (found["word"], found["assessed"]) == (word, True)
    assert f"Confidence in this forecast is {word}: " in said(confidence_words(view({"confidence": found})))


def test_bars_are_those_that_the_rule_names():
    from forecasting.documents.case.confidence import RULE

    (high, moderate) = BARS
    for bar in (high, moderate):
        assert f"{100 * bar.skill:.0f} %" in RULE
        assert f"factor of {2.718281828459045**bar.spread:.1f}".removesuffix(".0") in RULE
        assert bar.spread == bar.error


def test_small_probabilities_are_judged_by_their_odds(history):
    """Half a point and five points are far apart, though within five points of each other."""
    narrow = {"probability": POINT, "lower": 0.25, "upper": 0.35}
    wide = {"probability": POINT, "lower": 0.005, "upper": 0.105}
    words = [confidence(history, CASE, each, skills(), summary())["word"] for each in (narrow, wide)]
    assert words == ["high", "low"]
    assert half_width(0.0, 0.1) == half_width(SMALLEST, 0.1)


@pytest.mark.parametrize(
    ("rows", "found", "case_id", "why"),
    [
        (skills(), None, CASE, "choices"),
        (skills(), summary(), "another-case", "choices"),
        ([], summary(), CASE, "skill"),
        (skills()[:1], summary(), CASE, "skill"),
        (skills(), summary(point=POINT + 0.021), CASE, "moved"),
        (skills(), summary(point=POINT - 0.021), CASE, "moved"),
    ],
)
def test_what_was_not_assessed_is_a_level_of_its_own_and_says_why(history, rows, found, case_id, why):
    content = {"confidence": confidence(history, case_id, forecast(), rows, found)}
    assert (content["confidence"]["word"], content["confidence"]["assessed"]) == ("not assessed", False)
    assert content["confidence"]["why"] == why
    assert "spread" not in content["confidence"]
    assert said(confidence_words(view(content))) == not_assessed(why)
    assert not_assessed(why) in section_text(section(*sensitivity(view(content)))).replace("\n", " ")


def test_a_kept_result_says_its_day_and_centre_and_holds_for_two_points(history):
    """The twin of the withheld one."""
    found = confidence(history, CASE, forecast(), skills(), summary(point=POINT + 0.02))
    assert found["assessed"]
    words = said(confidence_words(view({"confidence": found})))
    assert "on 5 February 2026, when it was 32\N{NO-BREAK SPACE}%" in words


def test_what_it_rests_on_names_choices_and_codings(history):
    content = {"confidence": confidence(history, CASE, forecast(), skills(), summary())}
    html = section_html(section(*sensitivity(view(content))))
    assert CHOICES["target"] in html
    assert CHOICES["rungs"] not in html
    assert "New START limits after expiry" in html
    assert "\N{MINUS SIGN}3.1" in html
    assert 'id="rests-on"' in html


def test_every_choice_has_words():
    assert set(CHOICES) == {*FACTORS, REST}


def row(**changes):
    whole = {
        "record": "abcdefabcdef", "design": "cluster", "sample": "all", "weights": "forecast", "model": "ladder",
        "reference": "base_rate", "score": "formalized", "by": "all", "part": "all", "skill": 0.1, "lower95": 0.02,
    }  # fmt: skip
    return whole | changes


def test_skill_is_read_of_the_ending_that_the_forecast_speaks_of(tmp_path):
    others = [{"score": "states"}, {"by": "period"}, {"sample": "reserved"}, {"weights": "start"}, {"model": "primary"},
              {"reference": "type_base_rate"}, {"design": "gap"}, {"record": "000000000000"}]  # fmt: skip
    (tmp_path / "evaluation").mkdir()
    path = tmp_path / "evaluation" / "skill.csv"
    rows = [row(**each, skill=0.9) for each in others] + [row(), row(design="rolling", skill=0.2)]
    pd.DataFrame(rows).to_csv(path, index=False)
    found = ending_skills(tmp_path, "abcdefabcdef0123")
    assert found == [
        {"design": "cluster", "skill": 0.1, "lower95": 0.02},
        {"design": "rolling", "skill": 0.2, "lower95": 0.02},
    ]
    assert ending_skills(tmp_path, "000000000000")[0]["skill"] == 0.9
    path.write_text("record,design,model,brier_skill\nabcdefabcdef,cluster,primary,0.07\n")
    assert ending_skills(tmp_path, "abcdefabcdef0123") == []
    assert ending_skills(tmp_path / "nowhere", "abcdefabcdef0123") == []
