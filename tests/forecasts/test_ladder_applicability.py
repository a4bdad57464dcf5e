"""What lies outside the training cases is named where it moves the forecast, and there alone."""

from dataclasses import replace

import numpy as np
import pytest
from ladders import simulated

from forecasting.documents.wording import limit_words, shared_words
from forecasting.forecasts.applicability import Applicability, Reason
from forecasting.forecasts.ladder_applicability import ladder_applicability, ladder_support, shared_by_all
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_moves import ACTIVE, N_STATES, state_number
from forecasting.models.ladder_standings import Standings

X = Term("x", 1.0, ("collapsed",))
NONE = Term("weak", 1.0, ())
HORIZONS = (12, 60, 120)
OTHER = 10**9 + 7


@pytest.fixture(scope="module")
def data():
    cases, lines = simulated(300, 3, covariate=0.8, up=0.02)
    low = cases.states.max(axis=1) <= 3 * 3
    rows = np.flatnonzero(low)
    place = np.full(len(low), -1)
    place[rows] = np.arange(len(rows))
    own = low[lines.row]
    kept = replace(cases, **{name: getattr(cases, name)[rows] for name in cases.__dataclass_fields__})
    values = np.column_stack([lines.covariates[own], np.zeros(own.sum())])
    return kept, replace(lines, row=place[lines.row[own]], age=lines.age[own], weight=lines.weight[own],
                         covariates=values)  # fmt: skip


@pytest.fixture(scope="module")
def model(data):
    return LadderModel((X, NONE), n_draws=100).fit(*data)


@pytest.fixture(scope="module")
def support(data):
    return ladder_support(*data, (X, NONE))


def standing(x=0.0, weak=0.0, level=1, age=10, key=OTHER, form=0):
    start = np.zeros((1, N_STATES))
    start[0, state_number(level, ACTIVE)] = 1.0
    one = np.ones(1, dtype=np.int64)
    return Standings(one * key, one * age, one * 0, np.zeros(1), one * form, one * 0, start, np.array([[x, weak]]))


def limit(support, model, share=1.0, **changes):
    return ladder_applicability(support, model, standing(**changes), np.ones(1), HORIZONS, share)


def test_within_every_range_nothing_is_named(support, model):
    assert limit(support, model) == Applicability("within", ())


def test_an_extrapolation_is_named_by_what_it_moves(support, model, data):
    highest = float(data[1].covariates[:, 0].max())
    found = limit(support, model, x=highest + 2.0)
    assert found.status == "widened"
    (reason,) = found.reasons
    assert (reason.rule, reason.name, reason.value) == ("range", "x", highest + 2.0)
    assert reason.upper == highest
    whole, back = (
        model.draws(standing(x=x), HORIZONS).mean(axis=0)[0] for x in (highest + 2.0, highest)
    )  # fmt: skip
    change = whole - back
    assert reason.effect == pytest.approx(change.ravel()[np.abs(change).argmax()])
    assert reason.effect > 0.01


def test_as_far_outside_without_an_effect_it_is_not_named(support, model):
    """The twin: a covariate with no effect, at any distance."""
    assert limit(support, model, weak=5.0) == Applicability("within", ())
    assert {reason.name for reason in limit(support, model, x=9.0, weak=5.0).reasons} == {"x"}


def test_the_point_is_one_of_the_published_forecast(support, model, data):
    highest = float(data[1].covariates[:, 0].max())
    full = abs(limit(support, model, x=highest + 2.0).reasons[0].effect)
    least = 0.01 / full
    assert limit(support, model, share=least * 1.01, x=highest + 2.0).status == "widened"
    assert limit(support, model, share=least * 0.99, x=highest + 2.0).status == "within"


def test_a_level_and_an_age_never_seen_are_brought_back(support, model, data):
    (level,) = limit(support, model, level=5).reasons
    assert (level.name, level.value, level.upper) == ("level", 5.0, 3.0)
    oldest = float(data[0].exit.max())
    found = limit(support, model, age=int(oldest) + 100)
    assert all(reason.name == "age_months" and reason.upper == oldest for reason in found.reasons)


def test_a_case_s_own_rows_are_no_support(support, model, data):
    cases, lines = data
    top = int(lines.row[lines.covariates[:, 0].argmax()])
    second = np.sort(np.unique(lines.covariates[:, 0]))[-2]
    value = float(lines.covariates[:, 0].max()) + 2.0
    own = limit(support, model, x=value, key=int(cases.key[top]))
    assert own.reasons[0].upper == pytest.approx(second)
    assert limit(support, model, x=value).reasons[0].upper > second


def test_of_a_form_without_another_case_the_model_abstains(support, model):
    found = limit(support, model, form=1)
    assert found.status == "abstained"
    assert limit_words({"reasons": [vars(each) for each in found.reasons]}) == (
        "no other training case has the same form (a signed text)"
    )


CLIMATE = Reason("range", "formalization_climate", 0.1, 0.2, 0.5, -0.02)


def test_what_all_share_is_said_once_and_what_one_has_alone_stays_with_it():
    own = Reason("range", "strain", 1.0, 0.0, 0.5, 0.031)
    limits = {
        "a": Applicability("widened", (CLIMATE,)),
        "b": Applicability("widened", (replace(CLIMATE, effect=0.03), own)),
        "c": Applicability("abstained", (Reason("type", "type", "informal_regime"),)),
    }
    shared, rest = shared_by_all(limits)
    assert [reason.name for reason in shared] == ["formalization_climate"]
    assert rest == {"a": Applicability("within", ()), "b": Applicability("widened", (own,)), "c": limits["c"]}
    words = shared_words([vars(each) for each in shared])
    assert words.startswith("For all open cases of this day: “") and words.endswith("in the other training cases.")
    assert limit_words({"reasons": [vars(own)]}).endswith("which moves the forecast by +3.1 points")


@pytest.mark.parametrize(
    "other",
    [
        Applicability("within", ()),
        Applicability("widened", (replace(CLIMATE, value=0.15),)),
        Applicability("abstained", (Reason("type", "type", "informal_regime"),)),
    ],
)
def test_what_not_all_share_is_said_of_the_case(other):
    limits = {"a": Applicability("widened", (CLIMATE,)), "b": other}
    assert shared_by_all(limits) == ((), limits)
    assert shared_words([]) == ""


def test_a_single_case_shares_nothing():
    limits = {"a": Applicability("widened", (CLIMATE,))}
    assert shared_by_all(limits) == ((), limits)
