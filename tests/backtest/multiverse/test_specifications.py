from dataclasses import asdict, fields

import numpy as np
import pytest

from forecasting.backtest.multiverse.shares import REST, variance_shares
from forecasting.backtest.multiverse.specifications import FACTORS, Specification, specifications


def departures(specification):
    return [name for name, levels in FACTORS.items() if getattr(specification, name) != levels[0]]


def test_every_factor_is_a_field_whose_default_is_the_registered_level():
    assert [field.name for field in fields(Specification)] == [*FACTORS, "draw"]
    assert departures(Specification()) == []


def test_the_registered_specification_comes_first_then_each_single_departure():
    chosen = specifications(200)
    n_single = sum(len(levels) - 1 for name, levels in FACTORS.items() if name != "codings")
    assert len(chosen) == 200
    assert departures(chosen[0]) == []
    assert all(len(departures(each)) == 1 for each in chosen[1 : 1 + n_single])
    assert len({tuple(asdict(each).values()) for each in chosen}) == 200
    alone = [each for each in chosen if departures(each) == ["codings"]]
    assert len(alone) >= round(0.2 * (200 - 1 - n_single))


def test_random_specifications_draw_each_level_about_equally_often_and_apart():
    drawn = specifications(2000)[500:]
    codes = {name: [levels.index(getattr(each, name)) for each in drawn] for name, levels in FACTORS.items()}
    for name, levels in FACTORS.items():
        share = np.bincount(codes[name], minlength=len(levels)) / len(drawn)
        np.testing.assert_allclose(share, 1 / len(levels), atol=0.06)
    linked = np.corrcoef([codes[name] for name in FACTORS])
    assert np.abs(linked - np.eye(len(FACTORS))).max() < 0.1


def test_specifications_repeat_to_the_letter():
    assert specifications(100) == specifications(100)
    assert specifications(100, seed=1) != specifications(100)


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="^expected target out of concluded, in_force, got 'ratified'$"):
        Specification(target="ratified")


def test_shares_are_those_of_an_additive_response():
    rng = np.random.default_rng(0)
    choices = {name: rng.choice(["x", "y"], 4000).tolist() for name in ("large", "small", "none")}
    value = {name: (np.asarray(levels) == "y").astype(float) for name, levels in choices.items()}
    shares = variance_shares(choices, 2 * value["large"] + value["small"])
    assert list(shares.index[:2]) == ["large", "small"]
    np.testing.assert_allclose(shares["large"], 0.8, atol=0.03)
    np.testing.assert_allclose(shares["small"], 0.2, atol=0.03)
    np.testing.assert_allclose(shares["none"], 0.0, atol=1e-3)
    assert shares.sum() == pytest.approx(1.0)


def test_what_two_choices_do_only_together_is_the_rest():
    rng = np.random.default_rng(1)
    choices = {name: rng.choice(["x", "y"], 4000).tolist() for name in ("a", "b")}
    both = (np.asarray(choices["a"]) == "y") ^ (np.asarray(choices["b"]) == "y")
    shares = variance_shares(choices, both.astype(float))
    assert shares[REST] > 0.98


def test_a_response_that_never_changes_has_no_shares():
    shares = variance_shares({"a": ["x", "y"], "b": ["x", "x"]}, [0.3, 0.3])
    assert (shares == 0).all()
