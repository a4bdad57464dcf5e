import re

import numpy as np
import pytest

from forecasting.scores.power import power, ranked
from forecasting.scores.skill import paired_bootstrap

N_GROUPS, N_EACH = 80, 4
GROUPS = np.repeat(np.arange(N_GROUPS), N_EACH)


def repetitions(gain, n, seed=0):
    """Scores of a reference and of a model that saves `gain` of it on average; what groups share is most of the noise."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        reference = np.full(len(GROUPS), 0.2)
        shared = rng.normal(0, 0.05, N_GROUPS)[GROUPS]
        yield 0.2 * (1 - gain) + shared + rng.normal(0, 0.02, len(GROUPS)), reference


def test_the_smallest_skill_is_found_as_often_as_promised_and_the_sign_too():
    score, reference = next(iter(repetitions(0.0, 1, seed=7)))
    promised = power(score, reference, None, GROUPS)
    repeated = [
        power(score, reference, None, GROUPS, n_replicates=300)
        for score, reference in repetitions(promised.smallest, 300)
    ]
    assert np.mean([found.lower > 0 for found in repeated]) == pytest.approx(0.8, abs=0.08)
    small = promised.standard_error / 2
    signs = [np.mean(score) < np.mean(reference) for score, reference in repetitions(small, 1000)]
    true = power(score - np.mean(score) + 0.2 - 0.2 * small, reference, None, GROUPS)
    assert true.value == pytest.approx(small)
    assert np.mean(signs) == pytest.approx(true.right_sign, abs=0.05)


def test_it_holds_the_paired_skill_and_its_interval():
    rng = np.random.default_rng(1)
    score, reference, weights = rng.random((3, len(GROUPS)))
    found, known = power(score, reference, weights, GROUPS), paired_bootstrap(score, reference, weights, GROUPS)
    assert (found.value, found.lower, found.upper) == pytest.approx((known.value, known.lower, known.upper), abs=1e-12)
    assert (found.n, found.n_groups) == (known.n, known.n_groups)
    between = power(score, reference / 2, weights, GROUPS, reference)
    apart = (weights @ (reference / 2 - score)) / (weights @ reference)
    assert between.value == pytest.approx(apart)


def test_more_groups_show_less_and_one_who_asks_for_more_certainty_sees_less():
    (score, reference), rng = next(iter(repetitions(0.1, 1))), np.random.default_rng(2)
    found = power(score, reference, None, GROUPS)
    more = power(np.tile(score, 4), np.tile(reference, 4), None, np.arange(len(score) * 4) // N_EACH)
    assert more.smallest == pytest.approx(found.smallest / 2, rel=0.15)
    assert power(score, reference, None, GROUPS, chance=0.95).smallest > found.smallest > found.apart
    assert power(score, reference, None, rng.permutation(GROUPS)).standard_error < 0.8 * found.standard_error


def test_models_inside_the_noise_are_not_ranked():
    rng = np.random.default_rng(3)
    truth = {"good": 0.10, "as good": 0.101, "worse": 0.15, "as bad": 0.151}
    noise = rng.normal(0, 0.02, (len(truth), len(GROUPS)))
    noise -= noise.mean(axis=1, keepdims=True)
    scores = {name: mean + line for (name, mean), line in zip(truth.items(), noise, strict=True)}
    assert ranked(scores, None, GROUPS) == (("good", "as good"), ("worse", "as bad"))
    alike = {name: 0.1 + rng.normal(0, 0.02, len(GROUPS)) for name in "abc"}
    assert [set(tier) for tier in ranked(alike, None, GROUPS, level=0.999)] == [set("abc")]


def test_a_difference_that_never_varies_parts_models_and_itself_is_nobodys_rival():
    base = np.random.default_rng(4).random(len(GROUPS))
    assert ranked({"a": base + 0.001, "b": base, "c": base}, None, GROUPS) == (("b", "c"), ("a",))
    assert power(base, base, None, GROUPS).right_sign == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: power([0.1, 0.1], [0, 0], None, [0, 1]), "expected a reference with a mean score above 0, got 0; no skill is defined against a perfect one, choose another"),
        (lambda: power([0.1], [0.1], None, [0]), "expected at least 2 groups to resample, got 1; score more cases"),
        (lambda: power([0.1, 0.1], [0.1, 0.1], None, [0, 1], chance=1.0), "expected a chance between 0 and 1, got 1; give a share such as 0.01 or 0.9"),
        (lambda: ranked({"a": [0.1, np.nan]}, None, [0, 1]), "expected finite scores of a, at most 1e+100 in size, got nan in row 1; leave out forecasts that are not scored"),
    ],
)  # fmt: skip
def test_what_shows_nothing_is_refused(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        call()
