"""Tables of results on plain rows: what the documents that show them have in common."""

import pytest

from forecasting.backtest.lines import ROWS
from forecasting.backtest.origins import PERIODS, SAMPLES
from forecasting.backtest.scored_models import SCORED_MODELS
from forecasting.documents import skill_tables, verdict_tables
from forecasting.documents.blocks import figures
from forecasting.documents.calibration_tables import (
    brier_parts,
    calibration,
    coverage,
    coverage_words,
    power,
    slopes,
    tiers,
)
from forecasting.documents.skill_tables import (
    DESIGNS,
    MODELS,
    REGISTERED_SECOND,
    TRAITS,
    WEIGHTS,
    no_skill,
    skill_by,
    skill_by_sample,
    skill_by_score,
    skill_of_models,
)
from forecasting.documents.text import block
from forecasting.documents.verdict_tables import (
    claim_words,
    current_period,
    fresh_words,
    lines_table,
    lowest_line,
    present_words,
    registered_verdict,
    verdict_table,
    verdict_words,
)
from forecasting.documents.wording import TOO_FEW

FIGURES = ("skill", "lower", "upper", "lower95", "upper95")


def skill_row(skill, half=0.04, **other):
    """A row of skill.csv: the primary figure in the design `cluster`, unless asked; too few for a number if None."""
    bounds = (
        (skill, skill - half / 2, skill + half / 2, skill - half, skill + half) if skill is not None else (None,) * 5
    )
    key = {"record": "0" * 12, "design": "cluster", "sample": "all", "weights": "forecast", "model": "ladder",
           "reference": "base_rate", "score": "formalized", "by": "all", "part": "all"}  # fmt: skip
    sizes = {"n": 900, "n_cases": 90, "n_endings": 20, "n_groups": 40}
    return {**key, **dict(zip(FIGURES, bounds, strict=True)), **sizes, **other}


def halves(whole, reserved, **other):
    return [skill_row(whole, **other), skill_row(reserved, sample="reserved", **other)]


def line_row(line, skill, half=0.04, part="all", sample="all"):
    return skill_row(skill, half, line=line, part=part, sample=sample)


def said(text):
    return " ".join(block(text).split())


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (halves(0.12, 0.05), "Skill on formalization is shown, and it is good: 12.0 % [8.0, 16.0]"),
        (halves(0.049, 0.05), "Skill on formalization is shown, and it is small:"),
        (
            halves(0.4, 0.05),
            "Skill on formalization is shown, and it is suspect, so that a leak is to be looked for first:",
        ),
        (halves(0.12, -0.01), "No skill on formalization is shown, since the reserved half does not agree in sign:"),
        (halves(0.12, 0.0), "No skill on formalization is shown, since the reserved half does not agree in sign:"),
        (halves(0.04, 0.05), "No skill on formalization is shown, since the interval reaches zero:"),
        (halves(0.12, None), "No skill on formalization is shown, for want of cases:"),
        (halves(None, 0.05), "No skill on formalization is shown, for want of cases:"),
        (halves(0.12, 0.05)[:1], "No skill on formalization is shown, for want of cases:"),
    ],
)
def test_the_words_of_the_verdict_are_those_of_the_rule(rows, words):
    assert said(verdict_words(rows)).replace("\N{NO-BREAK SPACE}", " ").startswith(words)
    assert registered_verdict(rows).is_shown == words.startswith("Skill")


def test_the_verdict_is_on_the_primary_figure_alone():
    rows = halves(0.12, 0.05)
    others = [
        skill_row(-0.5, **{column: value})
        for column, value in (("design", "rolling"), ("weights", "start"), ("model", "primary"), ("score", "states"),
                              ("reference", "type_base_rate"), ("sample", "development"), ("by", "period"))
    ]  # fmt: skip
    assert verdict_words([*others, *rows]) == verdict_words(rows)
    assert verdict_words(others) is registered_verdict(others) is None
    made = verdict_table([*others, *rows]).rows
    assert [row[0] for row in made] == ["all cases", "development half", "reserved half", WEIGHTS["start"]]
    assert [row[1].value for row in made] == [0.12, -0.5, 0.05, -0.5]
    assert made[0][2].value == pytest.approx(0.04) and made[0][3].value == 0.08 and made[3][3] == ""


@pytest.mark.parametrize(
    ("skill", "words"),
    [
        (0.12, "The fresh test confirms it: on "),
        (0.03, "The fresh test agrees in sign, and shows no skill by itself: on "),
        (-0.1, "The fresh test does not confirm it: on "),
    ],
)
def test_the_words_of_the_fresh_test_follow_its_rule(skill, words):
    rows = [skill_row(skill, design="fresh", sample=sample) for sample in ("fresh", "reserved and fresh")]
    slope = {"design": "fresh", "sample": "fresh", "cause": "formalized", "slope": 1.0, "lower95": 0.5, "upper95": 1.5}
    assert said(fresh_words(rows, [slope])).replace("\N{NO-BREAK SPACE}", " ").startswith(words)
    assert fresh_words(rows, []) is fresh_words(rows[1:], [slope]) is None
    assert fresh_words([{**row, "design": "cluster"} for row in rows], [slope]) is None


def test_the_record_as_it_is_now_is_told_by_registered_designs():
    rows = [skill_row(0.1), skill_row(0.2, design="era"), skill_row(0.3, design="gap")]
    words = said(present_words(rows))
    assert words.startswith("On the whole record as it is now, which is no registered test, it is ")
    assert all(DESIGNS[design] in words for design in ("cluster", "gap")) and DESIGNS["era"] not in words


def test_what_is_claimed_is_the_lowest_line_and_the_same_landmarks_are_no_line():
    lines = [line_row("all rows", 0.2), line_row("first coding", 0.1), line_row("second coding", None),
             line_row(verdict_tables.COMPARISON, 0.01), line_row("rows of high confidence", 0.02, sample="reserved"),
             line_row(verdict_tables.LATE, 0.15), line_row(verdict_tables.LATE, 0.05, part="12")]  # fmt: skip
    assert lowest_line(lines)["line"] == "first coding"
    words = said(claim_words(lines))
    assert "the lowest of 3 lines." in words and "(first coding), whose interval lies above zero." in words
    assert "Within one year skill is claimed:" in words
    assert lowest_line(lines[2:4]) is claim_words(lines[2:4]) is None
    shown = lines_table(lines, "now")
    assert [row[0].value for row in shown.rows] == list(dict.fromkeys(row["line"] for row in lines))
    assert shown.rows[2][1] == TOO_FEW and shown.rows[4][1] == "" and shown.rows[4][4].value == 0.02


@pytest.mark.parametrize("late", [0.04, 0.03, None, ()])
def test_nothing_is_claimed_within_a_year_unless_the_late_line_lies_above_zero(late):
    lines = [line_row("all rows", 0.2), line_row("all rows", 0.2, part="12")]
    lines += [] if late == () else [line_row(verdict_tables.LATE, late, part="12")]
    assert "Within one year no skill is claimed:" in said(claim_words(lines))


def test_a_claim_whose_interval_reaches_zero_shows_no_skill():
    assert "reaches zero: under it no skill is shown" in said(claim_words([line_row("first coding", 0.04)]))


def test_lines_and_models_and_periods_have_the_names_of_the_backtest():
    assert verdict_tables.LATE in ROWS
    assert set(MODELS) == set(SCORED_MODELS)
    assert set(skill_tables.SAMPLES) == set(SAMPLES)
    assert list(PERIODS)[-1] == verdict_tables.CURRENT


def test_none_of_the_present_period_is_a_count():
    none = [skill_row(None, by="period", part="since 2011", n_cases=81, n_endings=0)]
    assert said(current_period(none)).startswith("None of 81 core cases that were forecast since 2011 became formal")
    one = [{**none[0], "n_endings": 1}]
    assert said(current_period(one)).startswith("1 of 81 core cases that were forecast since 2011 became formal")
    assert current_period([{**none[0], "part": "1990-2010"}]) is None


@pytest.mark.parametrize("skill", [0.03, 0.04])
def test_no_skill_is_shown_where_zero_lies_in_the_interval_of_a_registered_design(skill):
    row = skill_row(skill, score="collapsed", design="rolling")
    assert block(no_skill([row])) == "No skill over the base rate is shown for: collapsed (as of each year)."
    assert no_skill([{**row, "lower95": 0.001}]) is None
    assert no_skill([{**row, "design": "era"}]) is None
    assert no_skill([{**row, "lower95": None, "skill": None}]) is None
    assert no_skill([{**row, "design": "gap", "score": "faded"}]) is not None


def test_parts_stand_in_their_order_with_sizes_and_only_the_designs_that_have_rows():
    parts = ["since 2011", "1990-2010", "before 1970", "1970-1989"]
    rows = [skill_row(0.1, by="period", part=part, design="gap") for part in parts]
    rows += [skill_row(None, by="period", part="since 2011", n_cases=3, n_endings=0)]
    made = skill_by(rows, "period")
    assert [row[0].value for row in made.rows] == list(PERIODS)
    assert made.head == ("Period of the forecast", "Cases", "Formalized", DESIGNS["cluster"], DESIGNS["gap"])
    assert [cell if isinstance(cell, str) else cell.value for cell in made.rows[-1][1:]] == [3, 0, TOO_FEW, 0.1]
    horizons = [skill_row(0.1, by="horizon", part=part) for part in ("12", "120", "24")]
    assert [row[0].value for row in skill_by(horizons, "horizon").rows] == ["12", "24", "120"]


def test_models_references_scores_and_samples_have_rows_of_their_own():
    rows = [skill_row(0.1), skill_row(0.2, model="primary"), skill_row(0.3, reference="type_base_rate")]
    assert [(row[0], row[1].value) for row in skill_of_models(rows).rows] == [
        ("ladder forecast", 0.1),
        ("hazard model of the first registration", 0.2),
        ("ladder forecast, over the base rate by type", 0.3),
    ]
    rows = [skill_row(0.1), skill_row(0.2, score="log"), skill_row(0.3, weights="start")]
    assert [row[0] for row in skill_by_score(rows).rows] == ["Brier, formalized", "logarithmic"]
    made = skill_by_sample(rows).rows
    assert [row[0] for row in made] == ["all cases", WEIGHTS["start"], "Forecasts", "Cases", "Groups of related cases"]


def test_tables_of_the_shipped_record_are_plain_figures(shipped_results, registered_tables):
    rows = shipped_results["skill"]
    shown = [verdict_table(registered_tables["skill"]), skill_by_score(rows), skill_by_sample(rows), skill_of_models(rows),
             lines_table(registered_tables["lines"], "as registered"), slopes(shipped_results["slope"]),
             *(skill_by(rows, by) for by in ("horizon", *TRAITS))]  # fmt: skip
    assert all(shown) and all(one.pointer is None for one in figures(tuple(shown)))
    assert set(REGISTERED_SECOND) <= {row["design"] for row in rows} <= set(DESIGNS)


def test_calibration_by_weights_at_one_horizon_and_by_horizon_under_one_weighting(shipped_results):
    rows = shipped_results["calibration"]
    at_five = calibration(skill_tables.chosen(rows, horizon="60"), "cluster", "weights")
    assert at_five.caption == "Calibration within five years: related cases held out"
    assert [row[1] for row in at_five.rows] == [*WEIGHTS.values()] * 3
    alike = calibration(skill_tables.chosen(rows, weights="forecast"), "cluster", "horizon")
    assert alike.caption == "Calibration with equal weight for every forecast: related cases held out"
    assert [row[1].value for row in alike.rows] == ["12", "24", "36", "60", "120"] * 3
    assert alike.head[4] == "O/E ratio (ideal: 1)"
    row = skill_tables.chosen(rows, weights="forecast", horizon="12", cause="faded", design="cluster")[0]
    few = calibration([{**row, "ratio": None, "slope": None, "auc": None}], "cluster", "horizon").rows[0]
    assert few[4:] == (TOO_FEW,) * 3
    parts = brier_parts([row, {**row, "brier": None}]).rows
    assert len(parts) == 1 and [cell.value for cell in parts[0][1:]] == [row[k] for k in ("brier", "mcb", "dsc", "unc")]


def test_power_compares_the_ladder_forecast_with_each_and_the_two_base_rates(shipped_results):
    rows = shipped_results["power"]
    made = power(rows, "rolling")
    assert [block(row[0]) for row in made.rows] == [
        *(f"{MODELS['ladder']} over {words}" for model, words in MODELS.items() if model != "ladder"),
        f"{MODELS['type_base_rate']} over {MODELS['base_rate']}",
    ]
    assert {row[0] for row in tiers(rows).rows} == {DESIGNS[row["design"]] for row in rows}


def test_slopes_show_every_sample_of_formalization_and_the_whole_of_the_others():
    rows = [{"design": design, "sample": sample, "cause": cause, "slope": 1.0, "sd": 0.1, "lower95": 0.8, "upper95": 1.2}
            for design in ("gap", "cluster") for sample in SAMPLES for cause in ("formalized", "faded")]  # fmt: skip
    made = slopes(rows)
    assert [row[0] for row in made.rows] == [
        *(f"formalized, {words}" for words in skill_tables.SAMPLES.values()), "faded, all cases",
    ]  # fmt: skip
    assert made.head[1:] == (DESIGNS["cluster"], DESIGNS["gap"])


def test_the_coverage_that_is_stored_is_the_one_that_was_told(shipped_results):
    rows = shipped_results["coverage"]
    overall = {row[0].value: row for row in coverage(rows).rows if row[1] == "all"}
    assert [round(row[5].value, 2) for row in overall.values()] == [0.98, 0.99, 0.87, 0.90]
    assert min(round(row[6].value, 2) for row in overall.values()) == 0.64
    assert "which is met" in said(coverage_words(rows))
    narrow = [{**row, "covered": 0.59} for row in rows]
    assert "which is not met" in said(coverage_words(narrow))


def test_tables_without_rows_are_none():
    made = [skill_by_score([]), skill_by_sample([]), skill_of_models([]), skill_by([], "type"), no_skill([]), tiers([]),
            verdict_words([]), verdict_table([]), claim_words([]), lines_table([], "now"), current_period([]), slopes([]),
            coverage([]), coverage_words([]), calibration([], "cluster", "horizon"), power([], "cluster"),
            fresh_words([], []), present_words([])]  # fmt: skip
    assert made == [None] * 18
