"""What comes through the doors of the models: one bad cell in any array is refused with its row, by one clear error."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ladders import simulated

from forecasting.models.base_rate import BaseRate
from forecasting.models.checks import check_ahead, check_spells
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.episodes import episodes
from forecasting.models.hazard import HazardModel
from forecasting.models.incidence import aalen_johansen, risk_table
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_standings import Standings

N = 40
BAD = (np.nan, np.inf, -7.0)
CASES, LINES = simulated(N, seed=3, covariate=0.3)
X = Term("x", 1.0, ("collapsed",))


@pytest.fixture(scope="module")
def ladder():
    return LadderModel((X,), n_draws=20).fit(CASES, LINES)


@pytest.fixture(scope="module")
def rate():
    return DatedRate(n_draws=20).fit(CASES, CASES.until + 5)


@pytest.fixture(scope="module")
def hazard():
    return HazardModel(statics=("x",), intercepts=(), n_replicates=5).fit(*landmarks())


def landmarks(**cells):
    x = {
        "case": np.arange(N),
        "weight": 1.0,
        "age_months": 0,
        "gap_months": 0,
        "x": np.arange(N) % 3.0,
        "backward": 0.0,
    }
    return pd.DataFrame(x | cells), (np.zeros(N), 12.0 + np.arange(N), np.arange(N) % 4.0)


def standings(**parts):
    zero = np.zeros(N, dtype=np.int64)
    return Standings(**{
        "key": np.arange(N), "age": zero, "gap": zero, "looked": zero * 1.0, "form": zero, "term": zero,
        "start": np.tile(np.eye(18)[0], (N, 1)), "covariates": np.zeros((N, 1)),
    } | parts)  # fmt: skip


def spoilt(values, row, bad):
    found = np.array(values, dtype=np.float64)
    found[row] = bad
    return found


def refusal(call):
    with pytest.raises(ValueError, match="^expected .*, got .*") as refused:
        call()
    return str(refused.value)


@given(st.integers(0, N - 1), st.sampled_from(("entry", "exit", "cause", "weights")), st.sampled_from((*BAD, 0.5)))
def test_a_bad_cell_of_a_spell_is_refused_with_its_row(row, name, bad):
    parts = {"entry": np.zeros(N), "exit": np.arange(N) + 1.0, "cause": np.arange(N) % 4.0, "weights": np.ones(N)}
    assert check_spells(**parts, n_causes=3)[1].tolist() == list(range(1, N + 1))
    if (name, bad) == ("weights", 0.5):
        return
    parts[name] = spoilt(parts[name], row, bad)
    message = refusal(lambda: check_spells(**parts, n_causes=3))
    assert f"in row {row};" in message
    assert refusal(lambda: risk_table(**parts, n_causes=3)) == message


@given(st.integers(0, N - 1), st.sampled_from(("ages", "gaps", "looked")), st.sampled_from(BAD))
def test_a_bad_cell_of_a_case_to_forecast_is_refused_with_its_row(row, name, bad):
    parts = {"ages": np.arange(N) * 1.0, "gaps": np.full(N, 4.0), "looked": np.full(N, 2.5)}
    check_ahead(**parts, horizons=(12,))
    parts[name] = spoilt(parts[name], row, bad)
    assert f"in row {row};" in refusal(lambda: check_ahead(**parts, horizons=(12,)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: aalen_johansen([0, 0, 0], [1, 2, 3], [1, 3, 2], 2), "expected causes from 0 (censored) to 2, got 3 in row 1; number them anew"),
        (lambda: aalen_johansen([0, 0, 0], [1, 2, 3], [1], 2), "expected causes of shape (3,), got (1,); give one a row"),
        (lambda: risk_table([0], [1.9], [1], 1), "expected exit ages in whole months or numbers, got 1.9 in row 0; round them"),
        (lambda: risk_table([0, 0], [1, 2], [1, 1], 1, [[1, 1], [1, -1]]), "expected weights of 0 or more, got -1 in row 1; leave out such rows"),
        (lambda: episodes([0, 5], [3, 5], [1, 0]), "expected 0 <= landmark < exit for every landmark, got landmark 5 and exit 5 in row 1; leave out landmarks without a month at risk"),
        (lambda: BaseRate(n_replicates=2).fit(pd.DataFrame(index=range(2)), ([0, 0], [3, 4], [1, 4])), "expected causes from 0 (censored) to 3, got 4 in row 1; number them anew"),
        (lambda: BaseRate(n_replicates=2).fit(pd.DataFrame(index=range(3)), ([0, 0], [3, 4], [1, 0])), "expected 2 rows in the covariates as in the others, got 3; give one value a row"),
    ],
)  # fmt: skip
def test_messages_of_the_tables_of_risk(call, message):
    assert refusal(call) == message


@pytest.mark.parametrize("horizons", [(0, 12), (), (24, 12), (12, 12), (6.5,)])
def test_horizons_are_ascending_months_from_one_for_every_model(ladder, rate, hazard, horizons):
    table, _ = landmarks()
    at, seen = standings(), Seen(np.zeros(1, int), np.zeros(1, int), np.zeros(1), np.array([""]))
    messages = {
        refusal(call)
        for call in (
            lambda: ladder.draws(at.select([0]), horizons),
            lambda: ladder.mixed_draws(at.select([0]), np.ones(1), horizons),
            lambda: ladder.predict_on_record(at.select([0]), horizons, [9.0]),
            lambda: rate.draws(seen, horizons),
            lambda: rate.predict_cumulative_incidence(seen, horizons),
            lambda: rate.predict_on_record(seen, horizons, [9.0]),
            lambda: hazard.predict_cumulative_incidence(table, horizons),
            lambda: hazard.base_.predict_cumulative_incidence(table, horizons),
        )
    }
    assert len(messages) == 1


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", ["age_months", "gap_months", "x"])
def test_the_hazard_model_refuses_a_bad_cell_when_it_forecasts(hazard, name, bad):
    if (name, bad) == ("x", -7.0):
        return
    table, _ = landmarks()
    assert hazard.predict_cumulative_incidence(table, (12,)).values.shape == (N, 3, 1)
    table[name] = spoilt(table[name], 5, bad)
    assert "in row 5;" in refusal(lambda: hazard.predict_cumulative_incidence(table, (12,)))


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", ["weight", "x", "backward"])
def test_the_hazard_model_refuses_a_bad_cell_when_it_is_fitted(name, bad):
    if name != "weight" and bad == -7.0:
        return
    table, y = landmarks()
    table[name] = spoilt(table[name], 6, bad)
    model = HazardModel(statics=("x",), intercepts=(), n_replicates=5)
    assert "in row 6;" in refusal(lambda: model.fit(table, y))


def test_the_hazard_model_refuses_other_causes_and_groups_of_another_length():
    table, (landmark, exit_, cause) = landmarks()
    model = HazardModel(statics=("x",), intercepts=(), n_replicates=5)
    assert "got 4 in row 3;" in refusal(lambda: model.fit(table, (landmark, exit_, spoilt(cause, 3, 4))))
    assert "rows in the groups" in refusal(lambda: model.fit(table, (landmark, exit_, cause), np.zeros(3)))
    missing = table.drop(columns="x")
    assert refusal(lambda: model.fit(missing, (landmark, exit_, cause))).startswith("expected the columns x, backward")


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", [each.name for each in fields(CASES)])
def test_a_bad_cell_of_a_follow_up_is_refused_with_its_row(name, bad):
    assert "in row 4;" in refusal(lambda: replace(CASES, **{name: spoilt(getattr(CASES, name), 4, bad)}))
    assert "rows in" in refusal(lambda: replace(CASES, **{name: getattr(CASES, name)[:-1]})) or name == "key"


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", [each.name for each in fields(LINES)])
def test_a_bad_cell_of_a_landmark_is_refused_with_its_row(name, bad):
    if (name, bad) == ("covariates", -7.0):
        return
    assert "in row 4;" in refusal(lambda: replace(LINES, **{name: spoilt(getattr(LINES, name), 4, bad)}))


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", [each.name for each in fields(standings())])
def test_a_bad_cell_of_a_standing_is_refused_with_its_row(name, bad):
    if (name, bad) == ("covariates", -7.0):
        return
    assert "in row 4;" in refusal(lambda: standings(**{name: spoilt(getattr(standings(), name), 4, bad)}))


def test_a_ladder_model_refuses_landmarks_and_causes_that_are_not_its_own(ladder):
    model = LadderModel((X,), n_draws=20)
    ended = int(np.flatnonzero(CASES.cause)[0])
    fourth = replace(CASES, cause=spoilt(CASES.cause, ended, 4).astype(int))
    assert f"expected causes up to 3, got 4 in row {ended};" in refusal(lambda: model.fit(fourth, LINES))
    beyond = replace(LINES, row=spoilt(LINES.row, 2, N).astype(int))
    assert f"expected rows of {N} follow-ups, got {N} in row 2;" in refusal(lambda: model.fit(CASES, beyond))
    late = replace(LINES, age=spoilt(LINES.age, 2, 500).astype(int))
    assert "expected landmarks before the end or the last sight, got 500" in refusal(lambda: model.fit(CASES, late))
    two = standings(covariates=np.zeros((N, 2)))
    assert refusal(lambda: ladder.draws(two, (12,))).startswith("expected 1 covariates (x), got 2;")
    assert "in row 0;" in refusal(lambda: ladder.predict_on_record(standings().select([0]), (12,), [np.nan]))
    assert "of shape (1,), got (2,)" in refusal(
        lambda: ladder.predict_on_record(standings().select([0]), (12,), [1, 2])
    )


def test_a_dated_rate_refuses_faulty_causes_starts_and_classes():
    rate, ago = DatedRate(n_draws=20), CASES.until + 5
    ended = int(np.flatnonzero(CASES.cause)[0])
    fourth = replace(CASES, cause=spoilt(CASES.cause, ended, 4).astype(int))
    assert refusal(lambda: rate.fit(fourth, ago)) == (
        f"expected causes up to the last, got 4 in row {ended}; correct or leave out the row"
    )
    assert "in row 3;" in refusal(lambda: rate.fit(CASES, spoilt(ago, 3, -1)))
    assert "in row 3;" in refusal(lambda: rate.fit(CASES, spoilt(ago, 3, np.nan)))
    assert "rows in the classes" in refusal(lambda: rate.fit(CASES, ago, np.array(["a"])))
    for name in ("age", "gap", "looked"):
        parts = {"age": np.zeros(2, int), "gap": np.full(2, 3), "looked": np.ones(2), "group": np.array(["a", "b"])}
        assert "in row 1;" in refusal(lambda p=parts, n=name: Seen(**p | {n: spoilt(p[n], 1, -1)}))


def test_the_order_of_cases_changes_no_digit_of_the_hazard_model_and_another_cell_does():
    table, y = landmarks()
    group = np.arange(N) // 2 * 1000 + 17

    def said(order, x=table):
        model = HazardModel(statics=("x",), intercepts=(), n_replicates=5)
        model.fit(x.iloc[order], tuple(part[order] for part in y), group[order])
        return model.predict_cumulative_incidence(table, (12, 60)).values, model.draws(table, (12, 60))

    straight, mixed = said(np.arange(N)), said(np.random.default_rng(0).permutation(N))
    assert all((a == b).all() for a, b in zip(straight, mixed, strict=True))
    assert (straight[0] != said(np.arange(N), table.assign(x=spoilt(table["x"], 0, 9)))[0]).any()
