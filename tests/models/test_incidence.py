from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from forecasting.models.incidence import (
    Incidence,
    RiskTable,
    aalen_johansen,
    conditional_incidence,
    cumulative_incidence,
    hazards,
    risk_table,
    smooth_tail,
    tail_start,
)

REFERENCE = Path(__file__).parents[1] / "reference"
N_CAUSES = 3


@pytest.fixture(scope="module")
def synth():
    """240 simulated spells with two causes; `tests/reference/ref_synth.R` made them and the numbers below."""
    return pd.read_csv(REFERENCE / "synth_cases.csv")


@st.composite
def spell_lists(draw):
    """Entry, exit and cause of 1 to 40 spells, as columns."""
    spell = st.tuples(st.integers(0, 12), st.integers(1, 24), st.integers(0, N_CAUSES))
    rows = np.array(draw(st.lists(spell, min_size=1, max_size=40)))
    return rows[:, 0], rows[:, 0] + rows[:, 1], rows[:, 2]


@st.composite
def hazard_tables(draw):
    """Monthly hazards of three causes over up to 30 months, their sum at most one."""
    share = st.floats(0, 1, allow_subnormal=False)
    months = draw(st.lists(st.tuples(share, share, share, share), min_size=3, max_size=30))
    parts = np.array(months).T + 1e-9
    return parts[:N_CAUSES] / parts.sum(axis=0)


def at_months(incidence, months):
    return incidence[:, np.asarray(months) - 1].T


@pytest.mark.parametrize(("file", "delayed"), [("synth_aj.csv", False), ("synth_aj_delayed_entry.csv", True)])
def test_incidence_equals_that_of_r_survival(synth, file, delayed):
    reference = pd.read_csv(REFERENCE / file)
    entry = synth["entry"] if delayed else np.zeros(len(synth))
    incidence = aalen_johansen(entry, synth["time"], synth["event"], 2)
    np.testing.assert_allclose(at_months(incidence, reference["time"]), reference[["cif1", "cif2"]], atol=1e-12, rtol=0)
    table = risk_table(entry, synth["time"], synth["event"], 2)
    assert list(table.at_risk[reference["time"] - 1]) == list(reference["n_risk"])


@pytest.mark.parametrize("group", [0, 1])
def test_incidence_by_group_equals_that_of_r_survival(synth, group):
    reference = pd.read_csv(REFERENCE / "synth_aj_by_x2.csv").query(f"strata == 'x2={group}'")
    rows = synth[synth["x2"] == group]
    incidence = aalen_johansen(np.zeros(len(rows)), rows["time"], rows["event"], 2)
    np.testing.assert_allclose(at_months(incidence, reference["time"]), reference[["cif1", "cif2"]], atol=1e-12, rtol=0)


def test_incidence_without_delayed_entry_equals_that_of_statsmodels(synth):
    incidence = aalen_johansen(np.zeros(len(synth)), synth["time"], synth["event"], 2)
    theirs = CumIncidenceRight(synth["time"], synth["event"])
    months = np.asarray(theirs.times, dtype=int)
    np.testing.assert_allclose(at_months(incidence, months).T, theirs.cinc, atol=1e-12, rtol=0)


@given(spell_lists())
def test_incidences_never_fall_and_leave_room_for_survival(spells):
    incidence = aalen_johansen(*spells, N_CAUSES)
    assert (incidence >= 0).all()
    assert (np.diff(incidence, axis=1) >= 0).all()
    survival = np.cumprod(1 - hazards(risk_table(*spells, N_CAUSES)).sum(axis=0))
    np.testing.assert_allclose(incidence.sum(axis=0) + survival, 1, atol=1e-12)


@given(spell_lists())
def test_every_ending_and_every_month_at_risk_is_counted(spells):
    entry, exit_, cause = spells
    table = risk_table(*spells, N_CAUSES)
    assert table.at_risk.sum() == (exit_ - entry).sum()
    assert list(table.endings.sum(axis=1)) == [(cause == k + 1).sum() for k in range(N_CAUSES)]
    assert (table.endings.sum(axis=0) <= table.at_risk).all()


@given(spell_lists(), st.integers(0, 3))
def test_weights_count_spells_as_often_as_they_say(spells, times):
    plain = risk_table(*spells, N_CAUSES)
    n = len(spells[0])
    weighted = risk_table(*spells, N_CAUSES, np.vstack([np.ones(n), np.full(n, times)]))
    for ours, counts in ((weighted.at_risk, plain.at_risk), (weighted.endings, plain.endings)):
        np.testing.assert_array_equal(ours, np.stack([counts, times * counts]))


@given(spell_lists(), st.permutations(range(N_CAUSES)))
def test_the_order_of_spells_and_the_names_of_causes_do_not_matter(spells, order):
    entry, exit_, cause = spells
    renamed = np.concatenate([[0], np.array(order) + 1])[cause]
    incidence = aalen_johansen(entry, exit_, cause, N_CAUSES)
    np.testing.assert_allclose(aalen_johansen(entry[::-1], exit_[::-1], cause[::-1], N_CAUSES), incidence, atol=1e-12)
    np.testing.assert_allclose(aalen_johansen(entry, exit_, renamed, N_CAUSES)[order], incidence, atol=1e-12)


@pytest.mark.parametrize(("entry", "exit_"), [([3], [3]), ([4], [3]), ([-1], [3])])
def test_a_spell_without_a_month_is_refused(entry, exit_):
    message = (
        f"expected 0 <= entry < exit for every spell, got entry {entry[0]} and exit {exit_[0]} in row 0; "
        "leave out spells without a month at risk"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        risk_table(entry, exit_, [1], 1)


@given(hazard_tables())
def test_at_age_nought_nothing_is_conditioned_on(hazard):
    n_months = hazard.shape[1]
    months = np.array([[1, n_months]])
    conditional = conditional_incidence(hazard, np.array([0]), months)
    np.testing.assert_array_equal(conditional[0], cumulative_incidence(hazard)[:, [0, n_months - 1]])


@given(hazard_tables(), st.data())
def test_incidence_composes_over_two_stretches(hazard, draw):
    """Chapman-Kolmogorov: ended within s + t = ended within s, or lasted s and ended within t more."""
    n_months = hazard.shape[1]
    first = draw.draw(st.integers(1, n_months - 1))
    second = draw.draw(st.integers(1, n_months - first))
    unconditional = cumulative_incidence(hazard)
    survival = 1 - unconditional[:, first - 1].sum()
    onwards = conditional_incidence(hazard, np.array([first]), np.array([[second]]))[0, :, 0]
    composed = unconditional[:, first - 1] + survival * onwards
    np.testing.assert_allclose(unconditional[:, first + second - 1], composed, atol=1e-12)


@given(hazard_tables())
def test_replicates_are_walked_one_by_one(hazard):
    months = np.array([[1, 2], [2, 3]]).clip(max=hazard.shape[1] - 1)
    ages = np.array([0, 1])
    both = conditional_incidence(np.stack([hazard, hazard / 2]), ages, months)
    np.testing.assert_allclose(both[0], conditional_incidence(hazard, ages, months), atol=1e-15)
    np.testing.assert_allclose(both[1], conditional_incidence(hazard / 2, ages, months), atol=1e-15)


def test_survival_is_what_the_causes_leave():
    values = np.array([[[0.1, 0.2], [0.3, 0.3], [0.0, 0.5]]])
    np.testing.assert_allclose(Incidence(values, ("a", "b", "c"), (6, 12)).survival, [[0.6, 0.0]], atol=1e-15)


TABLE = RiskTable(np.array([5.0, 20, 12, 8, 4, 2]), np.array([[1.0, 4, 0, 2, 0, 0], [0.0, 0, 3, 0, 0, 1]]))


@pytest.mark.parametrize(
    ("at_risk", "cut"),
    [([5, 20, 12, 8, 4, 2], 3), ([5, 20, 9, 12, 8], 2), ([20, 20, 10], 3), ([4, 9, 3], 1), ([10], 1)],
)
def test_the_tail_starts_where_too_few_remain_after_the_peak(at_risk, cut):
    assert tail_start(np.array(at_risk, dtype=float), 10) == cut


def test_the_tail_is_endings_over_months_at_risk_with_one_ending_more():
    smooth = smooth_tail(TABLE, 8, 3)
    np.testing.assert_array_equal(smooth[:, :3], hazards(TABLE)[:, :3])
    total, exposure = TABLE.endings.sum(), TABLE.at_risk.sum()
    share = TABLE.endings.sum(axis=1) / total
    tail = (TABLE.endings[:, 3:].sum(axis=1) + share) / (TABLE.at_risk[3:].sum() + exposure / total)
    np.testing.assert_allclose(smooth[:, 3:], np.repeat(tail[:, None], 5, axis=1))


def test_beyond_a_table_without_a_thin_tail_the_rate_is_that_of_all_ages():
    table = RiskTable(np.full(24, 40.0), np.concatenate([np.full((1, 12), 8.0), np.full((1, 12), 2.0)], axis=1))
    smooth = smooth_tail(table, 30, 24)
    np.testing.assert_array_equal(smooth[:, :24], hazards(table))
    np.testing.assert_allclose(smooth[:, 24:], 120 / 960)


def test_a_thin_tail_without_an_ending_is_not_taken_for_certainty():
    table = RiskTable(np.array([50.0] * 10 + [5.0] * 10), np.array([[1.0] * 10 + [0.0] * 10]))
    assert 0 < smooth_tail(table, 20, 10)[0, -1] < 0.02


@given(spell_lists(), st.integers(1, 60), st.integers(1, 15))
def test_smoothed_hazards_are_hazards_of_the_length_asked(spells, n_months, fewest):
    table = risk_table(*spells, N_CAUSES)
    cut = tail_start(table.at_risk, fewest)
    smooth = smooth_tail(table, n_months, cut)
    assert smooth.shape == (N_CAUSES, n_months)
    assert (smooth >= 0).all()
    assert (smooth.sum(axis=0) <= 1 + 1e-12).all()
    assert (smooth[:, cut:] == smooth[:, cut : cut + 1]).all()


@given(spell_lists())
def test_replicates_are_smoothed_from_the_same_age_as_the_table(spells):
    table = risk_table(*spells, N_CAUSES)
    weights = np.ones((2, len(spells[0])))
    replicates = risk_table(*spells, N_CAUSES, weights)
    cut = tail_start(table.at_risk, 10)
    np.testing.assert_allclose(smooth_tail(replicates, 40, cut)[1], smooth_tail(table, 40, cut), atol=1e-15)
