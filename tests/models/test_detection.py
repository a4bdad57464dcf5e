import numpy as np
import pytest

from forecasting.models.detection import CERTAIN, Detection, completed_gap, gap, incidence_given_gap, on_record
from forecasting.models.incidence import cumulative_incidence

HAZARD = np.array([[0.01, 0.02, 0.03]] * 36)


def rise(hazard):
    return np.diff(cumulative_incidence(hazard.T), axis=1, prepend=0.0)


def test_detection_by_cause_and_month():
    seen = Detection().monthly(30, 24.0)
    assert seen[:24, 0].tolist() == [1.0] * 24 and seen[:24, 1].tolist() == [0.9] * 24
    assert seen[0, 2] == pytest.approx(1 - 0.8 ** (23.5 / 12)) and seen[23, 2] == pytest.approx(1 - 0.8 ** (0.5 / 12))
    assert seen[24:].tolist() == [[1.0, 0.0, 0.0]] * 6
    assert Detection(flat=0.5).monthly(3, 2.0)[:, 2].tolist() == [0.5, 0.5, 0.0]


def test_a_detection_is_a_probability():
    with pytest.raises(ValueError, match="expected collapsed from 0 to 1, got 1.5; detection is a probability"):
        Detection(collapsed=1.5)


def test_gap_by_enumeration():
    """Every history of the gap, month by month, against the closed form."""
    detected = Detection().monthly(36, 20.0)
    alive, weight, ended = 1.0, 0.0, np.zeros(3)
    for month in range(36):
        ended += alive * HAZARD[month] * (1 - detected[month])
        alive *= 1 - HAZARD[month].sum()
    weight = alive + ended.sum()
    found = gap(rise(HAZARD), detected)
    np.testing.assert_allclose(found.ended, ended / weight, atol=1e-15)
    assert found.nothing_noted == pytest.approx(weight, abs=1e-14)


def test_forecast_after_a_gap_by_simulation():
    rng, n = np.random.default_rng(1), 400_000
    hazard, detected = np.array([0.02, 0.03, 0.04]), Detection().monthly(12, 6.0)
    draw = rng.random((n, 24))
    ended = draw < hazard.sum()
    month = np.where(ended.any(axis=1), ended.argmax(axis=1), 24)
    cause = np.searchsorted(np.cumsum(hazard), draw[np.arange(n), np.minimum(month, 23)], side="right")
    within = month < 12
    noted = within & (rng.random(n) < detected[np.minimum(month, 11), np.minimum(cause, 2)])
    left = ~noted
    came = [(left & (cause == k) & (month < 24)).sum() / left.sum() for k in range(3)]
    found = incidence_given_gap(rise(np.tile(hazard, (24, 1))), detected, 12, [12])[:, 0]
    np.testing.assert_allclose(found, came, atol=0.003)


def test_without_a_gap_it_is_plain_incidence():
    plain = cumulative_incidence(HAZARD.T)
    found = incidence_given_gap(rise(HAZARD), np.zeros((0, 3)), 0, [12, 36])
    np.testing.assert_allclose(found, plain[:, [11, 35]], atol=1e-15)


def test_states_sum_to_one_after_a_gap():
    detected = Detection().monthly(12, 6.0)
    found = incidence_given_gap(rise(HAZARD), detected, 12, [24])[:, 0]
    before = gap(rise(HAZARD)[:, :12], detected)
    ongoing = np.prod(1 - HAZARD.sum(axis=1)) / before.nothing_noted
    assert found.sum() + ongoing == pytest.approx(1.0, abs=1e-14)


def test_a_treaty_is_not_signed_unseen_but_a_quiet_end_may_have_come():
    ended = gap(rise(HAZARD), Detection().monthly(36, 0.0)).ended
    assert ended[0] == 0.0 and ended[1] > 0.2 and ended[2] > 0.3
    everything = gap(rise(HAZARD), CERTAIN.monthly(36, 36.0)).ended
    assert everything.tolist() == [0.0, 0.0, 0.0]


def test_on_record_thins_and_certainty_does_not():
    plain = cumulative_incidence(HAZARD.T)[:, [35]]
    np.testing.assert_allclose(on_record(rise(HAZARD), CERTAIN.monthly(36, 36.0), [36]), plain, atol=1e-15)
    thinned = on_record(rise(HAZARD), Detection().monthly(36, 60.0), [36])
    assert thinned[0] == pytest.approx(plain[0]) and thinned[1] == pytest.approx(0.9 * plain[1])
    assert thinned[2] < 0.8 * plain[2]


def test_on_record_after_a_gap_adds_what_became_known_later_and_never_what_was_known_before():
    noted, certain = Detection().monthly(12, 6.0), CERTAIN.monthly(36, 36.0)
    found = on_record(rise(HAZARD), certain, [24], 12, noted)[:, 0]
    np.testing.assert_allclose(found, incidence_given_gap(rise(HAZARD), noted, 12, [24])[:, 0], atol=1e-15)
    never_more = on_record(rise(HAZARD), np.concatenate([noted, certain[12:]]), [24], 12, noted)[:, 0]
    before = gap(rise(HAZARD)[:, :12], noted)
    np.testing.assert_allclose(found - never_more, before.ended, atol=1e-15)
    with pytest.raises(ValueError, match="^expected what was noted in the gap, got nothing; give `noted`$"):
        on_record(rise(HAZARD), certain, [24], 12)


def test_completed_gap_agrees_with_the_gap():
    detected = Detection().monthly(36, 20.0)
    at_risk, endings = completed_gap(HAZARD, detected)
    np.testing.assert_allclose(endings.sum(axis=0), gap(rise(HAZARD), detected).ended, atol=1e-15)
    np.testing.assert_allclose(at_risk[1:], 1 - np.cumsum(endings.sum(axis=1))[:-1], atol=1e-15)
    at_risk, endings = completed_gap(HAZARD, np.ones((36, 3)))
    assert at_risk.tolist() == [1.0] * 36 and not endings.any()
    assert [len(part) for part in completed_gap(np.zeros((0, 3)), np.zeros((0, 3)))] == [0, 0]


def test_em_climbs_the_likelihood_with_z():
    """Constant hazard, many lost cases: the fixed point of the completion is where the likelihood with Z is largest."""
    detected = np.tile([[1.0, 0.0]], (24, 1))
    seen_months, endings, n_lost = 5000.0, np.array([30.0, 50.0]), 40

    def loglik(h):
        nothing = gap(np.diff(cumulative_incidence(np.tile(h, (24, 1)).T), axis=1, prepend=0.0), detected).nothing_noted
        return endings @ np.log(h) + (seen_months - endings.sum()) * np.log(1 - h.sum()) + n_lost * np.log(nothing)

    h = endings / seen_months
    for _ in range(200):
        at_risk, ended = completed_gap(np.tile(h, (24, 1)), detected)
        h = (endings + n_lost * ended.sum(axis=0)) / (seen_months + n_lost * at_risk.sum())
    for step in np.eye(2) * 1e-5:
        assert loglik(h) >= max(loglik(h + step), loglik(h - step))


def test_an_impossible_gap_is_refused():
    with pytest.raises(ValueError, match="expected a gap in which nothing need have been noted"):
        gap([[1.0]], [[1.0]])
