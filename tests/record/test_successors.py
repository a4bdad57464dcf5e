import ast
from pathlib import Path

import numpy as np
import pytest

import forecasting
from forecasting.backtest.designs import folds
from forecasting.backtest.origins import origins
from forecasting.forecasts.training import groupings, registered_dyads
from forecasting.record.panel import spells
from forecasting.record.successors import UNNAMED, Successors, share_a_dyad


@pytest.fixture(scope="module")
def successors(history):
    return Successors(history.parties)


@pytest.fixture(scope="module")
def starts(history):
    return spells(history, population="pooled").starts


def test_a_ceased_state_is_its_successor_in_a_dyad_and_itself_in_the_registered_one(successors, starts):
    both = starts[starts["parties"].isin(["SUN;USA", "USA;SUN", "RUS;USA", "USA;RUS"])]
    assert set(successors.dyads(both)) == {"RUS;USA"}
    assert set(registered_dyads(both)) == {"SUN;USA", "RUS;USA"}
    by_code = [registered_dyads(starts).count(dyad) for dyad in ("SUN;USA", "RUS;USA")]
    assert by_code == [29, 25]
    assert successors.dyads(starts).count("RUS;USA") == 54


def test_the_two_readings_differ_in_these_cases_alone(successors, starts):
    pairs = list(zip(successors.dyads(starts), registered_dyads(starts), strict=True))
    differ = [(joined, own) for joined, own in pairs if joined != own]
    assert (len(differ), len(pairs)) == (39, 435)
    assert all(successors.joined(own) != own or UNNAMED in own.split(";") for _, own in differ)


@pytest.mark.parametrize(
    ("parties", "dyad"),
    [("USA;SUN", "RUS;USA"), ("RUS;USA", "RUS;USA"), ("IND;PAK", "IND;PAK"), ("FRG;GDR", ""), ("USA", ""), ("USA;MULTI", ""),
     ("GBR;USA;SUN", "")],
)  # fmt: skip
def test_a_dyad_is_of_two_states(successors, parties, dyad):
    assert successors.dyad(parties) == dyad


def test_cases_of_one_dyad_share_it_in_the_dossiers_too(history, successors, starts):
    """The pairs left out by the backtest are those whose endings `dyad_record` counts."""
    two = starts[[bool(successors.dyad(parties)) for parties in starts["parties"]]]
    dyads, counts = np.array(successors.dyads(two)), successors.counts(two["parties"])
    assert all(
        np.array_equal(share_a_dyad(counts, own), dyads == dyad) for own, dyad in zip(counts, dyads, strict=True)
    )
    index, outcomes = history.dossiers(), history.outcomes
    ended = set(outcomes.loc[(outcomes["target"] == "concluded") & (outcomes["cause"] != ""), "case_id"])
    for line, case_id in enumerate(two["case_id"]):
        alike = set(two["case_id"][dyads == dyads[line]]) & ended - {case_id}
        assert index.dossier(case_id, history.as_of).endings.same_dyad.sum() >= len(alike)


def test_the_backtest_and_the_registered_model_read_dyads_as_their_names_say(history, successors, starts):
    names = {fold.name for fold in folds(history, origins(history), "dyad")}
    assert "RUS;USA" in names and "SUN;USA" not in names
    days = [history.as_of] * len(starts)
    assert groupings(starts, days)["dyad"] == registered_dyads(starts)


def test_dyads_are_formed_in_one_place_and_once_more_for_the_registered_model():
    package, formed = Path(forecasting.__file__).parent, set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                own = ast.dump(node)
                if "'parties'" in own and "'cluster_id'" in own:
                    formed.add((path.relative_to(package).as_posix(), node.name))
    assert formed == {("record/successors.py", "dyads"), ("forecasts/training.py", "registered_dyads")}
