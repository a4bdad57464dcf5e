from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from ladders import MONTHS, shuffled, simulated

from forecasting.models.base_rate import BaseRate
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.linear_pool import linear_pool, mixture_interval

HORIZONS = (12, 60, 120)


def seen(age=0, gap=0, looked=0, group="a"):
    return Seen(np.array([age]), np.array([gap]), np.array([float(looked)]), np.array([group]))


@pytest.fixture(scope="module")
def cases():
    return simulated(300, 1)[0]


def test_with_equal_weights_and_no_gap_it_is_the_base_rate(cases):
    """With a gap it is not: months at risk are added."""
    ago = np.full(300, MONTHS)
    plain = BaseRate(n_replicates=2).fit(
        pd.DataFrame(index=range(300)), (cases.entry, cases.exit, cases.cause), cases.component
    )
    line = pd.DataFrame({"age_months": [24], "gap_months": [0]})
    expected = plain.predict_cumulative_incidence(line, HORIZONS).values
    found = DatedRate(n_draws=2).fit(cases, ago).predict_cumulative_incidence(seen(24), HORIZONS).values
    np.testing.assert_allclose(found, expected, atol=1e-12)
    lost = replace(cases, until=np.where(cases.cause > 0, cases.exit, MONTHS + 60),
                   states=np.zeros((300, MONTHS + 60), int))  # fmt: skip
    later = DatedRate(n_draws=2).fit(lost, ago + 60).predict_cumulative_incidence(seen(24), HORIZONS).values
    assert later[0, 0, 2] < expected[0, 0, 2] - 1e-4


def test_recent_months_weigh_more_whatever_came_of_the_case():
    """Early cases all formalized, late ones all faded: half a half-life apart or far apart."""
    n = np.arange(60)
    end, cause = np.full(60, 24), np.where(n < 30, 1, 3)
    from forecasting.models.ladder_months import FollowUps

    cases = FollowUps(n, n, np.ones(60), 0 * n, end, cause, end, end, 0 * n, 0 * n, np.zeros((60, 24), int))
    ago = np.where(n < 30, 24 + 240, 24)
    share = {}
    for years in (None, 20.0, 1.0):
        values = DatedRate(years, n_draws=2).fit(cases, ago).predict_cumulative_incidence(seen(), (24,)).values[0, :, 0]
        share[years] = values[0] / values.sum()
    assert share[None] == pytest.approx(0.5)
    assert share[20.0] == pytest.approx(1 / 3, abs=1e-9)
    assert share[1.0] < 1e-4


def test_kish_counts_the_effective_cases(cases):
    ago = MONTHS + np.arange(300)
    rate = DatedRate(20.0, n_draws=2).fit(cases, ago)
    weight = 0.5 ** ((ago - 0.5) / 12 / 20)
    assert rate.kish_[0] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert DatedRate(n_draws=2).fit(cases, ago).kish_[0] == pytest.approx(300)


def test_a_cause_that_never_came_keeps_an_interval():
    cases = simulated(100, 3, monthly=(0.0, 0.01, 0.01))[0]
    draws = DatedRate(n_draws=400).fit(cases, np.full(100, MONTHS)).draws(seen(), (60,))[:, 0, :, 0]
    assert 0.0 < np.quantile(draws[:, 0], 0.9) < 0.05
    assert (draws.sum(axis=1) <= 1.0).all()


def test_draws_surround_the_point(cases):
    rate = DatedRate(n_draws=400).fit(cases, np.full(300, MONTHS))
    at = seen(12, gap=24, looked=6)
    point, draws = rate.predict_cumulative_incidence(at, HORIZONS).values, rate.draws(at, HORIZONS)
    lower, upper = np.quantile(draws, [0.05, 0.95], axis=0)
    assert (lower < point).all() and (point < upper).all()


def test_the_order_of_cases_changes_nothing(cases):
    _, lines = simulated(300, 1)
    mixed, _ = shuffled(cases, lines, 5)
    ago = np.full(300, MONTHS)
    one, two = (DatedRate(20.0, n_draws=50).fit(each, ago).draws(seen(), HORIZONS) for each in (cases, mixed))
    assert np.abs(one - two).max() < 1e-12


def test_classes_are_pooled_towards_the_overall_rate(cases):
    group = np.where(cases.cause == 2, "bad", "good")
    rate = DatedRate(by_class=True, n_draws=2).fit(cases, np.full(300, MONTHS), group)
    bad, good, other = (
        rate.predict_cumulative_incidence(seen(group=name), (60,)).values[0, 1, 0] for name in ("bad", "good", "new")
    )
    assert good < other < bad


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"half_life": 0.0}, "expected a half-life above 0 years or None, got 0.0"),
        ({"by_class": True}, "expected the class of every case, got none; give them or set by_class=False"),
    ],
)
def test_refusals(cases, settings, message):
    with pytest.raises(ValueError, match=message):
        DatedRate(**settings).fit(cases, np.full(300, MONTHS))


def test_linear_pool():
    assert linear_pool([[0.5, 0.7]], [[0.1, 0.3]]).round(12).tolist() == [[0.4, 0.6]]
    assert linear_pool([0.5], [0.1], 1.0).tolist() == [0.1]
    with pytest.raises(ValueError, match="expected a share of the base rate from 0 to 1, got 2"):
        linear_pool([0.5], [0.1], 2)
    with pytest.raises(ValueError, match=r"expected two forecasts of one shape, got \(1,\) and \(2,\)"):
        linear_pool([0.5], [0.1, 0.2])


def test_the_interval_of_a_mixture_is_not_that_of_the_pooled_draws():
    """Mass of 0.75 at 0.1 and of 0.25 at 0.5: a tenth from below is 0.1 and from above 0.5; draws pooled are all 0.2."""
    model, base = np.full((8, 1), 0.1), np.full((5, 1), 0.5)
    lower, upper = mixture_interval(model, base, 0.8)
    assert (lower.tolist(), upper.tolist()) == ([0.1], [0.5])
    assert [bound.tolist() for bound in mixture_interval(model, base, 0.4)] == [[0.1], [0.1]]
    rng = np.random.default_rng(1)
    drawn = rng.normal(size=(4001, 2))
    np.testing.assert_allclose(mixture_interval(drawn, drawn, 0.8), np.quantile(drawn, [0.1, 0.9], axis=0), atol=0.01)
    with pytest.raises(ValueError, match="expected a level between 0 and 1, got 80"):
        mixture_interval(model, base, 80)
