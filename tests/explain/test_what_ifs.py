"""What may be supposed about a case, and what it does to the headline."""

import numpy as np
import pytest

from forecasting.explain.rungs import rung_of
from forecasting.explain.steps_ahead import possible_steps
from forecasting.explain.what_ifs import (
    DOES_NOT,
    ENDORSES,
    GOES_ON,
    LESS_STRAIN,
    MORE_STRAIN,
    TRUE,
    UNTRUE,
    suppositions,
    what_ifs,
)
from forecasting.forecasts.situation import SituationForecast, situation_of
from forecasting.models.ladder_moves import level_of

CASE = "new-start-post-expiry-2026"


@pytest.fixture(scope="module")
def cases(trained):
    history = trained[0]
    return [history.case(name) for name in history.open_case_ids("concluded")]


@pytest.fixture(scope="module")
def own(trained):
    return SituationForecast(trained[1].models["ladder"], (60,))


@pytest.fixture(scope="module")
def founding(trained):
    return trained[0].case(CASE)


def test_every_possible_step_can_be_supposed_and_nothing_that_is_so_already(cases):
    for case in cases:
        known, found = situation_of(case), suppositions(case)
        steps = dict(possible_steps(rung_of(case)))
        assert steps.keys() <= found.keys()
        assert all(int(np.argmax(found[what].start)) == rung.state for what, rung in steps.items())
        assert (GOES_ON in found) == (known.gap > 0)
        assert all((at.gap, at.age) == (0, known.age + known.gap) for at in found.values())
        assert all(at != known for at in found.values())
        assert (ENDORSES in found) == (known.covariate("leader_endorsed") < 1)
        assert (DOES_NOT in found) == (known.covariate("leader_endorsed") > 0)


def test_strain_moves_by_a_level_and_stays_on_its_ladder(cases):
    for case in cases:
        level, found = 4 * situation_of(case).covariate("strain"), suppositions(case)
        assert (MORE_STRAIN in found) == (level < 4) and (LESS_STRAIN in found) == (level > 0)
        for what, step in ((MORE_STRAIN, 1), (LESS_STRAIN, -1)):
            if what in found:
                assert 4 * found[what].covariate("strain") == pytest.approx(level + step)


def test_a_higher_rung_brings_formalization_nearer_and_strain_collapse(founding, own):
    found = what_ifs(own, founding, suppositions(founding))
    effects = {one.what: one.points for one in found}
    steps = [what for what, rung in possible_steps(rung_of(founding)) if rung.status == "active"]
    rising = [effects[what][0] for what in steps]
    assert rising == sorted(rising) and rising[0] > 0
    assert effects[MORE_STRAIN][1] > 5 and effects[LESS_STRAIN][1] < -5
    for one in found:
        assert one.after.sum() == pytest.approx(1.0) and one.points.sum() == pytest.approx(0.0, abs=1e-9)


def test_supposing_what_is_so_changes_nothing(founding, own):
    at = situation_of(founding)
    same, other = what_ifs(own, founding, {"as it is": at, "up": at.with_covariate("strain", 1.0)})
    assert not same.points.any() and np.abs(other.points).max() > 1


def test_a_rung_that_rests_on_a_report_can_be_taken_either_way(founding, cases):
    at, found = situation_of(founding), suppositions(founding)
    levels = [int(level_of(int(np.argmax(found[what].start)))) for what in (TRUE, UNTRUE)]
    assert levels == [rung_of(founding).level, 0] == [1, 0] and max(at.start) < 1
    sure = [case for case in cases if max(situation_of(case).start) == 1]
    assert sure and not any({TRUE, UNTRUE} & suppositions(case).keys() for case in sure)


def test_effects_are_within_one_horizon(trained, founding):
    two = SituationForecast(trained[1].models["ladder"], (12, 60))
    with pytest.raises(ValueError, match=r"^expected forecasts within one horizon, got 2; give one$"):
        what_ifs(two, founding, suppositions(founding))
