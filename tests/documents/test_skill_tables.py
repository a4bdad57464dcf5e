"""Tables of results on plain rows: what the documents that show them have in common."""

import pytest

from forecasting.backtest.tables import RECORD_DIGITS
from forecasting.documents.blocks import figures
from forecasting.documents.calibration_tables import brier_parts, calibration, power, tiers
from forecasting.documents.scorecard import rows_scored
from forecasting.documents.skill_tables import (
    DESIGNS,
    MODELS,
    TRAITS,
    WEIGHTS,
    chosen,
    no_skill,
    skill_by,
    skill_by_weights,
    skill_of_others,
)
from forecasting.documents.text import block
from forecasting.documents.wording import TOO_FEW
from forecasting.store.package_data import shipped


@pytest.fixture(scope="module")
def results(record):
    digits = record.sha256[:RECORD_DIGITS]
    return {name: rows_scored(shipped("data"), name, digits) for name in ("breakdown", "calibration", "power")}


def test_skill_by_weights_has_every_design_and_the_sizes_of_each(results):
    made = skill_by_weights(results["breakdown"], "base_rate")
    assert made.head == ("Weights", *DESIGNS.values())
    assert [row[0] for row in made.rows] == [*WEIGHTS.values(), "Forecasts", "Cases", "Groups of related cases"]
    for weights, row in zip(WEIGHTS, made.rows, strict=False):
        for design, cell in zip(DESIGNS, row[1:], strict=True):
            (of_file,) = chosen(results["breakdown"], by="all", design=design, weights=weights, model="primary",
                                reference="base_rate")  # fmt: skip
            assert (cell.value, cell.lower, cell.upper) == tuple(of_file[k] for k in ("skill", "lower", "upper"))


def test_plain_rows_give_figures_without_pointers_and_too_few_where_nothing_was_scored(results):
    shown = [skill_by(results["breakdown"], by) for by in ("horizon", "score", "cause", *TRAITS)]
    assert all(one.pointer is None for one in figures(tuple(shown)))
    assert TOO_FEW in skill_by(results["breakdown"], "type").rows[1]
    assert skill_by(results["breakdown"], "frame").rows[0][0] == "prospectively sampled"


@pytest.mark.parametrize("lower", [-0.01, 0.0])
def test_no_skill_is_shown_where_zero_lies_in_the_interval_of_a_registered_design(results, lower):
    row = chosen(results["breakdown"], by="cause", part="collapsed", weights="case", design="cluster",
                 model="primary", reference="base_rate")[0]  # fmt: skip
    said = "No skill over the base rate is shown for: collapsed (related cases held out)."
    assert block(no_skill([{**row, "lower": lower}])) == said
    assert no_skill([{**row, "lower": 0.001}]) is None
    assert no_skill([{**row, "lower": lower, "design": "era"}]) is None
    assert no_skill([{**row, "lower": None}]) is None


def test_calibration_by_weights_at_one_horizon_and_by_horizon_under_one_weighting(results):
    at_five = calibration(chosen(results["calibration"], horizon="60"), "cluster", "weights")
    assert at_five.caption == "Calibration within five years: related cases held out"
    assert [row[1] for row in at_five.rows] == [*WEIGHTS.values()] * 3
    alike = calibration(chosen(results["calibration"], weights="forecast"), "cluster", "horizon")
    assert alike.caption == "Calibration with equal weight for every forecast: related cases held out"
    assert [row[1].value for row in alike.rows] == ["12", "24", "36", "60", "120"] * 3
    assert alike.head[4] == "O/E ratio (ideal: 1)"
    row = chosen(results["calibration"], weights="forecast", horizon="12", cause="faded", design="cluster")[0]
    few = calibration([{**row, "ratio": None, "slope": None, "auc": None}], "cluster", "horizon").rows[0]
    assert few[4:] == (TOO_FEW,) * 3
    parts = brier_parts([row, {**row, "brier": None}]).rows
    assert len(parts) == 1 and [cell.value for cell in parts[0][1:]] == [row[k] for k in ("brier", "mcb", "dsc", "unc")]


def test_power_compares_the_hazard_model_with_each_and_the_two_base_rates(results):
    made = power(results["power"], "rolling")
    assert [block(row[0]) for row in made.rows] == [
        f"{MODELS['primary']} over {MODELS['primary_hindsight']}",
        f"{MODELS['primary']} over {MODELS['base_rate']}",
        f"{MODELS['primary']} over {MODELS['type_base_rate']}",
        f"{MODELS['type_base_rate']} over {MODELS['base_rate']}",
    ]
    assert [row[0] for row in tiers(results["power"]).rows] == [*DESIGNS.values()]


def test_tables_without_rows_are_none():
    made = [skill_by_weights([], "base_rate"), skill_of_others([]), skill_by([], "type"), no_skill([]), tiers([]),
            calibration([], "cluster", "horizon"), power([], "cluster")]  # fmt: skip
    assert made == [None] * 7
