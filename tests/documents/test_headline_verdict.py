"""What the page says to believe: computed from past forecasts, from the period, and from nothing else."""

import pandas as pd
import pytest
from made_up import past, put_skill, put_track_record

from forecasting import load_history
from forecasting.backtest.origins import PERIODS
from forecasting.documents.case.headline_values import computed_verdict
from forecasting.documents.case.material import Material
from forecasting.documents.case.skill import first_model_skill, headline_skill, period_record
from forecasting.documents.case.verdict import believe, period
from forecasting.documents.text import said
from forecasting.documents.values import view
from forecasting.explain.periods import period_count

CASE = "new-start-post-expiry-2026"
PERIOD = {"name": "since 2011", "n": 38, "n_formalized": 0}
LIKE = {"n": 40, "n_cases": 20, "mean_forecast": 0.11, "mean_base_rate": 0.14, "observed": 0.1, "lower": 0.05,
        "upper": 0.15, "few": False, "low": 0.05, "high": 0.2, "at_start": True}  # fmt: skip
PAST = {"n": 500, "n_cases": 90, "least": 0.01, "most": 0.6}


def skill_row(by, skill, lower, upper, part=""):
    return {"design": "rolling", "by": by, "part": part, "skill": skill, "lower": lower, "upper": upper, "n": 900,
            "n_cases": 80}  # fmt: skip


def words(**changes):
    found = {
        "horizon": 60, "probability": 0.1, "base_rate": 0.14, "period": PERIOD, "missing": "", "past": PAST,
        "like": LIKE, "beyond": "", "skill": [skill_row("all", 0.12, 0.05, 0.19)], "expected": None,
    }  # fmt: skip
    content = view({"verdict": found | changes})
    told = " ".join(said(part) for part in [*believe(content), period(content)])
    return told.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Past forecasts as high as 10 % came true about as often as they said. Whether it is better than the base"),
        ({"like": LIKE | {"mean_forecast": 0.16}},
         "Believe less than 10 %: past forecasts as high came true less often than they said."),
        ({"like": LIKE | {"mean_forecast": 0.04}},
         "Believe more than 10 %: past forecasts as high came true more often than they said."),
        ({"expected": {"n_cases": 72, "n_endings": 1, "mean_forecast": 0.05, "mean_reference": 0.06, "observed": 0.004}},
         "But of forecasts made since 2011 (72 cases) 5 % were expected to be formalized within five years, the base rate "
         "expected 6 %, and under 1 % were: too few to show a skill."),
        ({"beyond": "above"}, "10 % is higher than every past forecast for five years (500, from 1 % to 60 %): how such a"),
        ({"beyond": "below"}, "10 % is lower than every past forecast for five years"),
        ({"like": LIKE | {"few": True}}, "Too few past forecasts were as high as 10 % to say how it fares. The base rate is 14"),
        ({"missing": "there is no track record", "like": None, "past": None},
         "How far to trust 10 % is not known: there is no track record. The base rate is 14 %."),
        ({"skill": [skill_row("period", -0.1, -0.3, 0.05, "since 2011")]},
         "It has not been shown to be better since 2011 than the base rate, which says 14 %."),
        ({"skill": [skill_row("period", 0.2, 0.1, 0.3, "since 2011")]},
         "It was better since 2011 than the base rate, which says 14 %."),
    ],
)  # fmt: skip
def test_what_to_believe_follows_from_past_forecasts_and_the_period(changes, expected):
    assert expected in words(**changes)


def test_numbers_of_the_past_and_of_the_period_stand_beside_it():
    told = words()
    assert (
        "Of 40 past forecasts (20 cases) from 5 to 20 %, made out of sample at a case's start, 10 % were formalized "
        "(80 % interval 5 to 15 %); their mean was 11 %, that of the base rate 14 %." in told
    )
    assert "None of 38 core cases that began since 2011 was formalized by the day." in told
    assert "Skill on formalization over the base rate: 12.0 % [5.0, 19.0] as of each year (900 forecasts)." in told
    assert "2 of 38 core cases that began since 2011 were" in words(period=PERIOD | {"n_formalized": 2})
    assert "The skill of the forecast is not known for this record." in words(skill=[])


def verdict_on(folder, day="2026-02-05"):
    history = load_history(folder, as_of=day)
    return computed_verdict(Material(history, CASE, (12, 60), "concluded"))


def test_without_results_of_this_record_it_says_why(record_copy):
    put_skill(record_copy.folder, "0" * 64)
    (record_copy.folder / "evaluation/track_record.csv").unlink()
    found = verdict_on(record_copy.folder)
    assert found["missing"] == "there is no track record beside this record" and found["like"] is None
    assert found["skill"] == [] and found["period"]["name"] == "since 2011"


@pytest.mark.long
def test_what_came_of_past_forecasts_and_the_skill_are_those_of_the_tables(record_copy, history):
    folder, sha = record_copy.folder, history.sha256
    put_skill(folder, sha)
    assert load_history(folder).sha256 == sha
    high = past(history, 0.9, 30, 30, as_of="2000-01-01")
    put_track_record(folder, sha, past(history, 0.06, 2, 40), past(history, 0.01, 0, 5), high)
    found = verdict_on(folder)
    said_now = found["probability"]
    assert 0.05 <= said_now < 0.2
    assert (found["like"]["n"], found["like"]["n_cases"], found["like"]["observed"]) == (40, 40, 0.05)
    assert found["like"]["mean_forecast"] == pytest.approx(0.06) and found["beyond"] == ""
    assert found["past"] == {"n": 75, "n_cases": 40, "least": 0.01, "most": 0.9}
    assert {(row["by"], row["part"]) for row in found["skill"]} == {("all", None), ("period", "since 2011")}
    assert len(found["skill"]) == 4

    # What was not known on the day does not count, and what came changes what is said.
    low = past(history, 0.01, 0, 40)
    put_track_record(folder, sha, low, high.assign(known_date="2026-06-01"))
    assert verdict_on(folder)["past"]["most"] == 0.01 and verdict_on(folder)["beyond"] == "above"
    put_track_record(folder, sha, low, high)
    assert verdict_on(folder)["past"]["most"] == 0.9 and verdict_on(folder)["beyond"] == ""
    put_track_record(folder, sha, past(history, 0.06, 20, 40))
    assert verdict_on(folder)["like"]["observed"] == 0.5


def test_skill_is_that_of_the_model_on_formalization(record_copy, history):
    put_skill(record_copy.folder, history.sha256)
    rows = headline_skill(record_copy.folder, history.sha256)
    assert [row["skill"] for row in rows] == [0.12, 0.2, -0.1] * 2
    assert [row["design"] for row in first_model_skill(record_copy.folder, history.sha256)] == ["cluster", "rolling"]
    assert headline_skill(record_copy.folder, "0" * 64) == []


def test_what_was_expected_in_a_period_is_read_from_its_table(history):
    folder, sha = history.record.folder, history.sha256
    rows = pd.read_csv(folder / "evaluation/periods.csv").query("design == 'rolling' and cause == 'formalized'")
    row = rows.query("period == 'since 2011' and horizon == 60").iloc[0]
    found = period_record(folder, sha, "since 2011", 60)
    assert found == row[list(found)].to_dict() and found["n_endings"] >= 1
    assert (
        period_record(folder, sha, "since 2011", 7) is None
        and period_record(folder, "0" * 64, "since 2011", 60) is None
    )


def test_cases_of_a_period_are_counted_as_known_on_the_day(history):
    assert list(PERIODS) == ["before 1970", "1970-1989", "1990-2010", "since 2011"]
    early, late = period_count(history.at(history.as_of.replace(year=2012))), period_count(history)
    assert early.period == late.period == "since 2011" and early.n < late.n
    assert period_count(history, cause="collapsed").n_ended > late.n_ended
