"""The hub layout: file names, columns and tasks as hubverse documents them."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest
from bodies import RECORD_END, issue_body, put
from jsonschema import Draft202012Validator

from forecasting.ledger import export
from forecasting.ledger.hubverse import COLUMNS
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError


@pytest.fixture
def hub(tmp_path):
    put(
        tmp_path / "ledger",
        issue_body(["a-1990"], RECORD_END, kind="live"),
        issue_body(["b-1991"], RECORD_END, kind="live", target="in_force"),
        issue_body(["a-1990", "b-1991"], date(2000, 1, 1)),
    )
    export(tmp_path / "ledger", tmp_path / "hub")
    return tmp_path / "hub"


def test_one_file_per_model_and_day_with_live_and_replay_apart(hub):
    assert sorted(str(path.relative_to(hub)) for path in hub.rglob("*") if path.is_file()) == [
        "hub-config/admin.json",
        "hub-config/model-metadata-schema.json",
        "hub-config/tasks.json",
        "model-metadata/forecasting-primary.yml",
        "model-metadata/forecasting-primary_replay.yml",
        "model-output/forecasting-primary/2026-08-31-forecasting-primary.csv",
        "model-output/forecasting-primary_replay/2000-01-01-forecasting-primary_replay.csv",
    ]
    for path in hub.glob("model-output/*/*.csv"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z]+-[a-z_]+\.csv", path.name)
        assert path.stem.endswith(path.parent.name)


def test_each_line_is_one_probability_of_a_mass_function(hub):
    path = hub / "model-output" / "forecasting-primary" / "2026-08-31-forecasting-primary.csv"
    header, *lines = csv.reader(path.read_text().splitlines())
    assert tuple(header) == COLUMNS
    assert lines[0] == ["2026-08-31", "concluded", "12", "a-1990", "pmf", "formalized", "0.1"]
    tasks = {tuple(line[:4]) for line in lines}
    assert len(lines) == len(tasks) * len(STATES) == 16
    for task in tasks:
        asked = [line for line in lines if tuple(line[:4]) == task]
        assert [line[5] for line in asked] == list(STATES)
        assert sum(float(line[6]) for line in asked) == pytest.approx(1.0, abs=1e-12)


def test_the_tasks_hold_every_line_and_the_keys_that_the_schema_requires(hub):
    tasks = json.loads((hub / "hub-config" / "tasks.json").read_text())
    assert set(tasks) == {"schema_version", "rounds"}
    (only,) = tasks["rounds"]
    assert set(only) == {"round_id_from_variable", "round_id", "model_tasks", "submissions_due"}
    (task,) = only["model_tasks"]
    assert set(task) == {"task_ids", "output_type", "target_metadata"}
    assert only["round_id"] in task["task_ids"] and set(only["submissions_due"]) == {"relative_to", "start", "end"}
    for target in task["target_metadata"]:
        required = {
            "target_id",
            "target_name",
            "target_units",
            "target_type",
            "target_keys",
            "is_step_ahead",
            "time_unit",
        }
        assert set(target) == required
        assert len(target["target_id"]) <= 30 and len(target["target_name"]) <= 100
    pmf = task["output_type"]["pmf"]
    assert pmf["value"] == {"type": "double", "minimum": 0, "maximum": 1} and set(pmf) == {
        "output_type_id",
        "value",
        "is_required",
    }
    for path in hub.glob("model-output/*/*.csv"):
        for line in csv.DictReader(path.read_text().splitlines()):
            for name, values in task["task_ids"].items():
                assert line[name] in map(str, values["optional"])
            assert line["output_type_id"] in pmf["output_type_id"]["required"]


def test_a_ledger_without_forecasts_is_not_exported(tmp_path):
    (tmp_path / "ledger").mkdir()
    with pytest.raises(UsageError, match="^expected a ledger with forecasts, got none in "):
        export(tmp_path / "ledger", tmp_path / "hub")
    assert not (tmp_path / "hub").exists()


SCHEMAS = Path(__file__).parent / "hubverse"


def held(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["admin", "tasks"])
def test_the_configuration_is_valid_under_the_schemas_of_the_hub(hub, name):
    validator = Draft202012Validator(held(SCHEMAS / f"{name}-schema.json"))
    document = held(hub / "hub-config" / f"{name}.json")
    assert list(validator.iter_errors(document)) == []
    for key in document:
        without = {other: value for other, value in document.items() if other != key}
        assert list(validator.iter_errors(without)), f"the schema wants {key}"


def test_every_model_is_described_as_the_hub_asks(hub):
    validator = Draft202012Validator(held(hub / "hub-config" / "model-metadata-schema.json"))
    for folder in (hub / "model-output").iterdir():
        described = held(hub / "model-metadata" / f"{folder.name}.yml")
        assert list(validator.iter_errors(described)) == []
        assert f"{described['team_abbr']}-{described['model_abbr']}" == folder.name
        assert described["methods"].startswith("Penalised multinomial hazard")


def test_whoever_runs_the_hub_keeps_its_admin_file(hub, tmp_path):
    admin = hub / "hub-config" / "admin.json"
    assert held(admin)["repository"] == {"host": "github", "owner": "unpublished", "name": "forecasting"}
    admin.write_text("{}")
    export(tmp_path / "ledger", hub)
    assert admin.read_text() == "{}"
    admin.unlink()
    export(tmp_path / "ledger", hub, "me/hub")
    assert held(admin)["repository"] == {"host": "github", "owner": "me", "name": "hub"}
    with pytest.raises(UsageError, match="expected a repository as OWNER/NAME, got 'hub'; correct --repository"):
        export(tmp_path / "ledger", hub, "hub")


def added(by, said, as_of=RECORD_END, **changes):
    """An entry of somebody's words: probabilities by case, horizon and state."""
    told = [
        {"case_id": case, "horizon": horizon, "cause": cause, "probability": p}
        for (case, horizon), states in said.items()
        for cause, p in states.items()
    ]
    body = {"entry": "added", "by": by, "kind": "live", "target": "concluded", "as_of": as_of, "beside": "000001"}
    return body | {"opinions": told} | changes


def test_people_stand_beside_the_models_where_all_states_are_known_of_them(tmp_path):
    quarter = dict.fromkeys(STATES[:3], 0.25)
    put(
        tmp_path / "ledger",
        issue_body(["a-1990"], RECORD_END, kind="live"),
        added("Ann <b>", {("a-1990", 12): quarter | {STATES[3]: 0.25}}),
        added("Ann <b>", {("a-1990", 12): dict.fromkeys(STATES[:3], 0.1), ("a-1990", 24): {"formalized": 0.3}}),
        added("ann b", {("a-1990", 24): quarter}),
        added("Only one state", {("a-1990", 12): {"formalized": 0.3}}),
    )
    written = export(tmp_path / "ledger", tmp_path / "hub")
    names = {path.parent.name for path in written if path.suffix == ".csv"}
    assert names == {"forecasting-primary", "beside-ann_b", "beside-ann_b_2"}
    (path,) = (tmp_path / "hub" / "model-output" / "beside-ann_b").iterdir()
    _, *lines = csv.reader(path.read_text().splitlines())
    assert [(line[2], line[5], line[6]) for line in lines] == [
        ("12", state, p) for state, p in zip(STATES, ("0.1", "0.1", "0.1", lines[3][6]), strict=True)
    ]
    assert float(lines[3][6]) == pytest.approx(0.7, abs=1e-12)
    described = json.loads((tmp_path / "hub" / "model-metadata" / "beside-ann_b.yml").read_text())
    assert (described["model_name"], described["designated_model"]) == ("Ann <b>", False)
    asked = json.loads((tmp_path / "hub" / "hub-config" / "tasks.json").read_text())
    assert asked["rounds"][0]["model_tasks"][0]["task_ids"]["horizon"]["optional"] == [12, 24]


def test_words_that_were_taken_back_are_not_exported(tmp_path):
    quarter = dict.fromkeys(STATES, 0.25)
    folder = tmp_path / "ledger"
    _, name = put(folder, issue_body(["a-1990"], RECORD_END, kind="live"), added("Ann", {("a-1990", 12): quarter}))
    before = export(folder, tmp_path / "before")
    put(folder, {"entry": "retraction", "retracts": name, "reason": "a slip"})
    after = export(folder, tmp_path / "after")
    assert [sum("beside-ann" in str(path) for path in paths) for paths in (before, after)] == [2, 0]
