import pytest

from forecasting.backtest.multiverse.shares import REST
from forecasting.backtest.multiverse.specifications import FACTORS
from forecasting.documents.case.confidence import CHOICES, NOT_ASSESSED, confidence, confidence_words, sensitivity
from forecasting.documents.html import section_html
from forecasting.documents.text import said, section_text
from forecasting.documents.values import view

CASE = "new-start-post-expiry-2026"


def summary(lower, upper):
    spread = {"registered": 0.3, "median": 0.25, "lower": lower, "upper": upper, "least": 0.01, "most": 0.9}
    return {
        "as_of": "2026-02-05",
        "months": 60,
        "n_specifications": 600,
        "skill": {"spread": dict.fromkeys(spread, 0.07), "shares": {}},
        "cases": {
            CASE: {
                "spread": spread,
                "shares": {"target": 0.6, REST: 0.399, "weights": 0.001},
                "codings": [{"alternative_id": f"{CASE}-a02", "change": -0.031}],
            }
        },
    }


@pytest.mark.parametrize(
    ("n", "half", "skills", "word"),
    [
        (60, 0.049, [0.08, 0.09], "high"),
        (59, 0.049, [0.08, 0.09], "moderate"),
        (60, 0.051, [0.08, 0.09], "moderate"),
        (60, 0.049, [0.09, 0.079], "moderate"),
        (30, 0.099, [0.03], "moderate"),
        (29, 0.099, [0.03], "low"),
        (200, 0.101, [0.5], "low"),
        (200, 0.01, [0.5, 0.029], "low"),
    ],
)
def test_the_word_follows_the_written_rule(history, n, half, skills, word):
    found = confidence(history, CASE, n, skills, summary(0.3 - half, 0.3 + half))
    assert (found["word"], found["assessed"]) == (word, True)
    assert f"Confidence in this forecast is {word}: " in said(confidence_words(view({"confidence": found})))


@pytest.mark.parametrize(("skills", "case_id"), [([], CASE), ([0.1], "another-case")])
def test_what_was_not_assessed_says_so(history, skills, case_id):
    for found in (summary(0.1, 0.2), None):
        if found is None or skills == [] or case_id != CASE:
            content = {"confidence": confidence(history, case_id, 200, skills, found)}
            assert content["confidence"] == {"word": "not assessed", "assessed": False}
            assert said(confidence_words(view(content))) == NOT_ASSESSED
            assert NOT_ASSESSED in section_text(sensitivity(view(content))).replace("\n", " ")


def test_what_it_rests_on_names_choices_and_codings(history):
    content = {"confidence": confidence(history, CASE, 200, [0.1], summary(0.1, 0.4))}
    html = section_html(sensitivity(view(content)))
    assert CHOICES["target"] in html
    assert CHOICES["weights"] not in html
    assert "New START limits after expiry" in html
    assert "\N{MINUS SIGN}3.1" in html
    assert 'id="rests-on"' in html


def test_every_choice_has_words():
    assert set(CHOICES) == {*FACTORS, REST}
