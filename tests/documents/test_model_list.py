"""The list of models: each once, with a status, a registration that exists, its card and its skill."""

import json
import shutil
from pathlib import Path

import pytest

from forecasting.backtest.skill_of_models import formalization_skill
from forecasting.documents.model_list import listed_models
from forecasting.models import HEADLINE, MODELS
from forecasting.models.register import POOL, REGISTER, REGISTRATIONS
from forecasting.store.package_data import shipped

HEADER = (
    "record,design,sample,weights,model,reference,score,by,part,skill,lower,upper,lower95,upper95,n,n_cases,n_endings,"
    "n_groups"
)
ROW = (
    "f0e871c276b3,{design},{sample},forecast,{model},base_rate,{score},all,all,{skill},0.1,0.2,0.05,0.25,2081,202,45,96"
)


@pytest.fixture
def folder(tmp_path):
    """A record's folder with the shipped card and a table of skill in which only one row for each model is the one."""
    (tmp_path / "evaluation").mkdir()
    shutil.copytree(shipped("data") / "card", tmp_path / "card")
    rows = [
        ROW.format(design=design, sample=sample, model=model, score=score, skill=skill)
        for design, sample, model, score, skill in (
            ("rolling", "all", "ladder", "formalized", 0.9),
            ("cluster", "reserved", "ladder", "formalized", 0.8),
            ("cluster", "all", "ladder", "states", 0.7),
            ("cluster", "all", "ladder", "formalized", 0.135),
            ("cluster", "all", "primary", "formalized", 0.044),
        )
    ]
    (tmp_path / "evaluation" / "skill.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return tmp_path


def test_every_model_is_registered_and_one_is_the_headline():
    assert set(MODELS) <= set(REGISTER)
    assert [each.name for each in REGISTER.values() if each.status == "headline"] == [HEADLINE]
    assert next(iter(REGISTER)) == HEADLINE
    others = {name: each.status for name, each in REGISTER.items() if name not in {*MODELS, POOL}}
    assert set(others.values()) <= {"explanatory", "retired"}
    assert all(each.status not in ("explanatory", "retired") for name, each in REGISTER.items() if name in MODELS)


def test_the_registrations_named_are_sections_of_the_file():
    text = (shipped("data").parent / REGISTRATIONS).read_text(encoding="utf-8")
    for each in REGISTER.values():
        assert each.what.endswith(".")
        assert not each.registration or f"\n## {each.registration}\n" in text


def test_a_model_has_the_row_of_the_verdict_and_no_other(folder):
    found = formalization_skill(folder)
    assert {name: each.skill for name, each in found.items()} == {"ladder": 0.135, "primary": 0.044}
    assert (found["ladder"].lower, found["ladder"].upper, found["ladder"].n_endings) == (0.05, 0.25, 45)
    assert formalization_skill(folder / "nowhere") == {}


def test_the_list_says_card_and_skill_or_that_there_is_none(folder):
    listed = {each.model.name: each for each in listed_models(folder)}
    assert list(listed) == list(REGISTER)
    assert listed["ladder"].line()[4] == "0.135 [0.050, 0.250]"
    assert listed["base_rate"].line()[4] == "the reference"
    assert listed["plain_logit"].line()[2:5] == ("not registered", "no card", "not scored")
    assert listed["primary"].card.startswith("card/card-")
    assert (folder / listed["primary"].card).is_file()
    shutil.rmtree(folder / "card")
    assert {each.card for each in listed_models(folder)} == {""}
    values = json.loads(json.dumps([each.values() for each in listed.values()]))
    assert values[0]["formalization"]["skill"] == 0.135
    assert values[0]["registration"] == "data/REGISTRATION.md: Registration 2"
    assert Path(values[list(listed).index("primary")]["card"]).name.startswith("card-")
