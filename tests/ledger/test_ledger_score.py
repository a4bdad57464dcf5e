"""Scores of a ledger worked out by hand, with denominators that hide nothing."""

from datetime import date

import numpy as np
import pytest
from bodies import issue_body, put, resolution_body

from forecasting.ledger import score
from forecasting.scores.skill import paired_bootstrap

Y2000, Y2001 = date(2000, 1, 1), date(2001, 1, 1)
SURE = (0.0, 1.0, 0.0, 0.0)


def row(table, **chosen):
    for name, value in chosen.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.fixture
def small(tmp_path):
    """Two cases asked in 2000 and one of them again in 2001, at 12 and 24 months."""
    put(
        tmp_path,
        issue_body(["a-1990", "b-1991"], Y2000, said={"a-1990": (0.1, 0.2, 0.3, 0.4), "b-1991": SURE}),
        issue_body(["a-1990"], Y2001, said=(0.5, 0.0, 0.0, 0.5)),
        issue_body(["a-1990"], date(2026, 8, 31), kind="live", record_end=date(2026, 8, 31)),
        resolution_body(
            [
                (Y2000, "a-1990", [12], "ongoing"),
                (Y2000, "a-1990", [24], "formalized"),
                (Y2000, "b-1991", [12, 24], "collapsed"),
                (Y2001, "a-1990", [12], "formalized"),
                (Y2001, "a-1990", [24], "void"),
                (date(2026, 8, 31), "a-1990", [24], "collapsed"),
            ]
        ),
        {"entry": "retraction", "retracts": "000002-replay-2001-01-01-concluded-primary.json", "reason": "a slip"},
    )
    return tmp_path


def test_a_score_is_the_one_worked_out_by_hand(small):
    """Brier of a at 12 months in 2000: ((0.1)^2 + 0.2^2 + 0.3^2 + 0.6^2) / 2 = 0.25; at 24: (0.81+0.04+0.09+0.16)/2 = 0.55.

    Of a in 2001 at 12 months: (0.25 + 0.25) / 2 = 0.25; of b: 0. The base rate always has (0.5625 + 3 x 0.0625) / 2.
    At 12 months: a counts once, over two forecasts: (0.25 / 2 + 0.25 / 2 + 0) / 2. Over all: a has 0.4 and 0.25.
    """
    card = score(small)
    assert card.settled_on == "2026-08-31"
    twelve = row(card.forecasts, kind="replay", horizon="12")
    assert twelve["brier"] == pytest.approx(0.125)
    assert twelve["brier_base_rate"] == pytest.approx(0.375)
    assert row(card.forecasts, kind="replay", horizon="24")["brier"] == pytest.approx(0.55 / 2)
    assert row(card.forecasts, kind="replay", horizon="all")["brier"] == pytest.approx(((0.4 + 0.25) / 2 + 0) / 2)


def test_every_question_issued_is_accounted_for(small):
    card = score(small)
    counted = ["issued", "pending", "matured", "resolved", "void", "retracted", "scored", "n_cases", "n_clusters"]
    assert row(card.forecasts, kind="replay", horizon="24")[counted].tolist() == [3, 0, 3, 2, 1, 1, 2, 2, 2]
    assert row(card.forecasts, kind="replay", horizon="all")[counted].tolist() == [6, 0, 6, 5, 1, 2, 5, 2, 2]
    assert row(card.forecasts, kind="replay", horizon="12")["unseen"] == 0
    assert (card.forecasts["issued"] == card.forecasts[["pending", "resolved", "void"]].sum(axis=1)).all()


def test_a_question_that_is_due_and_that_nobody_can_answer_is_counted(small):
    put(small, issue_body(["c-1999"], Y2000, model="other"))
    found = row(score(small).forecasts, model="other", horizon="12")
    assert found[["issued", "pending", "matured", "unseen", "scored"]].tolist() == [1, 1, 1, 1, 0]


def test_live_stands_apart_and_an_early_end_waits_for_its_deadline(small):
    live = row(score(small).forecasts, kind="live", horizon="24")
    assert live[["issued", "resolved", "matured", "scored"]].tolist() == [1, 1, 0, 0]
    assert live["note"] == "none scored"
    assert np.isnan(live["brier"])


def test_no_skill_is_printed_of_too_few(small):
    found = row(score(small).forecasts, kind="replay", horizon="12")
    assert found["note"] == "too few: 3 forecasts in 2 clusters; expected 30 and 10 at least"
    assert np.isnan(found["skill"]) and np.isnan(found["lower"]) and np.isnan(found["upper"])


def test_each_ending_is_scored_by_itself(small):
    found = row(score(small).causes, kind="replay", horizon="12", cause="formalized")
    assert found["scored"] == 3
    assert found["mean_forecast"] == pytest.approx((0.1 + 0.5 + 0.0) / 3)
    assert found["observed"] == pytest.approx(1 / 3)
    assert found["brier"] == pytest.approx(((0.01 + 0.25) / 2 + 0.0) / 2)
    assert found["brier_base_rate"] == pytest.approx(((0.0625 + 0.5625) / 2 + 0.0625) / 2)


def test_a_retracted_forecast_is_scored_as_issued(small):
    before = row(score(small).forecasts, kind="replay", horizon="12")
    put(small, {"entry": "retraction", "retracts": "000001-replay-2000-01-01-concluded-primary.json", "reason": "x"})
    after = row(score(small).forecasts, kind="replay", horizon="12")
    assert (before["retracted"], after["retracted"]) == (1, 3)
    assert (before["brier"], before["scored"]) == (after["brier"], after["scored"])


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """36 forecasts of 12 cases in 12 clusters: 0.7 on collapse, which comes in two of three."""
    folder = tmp_path_factory.mktemp("large")
    cases = [f"case-{n:02d}" for n in range(12)]
    said = (0.1, 0.7, 0.1, 0.1)
    for year in (2000, 2001, 2002):
        put(folder, issue_body(cases, date(year, 1, 1), said=said, horizons=(12,)))
        put(folder, issue_body(cases, date(year, 1, 1), said=(0.25,) * 4, horizons=(12,), model="base_rate", forecasts=[
            {"case_id": c, "cluster_id": c, **{name: [(0.25,) * 4] for name in ("probability", "lower", "upper")}} for c in cases
        ]))  # fmt: skip
    state = {case: "faded" if n % 3 == 0 else "collapsed" for n, case in enumerate(cases)}
    put(folder, resolution_body([(date(y, 1, 1), c, [12], state[c]) for y in (2000, 2001, 2002) for c in cases]))
    return folder


def test_the_skill_of_enough_forecasts_is_the_paired_one(large):
    """Brier on collapse: (0.09 + 3 x 0.01) / 2 = 0.06; on fading: (0.49 + 0.81 + 2 x 0.01) / 2 = 0.66."""
    found = row(score(large).forecasts, model="primary", horizon="12")
    assert found["brier"] == pytest.approx((2 * 0.06 + 0.66) / 3)
    assert found["skill"] == pytest.approx(1 - 0.26 / 0.375)
    assert found["note"] == ""
    mine = np.tile(np.where(np.arange(12) % 3 == 0, 0.66, 0.06), 3)
    expected = paired_bootstrap(mine, np.full(36, 0.375), np.full(36, 1 / 3), np.tile(np.arange(12), 3), level=0.8)
    assert [found["lower"], found["upper"]] == pytest.approx([expected.lower, expected.upper])
    assert found["lower"] < found["skill"] < found["upper"]


def test_the_base_rate_has_no_skill_over_itself(large):
    found = row(score(large).forecasts, model="base_rate", horizon="12")
    assert (found["note"], found["brier"]) == ("the base rate itself", found["brier_base_rate"])
    assert np.isnan(found["skill"])


def test_an_empty_ledger_has_an_empty_card(tmp_path):
    card = score(tmp_path)
    assert (card.settled_on, len(card.forecasts), len(card.causes), len(card.others)) == ("", 0, 0, 0)
