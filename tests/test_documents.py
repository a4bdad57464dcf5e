"""Numbers printed in documents are those of the record."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from docs_scripts import docs_script

from forecasting import History
from forecasting.store.package_data import shipped

ROOT = Path(__file__).parents[1]
FIRST_RUN = shipped("data") / "evaluation/registration1"
FRESH_RECORD = "0e44663c2b63"
ENDINGS = re.compile(r"(\d+) formalized, (\d+) collapsed, (\d+) faded")


@pytest.fixture(scope="module")
def make_datasheet():
    return docs_script("make_datasheet")


@pytest.fixture(scope="module")
def make_sampling():
    return docs_script("make_sampling")


def test_the_account_of_the_sample_is_computed_from_the_shipped_record(make_sampling, history):
    text = make_sampling.SAMPLING.read_text(encoding="utf-8")
    assert make_sampling.sampling(text, history) == text, "make it again with: python docs/make_sampling.py"


def test_an_ending_coded_otherwise_moves_the_tables_of_the_sample_and_no_prose(make_sampling, history):
    ends = history.record.tables["outcomes"]
    case = ends.cells["case_id"] == "iran-iaea-cairo-2025"
    assert (ends.cells.loc[case & (ends.cells["target"] == "concluded"), "cause"] == "collapsed").all()
    other = replace(ends, cells=ends.cells.assign(cause=ends.cells["cause"].mask(case, "faded")))
    changed = History(history.as_of, replace(history.record, tables={**history.record.tables, "outcomes": other}))
    text = make_sampling.SAMPLING.read_text(encoding="utf-8")
    made = make_sampling.sampling(text, changed)
    as_it_is, otherwise = (tuple(map(int, ENDINGS.search(page).groups())) for page in (text, made))
    assert (otherwise[0], otherwise[1] + 1, otherwise[2] - 1) == as_it_is, "one collapse fewer, one fading more"

    def prose(whole):
        return re.sub(r"(?s)<!-- computed [^>]*begin.*?: end ", "", whole)

    assert prose(made) == prose(text)


def test_every_candidate_that_was_taken_is_a_case_and_every_other_has_its_reason(make_sampling, record):
    found, cases = make_sampling.candidates(), set(record.tables["cases"].cells["case_id"])
    taken = found["decision"] == "taken"
    assert set(found.loc[taken, "case_id"]) <= cases and found.loc[taken, "case_id"].is_unique
    assert (found.loc[~taken, "decision"] == "dropped").all() and (found.loc[~taken, "case_id"] == "").all()
    assert (found.loc[~taken, "reason"] != "").all() and (found["found_in_list"] != "").all()
    split = pd.read_csv(shipped("data") / "evaluation/split.csv")
    assert set(split.loc[split["half"] == "fresh", "case_id"]) <= set(found.loc[taken, "case_id"])


def test_the_datasheet_is_computed_from_the_shipped_record(make_datasheet, history):
    text = make_datasheet.DATASHEET.read_text(encoding="utf-8")
    assert make_datasheet.datasheet(text, history) == text, "make it again with: python docs/make_datasheet.py"


def test_the_datasheet_of_another_record_has_other_numbers_in_its_computed_part_alone(make_datasheet, history):
    acts = history.record.tables["events"]
    fewer = acts.select(np.arange(len(acts.cells)) != acts.cells.index[acts.cells["is_ending"] == "0"][-1])
    changed = History(history.as_of, replace(history.record, tables={**history.record.tables, "events": fewer}))
    text = make_datasheet.DATASHEET.read_text(encoding="utf-8")
    made = make_datasheet.datasheet(text, changed)
    assert f"| events | {len(fewer.cells)}, median" in made
    for mark, side in ((make_datasheet.BEGIN, 0), (make_datasheet.END, 1)):
        assert made.split(mark)[side] == text.split(mark)[side]


def test_the_datasheet_counts_what_the_record_holds(record):
    text = (shipped("data") / "DATASHEET.md").read_text(encoding="utf-8")
    tables = {name: raw.cells for name, raw in record.tables.items()}
    causes = tables["outcomes"][tables["outcomes"]["target"] == "concluded"]["cause"].value_counts()
    assert f"| {len(tables['cases'])}: {causes['formalized']} formalized, {causes['collapsed']} collapsed" in text
    assert f"| events | {len(tables['events'])}, median" in text
    joint = tables["alternatives"]["alternative_id"].nunique()
    assert f"| alternatives | {len(tables['alternatives'])} rows in {joint} joint alternatives" in text
    assert f"| sources | {len(tables['sources'])}, of which" in text
    unseen = (tables["sources"]["seen"] == "0").sum()
    assert f"| {unseen} of {len(tables['sources'])}" in text


def test_the_registered_result_is_the_published_table():
    text = (shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8")
    proof = pd.read_csv(FIRST_RUN / "skill.csv").set_index(["model", "reference", "horizon", "design"])
    for reference, words in (("base_rate", "over the base rate"), ("type_base_rate", "over the base rate by type")):
        cells = [
            "{:.3f} [{:.3f}, {:.3f}]".format(
                *proof.loc["primary", reference, "all", design][["brier_skill", "lower", "upper"]]
            )
            for design in ("cluster", "rolling")
        ]
        assert f"| {words} | {cells[0]} | {cells[1]} |" in text


def test_the_breakdowns_are_of_the_registered_run_and_the_registration_tells_them():
    text = " ".join((shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8").split())
    proof = pd.read_csv(FIRST_RUN / "skill.csv").set_index(["design", "model", "reference", "horizon"]).sort_index()
    every = pd.read_csv(FIRST_RUN / "breakdown.csv").set_index(["weights", "model", "reference"]).sort_index()
    names = ["skill", "lower", "upper"]
    for key in (("case", "primary", "base_rate"), ("case", "primary", "type_base_rate")):
        rows = every.loc[key].set_index(["design", "by", "part"]).sort_index()
        for design in ("cluster", "rolling"):
            told = proof.loc[(design, *key[1:])][["brier_skill", "lower", "upper"]]
            assert rows.loc[(design, "all", "all"), names].tolist() == pytest.approx(told.loc["all"].tolist(), abs=1e-6)
            for horizon in ("12", "120"):
                found = rows.loc[(design, "horizon", horizon), names].tolist()
                assert found == pytest.approx(told.loc[horizon].tolist(), abs=1e-6)
    rows = every.loc[("case", "primary", "base_rate")].set_index(["design", "by", "part"]).sort_index()
    for cause in ("formalized", "collapsed", "faded"):
        cells = [
            "{:.3f} [{:.3f}, {:.3f}]".format(*rows.loc[(d, "cause", cause), names]) for d in ("cluster", "rolling")
        ]
        assert f"| {cause} | {cells[0]} | {cells[1]} |" in text
    for design, part in (("era", ("all", "all")), ("dyad", ("all", "all")), ("era", ("cause", "formalized"))):
        assert "{:.3f} [{:.3f}, {:.3f}]".format(*rows.loc[(design, *part), names]) in text
    for part in ("log", "ranked", "censored log"):
        for design in ("cluster", "rolling"):
            assert "{:.3f} [{:.3f}, {:.3f}]".format(*rows.loc[(design, "score", part), names]) in text


def test_the_registered_calibration_is_in_the_published_table():
    text = (shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8")
    rows = pd.read_csv(FIRST_RUN / "calibration.csv").query("weights == 'case' and horizon == 60")
    rows = rows.set_index(["design", "cause"])
    for cause in ("formalized", "collapsed", "faded"):
        cells = [
            "{:.2f} [{:.2f}, {:.2f}]".format(*rows.loc[(design, cause), [name, f"{name}_lower", f"{name}_upper"]])
            for design in ("cluster", "rolling")
            for name in ("ratio", "slope")
        ]
        assert f"| {cause} | {' | '.join(cells)} |" in text


def test_the_result_of_the_second_registration_is_the_published_tables():
    text = (shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8").splitlines()
    missing = [line for line in docs_script("result_rows").result_rows() if line and line not in text]
    assert not missing, "fill in again what docs/result_rows.py prints"


@pytest.mark.parametrize("name", ["skill", "slope", "lines", "periods", "calibration", "power", "reliability"])
def test_a_design_of_the_registered_tables_is_of_one_record(name):
    rows = pd.read_csv(shipped("data") / f"evaluation/registration2/{name}.csv", dtype=str)
    assert (rows.groupby("design")["record"].nunique() == 1).all()
    assert set(rows["record"]) <= {"f0e871c276b3", FRESH_RECORD}


def test_the_further_figures_of_the_fresh_test_are_those_of_its_tables():
    text = " ".join((shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8").split())
    checks = pd.read_csv(shipped("data") / "evaluation/fresh_checks.csv").set_index(["figure", "part"])
    one = checks.loc["skill on formalized, one model without their components"].iloc[0]["value"]
    assert f"still has {one:.3f} [" in text
    within = {
        (words, part): checks.loc[(f"{words}", part)]
        for words in ("formalized within 60 months, all", "formalized within 60 months, since 2011")
        for part in ("without", "fresh alone", "with")
    }
    old, fresh, both = (
        100 * within["formalized within 60 months, all", part]["value"] for part in ("without", "fresh alone", "with")
    )
    assert f"formalized in {old:.1f} % of the old cases, {fresh:.1f} % of the fresh and {both:.1f} % of both" in text
    old, fresh, both = (
        within["formalized within 60 months, since 2011", part] for part in ("without", "fresh alone", "with")
    )
    assert f"since 2011 in none of {old['n']:.0f}, {100 * fresh['value']:.1f} % of {fresh['n']:.0f}" in text
    assert f"and {100 * both['value']:.1f} % of {both['n']:.0f}" in text and old["value"] == 0
    met = checks.loc["applicability on the first day"]
    assert list(met.index) == ["within"] and f"all {met['n'].item():.0f} were within" in text
    made = json.loads((shipped("data") / "evaluation/fresh.json").read_text(encoding="utf-8"))
    assert made["record_sha256"].startswith(FRESH_RECORD) and f"`{made['record_sha256']}`" in text


def test_every_fresh_forecast_scored_again_gives_the_skill_of_the_test():
    found = pd.read_csv(shipped("data") / "evaluation/fresh.csv")
    came = (found["state"] == "formalized").astype(float)
    scores = [
        ((found[f"{model}_formalized"] - came) ** 2).groupby([found["case_id"], found["as_of"]]).mean().mean()
        for model in ("ladder", "base_rate")
    ]
    rows = pd.read_csv(shipped("data") / "evaluation/registration2/skill.csv", dtype=str)
    asked = {"design": "fresh", "sample": "fresh", "weights": "forecast", "model": "ladder", "reference": "base_rate",
             "score": "formalized", "by": "all"}  # fmt: skip
    told = rows[(rows[list(asked)] == pd.Series(asked)).all(axis=1)]
    assert 1.0 - scores[0] / scores[1] == pytest.approx(float(told["skill"].item()), abs=5e-4)


def test_the_run_on_the_second_edition_is_the_published_table():
    text = (shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8")
    rows = pd.read_csv(FIRST_RUN / "second_edition.csv")
    rows = rows.set_index(["weights", "model", "reference", "design", "by", "part"]).sort_index()
    key = ("case", "primary", "base_rate")
    for words, part in (("four states", ("all", "all")), ("formalized", ("cause", "formalized"))):
        cells = [
            "{:.3f} [{:.3f}, {:.3f}]".format(*rows.loc[(*key, design, *part), ["skill", "lower", "upper"]])
            for design in ("cluster", "rolling")
        ]
        assert f"| {words}, all cases, second edition | {cells[0]} | {cells[1]} |" in text
