"""Possible acts: each that would move the model is offered, and each is planted as its sentence says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forecasting.explain.signposts import LEAST, MOST, SIGNS, Sign, _measured, planted, signposts
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.training import case_lines
from forecasting.record.facts import KINDS
from forecasting.record.vocabulary import EVENT_KINDS

CASE = "new-start-post-expiry-2026"


@pytest.fixture(scope="module")
def dossiers(second_day, index, open_lines):
    """Dossiers of cases that go on, as they are and on the day after, when an outsider has refused."""
    outcomes = second_day.outcomes
    going_on = outcomes[(outcomes["target"] == "concluded") & (outcomes["cause"] == "")]["case_id"]
    known = [index.dossier(case_id, second_day.as_of) for case_id in [*going_on.iloc[::5], CASE]]
    refusal = Sign("third_party_refusal", "outsider")
    return known + [replace(planted(one, refusal), as_of=one.as_of + timedelta(days=1)) for one in known]


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_every_kind_of_act_that_moves_a_covariate_is_offered(dossiers, kind):
    signs = [sign for sign in SIGNS.values() if sign.kind == kind]
    for by in ("party", "parties", "outsider", "refusers"):
        moves = any(_measured(planted(one, Sign(kind, by))) != _measured(one) for one in dossiers)
        if moves and not signs:
            pytest.fail(f"{kind} by {by} moves a covariate and is in no sentence")


def test_every_sentence_can_move_a_covariate(dossiers):
    still = [
        what for what, sign in SIGNS.items() if all(_measured(planted(one, sign)) == _measured(one) for one in dossiers)
    ]
    assert still == []


def test_an_act_is_planted_on_the_next_day_by_whom_it_says(index, second_day):
    before = index.dossier(CASE, second_day.as_of)
    after = planted(before, Sign("leader_endorsement", "parties"))
    assert len(after.acts.day) == len(before.acts.day) + 2
    assert set(after.acts.day[-2:]) == set(after.acts.known[-2:]) == {before.today + 1}
    assert set(after.acts.actor[-2:]) == {"USA", "RUS"}
    assert after.acts.inside[-2:].all()
    assert set(after.acts.kind[-2:]) == {KINDS.index("leader_endorsement")}
    assert after.as_of == before.as_of and len(before.acts.day) == len(index.dossier(CASE, second_day.as_of).acts.day)
    assert not planted(before, Sign("third_party_refusal", "outsider")).acts.inside[-1]


def test_signposts_of_the_founding_case(model, index, second_day):
    line = case_lines(index, [second_day.case(CASE)], MODEL_FEATURES)
    found = signposts(model, line, index.dossier(CASE, second_day.as_of), 60)
    sizes = [abs(post.after - post.before) for post in found]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= LEAST and len(found) <= MOST
    assert len({post.before for post in found}) == 1
    effects = {post.what: post.after - post.before for post in found}
    assert effects["a step of compliance answered the accusations"] > 0
    assert effects["leaders of all the parties endorsed it"] > 0
    assert "one party accused another of a violation" not in effects
    assert "the parties agreed on a statement" not in effects
    assert signposts(model, line, index.dossier(CASE, second_day.as_of), 60, most=1) == found[:1]


def test_before_the_accusation_one_would_take_the_most_away(history, earlier):
    past = history.at(earlier.as_of)
    index = DossierIndex(past)
    line = case_lines(index, [past.case(CASE)], MODEL_FEATURES)
    first, *_ = signposts(earlier.models["primary"], line, index.dossier(CASE, past.as_of), 60)
    assert first.what == "one party accused another of a violation"
    assert first.after < first.before
