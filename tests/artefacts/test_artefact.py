"""Artefacts of fitted models: the same models come back, or one clear error and nothing."""

import hashlib
import json
import os
import re
import shutil
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import MODELS, fit_models, forecast, load_history
from forecasting.artefacts import code_sha256, find, key, load, made_from, obtain, save, train
from forecasting.artefacts.format import MOST_BYTES
from forecasting.forecasts import case_limits
from forecasting.record.reads import recording
from forecasting.store import code_hash
from forecasting.store.errors import ArtefactError, UsageError

CASES = ["new-start-post-expiry-2026", "south-atlantic-zpcas-1986"]
OLD = "ctbt-signed-1996"
RATE = ("base_rate",)
NUMBER = r'"n_": (\d+)'


@pytest.fixture
def copy(rate, tmp_path):
    return shutil.copytree(rate, tmp_path / "artefacts" / rate.name)


@pytest.fixture
def other_code(monkeypatch):
    """From when it is called, the code that counts is another."""

    def change():
        monkeypatch.setattr(key, "FITTING", ("forecasting.store.errors",))
        code_sha256.cache_clear()

    yield change
    monkeypatch.undo()
    code_sha256.cache_clear()


def refused(history, folder):
    """What is said of the folder's artefact, without the place and the advice, which are the same each time."""
    with pytest.raises(ArtefactError) as error:
        find(folder.parent, history, RATE, "concluded", "forward")
    advice = f"; remove {folder} and run `forecasting train` again"
    assert str(error.value).endswith(advice)
    return str(error.value).removesuffix(advice).removeprefix(str(folder))


def edit(folder, change):
    """Change the values of an artefact as text, and nothing else."""
    path = folder / "models.json"
    path.write_text(change(path.read_text()))


def forge(folder, change=lambda values: None):
    """Change the values of an artefact and make all its hashes right again, as someone who knows the format could."""
    values = json.loads((folder / "models.json").read_text())
    change(values)
    if "arrays_sha256" in values:
        values["arrays_sha256"] = hashlib.sha256((folder / "arrays.npz").read_bytes()).hexdigest()
    values["sha256"] = ""
    values["sha256"] = hashlib.sha256(json.dumps(values).encode()).hexdigest()
    (folder / "models.json").write_text(json.dumps(values, indent=1) + "\n")


def test_every_model_comes_back_from_its_files(trained):
    known, fitted, folder = trained
    loaded = find(folder.parent, known, MODELS, "concluded", "forward")
    assert loaded.key == folder.name
    assert (loaded.fitted.as_of, loaded.fitted.target, loaded.fitted.population) == (
        known.as_of,
        "concluded",
        "forward",
    )
    assert list(loaded.fitted.models) == list(MODELS)
    tables = [forecast(known, CASES, fitted=models) for models in (fitted, loaded.fitted)]
    names = ["probability", "lower", "upper"]
    assert tables[0].equals(tables[1])
    np.testing.assert_array_equal(tables[0][names], tables[1][names])
    np.testing.assert_array_equal(loaded.fitted.spells.exit, fitted.spells.exit)
    for one in fields(fitted.support):
        np.testing.assert_array_equal(getattr(loaded.fitted.support, one.name), getattr(fitted.support, one.name))
    for one in fields(fitted.ladder_support):
        own, kept = (getattr(models.ladder_support, one.name) for models in (fitted, loaded.fitted))
        np.testing.assert_array_equal(kept, own)
        assert np.asarray(kept).dtype == np.asarray(own).dtype
    assert fitted.ladder_base is fitted.models["ladder"].base_
    assert loaded.fitted.ladder_base is loaded.fitted.models["ladder"].base_
    for models in (loaded.fitted, fitted):
        assert {name: reads.by_table() for name, reads in models.reads.items()} == {
            name: reads.by_table() for name, reads in fitted.reads.items()
        }
    assert "domain" in loaded.fitted.reads["primary"].by_table()["cases"]
    assert case_limits(known, CASES, loaded.fitted) == case_limits(known, CASES, fitted)


@pytest.fixture(scope="module")
def ladder_alone(trained, tmp_path_factory):
    """The record of the day, the ladder's model alone, and the folder of its artefact."""
    known, names = trained[0], ["ladder_model"]
    fitted = fit_models(known, names)
    return known, fitted, save(fitted, known, tmp_path_factory.mktemp("ladder")).folder


def test_the_ladder_s_model_comes_back_with_the_base_rate_that_its_wider_interval_holds(ladder_alone):
    known, fitted, folder = ladder_alone
    loaded = find(folder.parent, known, ["ladder_model"], "concluded", "forward").fitted
    assert case_limits(known, [OLD], loaded)[OLD]["ladder_model"].status == "widened"
    assert case_limits(known, [OLD], loaded) == case_limits(known, [OLD], fitted)
    kept, own = (forecast(known, [OLD, *CASES[:1]], fitted=models) for models in (loaded, fitted))
    assert kept.equals(own)
    np.testing.assert_array_equal(kept[["lower", "upper"]], own[["lower", "upper"]])
    with recording() as heard:
        assert loaded.ladder_support.names
    assert heard.reads.by_table() == fitted.reads["ladder_model"].by_table()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.update(ladder_support=None), "expected a JSON object at ladder_support, got None"),
        (lambda v: v.update(ladder_base=None), "expected a JSON object at ladder_base, got None"),
        (lambda v: v["ladder_support"]["form"].pop(), "expected {n} cases in ladder_support.form, got {fewer}"),
        (
            lambda v: v["ladder_support"]["names"].reverse(),
            "expected the covariates of the model in ladder_support.names",
        ),
    ],
)
def test_a_domain_of_the_ladder_that_no_fit_gives_is_refused(ladder_alone, tmp_path, change, message):
    known, fitted, folder = ladder_alone
    copy, n = shutil.copytree(folder, tmp_path / folder.name), len(fitted.ladder_support.form)
    forge(copy, change)
    with pytest.raises(ArtefactError) as error:
        find(tmp_path, known, ["ladder_model"], "concluded", "forward")
    assert str(error.value).startswith(f"{copy / 'models.json'}: {message.format(n=n, fewer=n - 1)}")


@pytest.mark.parametrize("name", ["ladder_support", "ladder_base"])
def test_a_domain_of_the_ladder_without_a_model_of_the_ladder_is_refused(history, copy, name):
    forge(copy, lambda values: values.update({name: {"key": []}}))
    assert refused(history, copy) == f"/models.json: expected no {name} with these models, got {{'key': []}}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda support: None, "expected a JSON object at support, got None"),
        (lambda support: support | {"types": support["types"][1:]}, "expected {n} cases in support.types, got {fewer}"),
        (
            lambda support: support | {"names": support["names"][::-1]},
            "expected the features of the model in support.nam",
        ),
        (lambda support: support | {"names": support["names"][1:]}, "expected "),
        (lambda support: {**support, "lower": 1}, "expected the shape and runs of an array at support.lower, got 1"),
    ],
)
def test_a_support_that_no_fit_gives_is_refused(trained, tmp_path, change, message):
    known, fitted, folder = trained
    copy, n = shutil.copytree(folder, tmp_path / folder.name), len(fitted.support.types)
    forge(copy, lambda values: values.update(support=change(values["support"])))
    with pytest.raises(ArtefactError) as error:
        find(tmp_path, known, MODELS, "concluded", "forward")
    assert str(error.value).startswith(f"{copy / 'models.json'}: {message.format(n=n, fewer=n - 1)}")


def test_a_support_without_a_hazard_model_is_refused(history, copy):
    forge(copy, lambda values: values.update(support={"case_ids": []}))
    assert refused(history, copy) == "/models.json: expected no support with these models, got {'case_ids': []}"


def test_the_folder_holds_two_ordinary_files_that_others_may_read(trained):
    folder = trained[2]
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())}
    assert modes == {folder.name: "0o755", "models.json": "0o644", "arrays.npz": "0o644"}
    for name, most in MOST_BYTES.items():
        assert (folder / name).stat().st_size < most / 2, f"{name} must stay readable as the record grows"
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        assert {array.dtype.str for array in arrays.values()} == {"<f8", "<i8"}


def test_some_models_are_found_in_the_artefact_of_all_and_not_the_other_way(trained, history, rate):
    known, _, folder = trained
    some = find(folder.parent, known, ["rivalry_base_rate", "base_rate"], "concluded", "forward")
    assert list(some.fitted.models) == ["rivalry_base_rate", "base_rate"]
    assert some.key == folder.name
    assert find(rate.parent, history, RATE, "concluded", "forward").key == rate.name
    assert find(rate.parent, history, ["base_rate", "type_base_rate"], "concluded", "forward") is None


def test_the_key_depends_on_all_that_decides_the_models_and_not_on_their_order(
    history, monkeypatch, record_copy, other_code
):
    def key_of(known=history, names=RATE, target="concluded", population="forward"):
        return made_from(known, names, target, population).key

    record_copy.edit("cases", CASES[0], adversarial="0")
    keys = [
        key_of(),
        key_of(load_history(record_copy.folder)),
        key_of(history.at(history.as_of.replace(day=1))),
        key_of(names=MODELS),
        key_of(target="in_force"),
        key_of(population="pooled"),
    ]
    assert key_of(names=list(MODELS)[::-1] * 2) == keys[3]
    versions = {"numpy": "1", "scipy": "1", "pandas": "1", "scikit-learn": "1"}
    monkeypatch.setattr(code_hash, "version", versions.get)
    for name in versions:
        versions[name] = "2"
        keys.append(key_of())
    other_code()
    assert len({*keys, key_of()}) == len(keys) + 1 == 11
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in keys)


def test_an_artefact_of_anything_else_is_not_found_and_the_models_are_fitted(history, rate, record_copy, other_code):
    record_copy.edit("cases", CASES[0], adversarial="0")
    earlier = history.at(history.as_of.replace(day=1))
    for known in (load_history(record_copy.folder), earlier):
        assert find(rate.parent, known, RATE, "concluded", "forward") is None
    assert find(rate.parent, history, RATE, "in_force", "forward") is None
    assert find(rate.parent, history, RATE, "concluded", "pooled") is None
    assert find(rate.parent / "nowhere", history, RATE, "concluded", "forward") is None
    refitted = obtain(rate.parent, earlier, RATE)
    assert refitted.key is None
    assert refitted.fitted.as_of == earlier.as_of
    assert obtain(rate.parent, history, RATE).key == rate.name
    assert obtain(None, history, RATE).key is None
    other_code()
    assert obtain(rate.parent, history, RATE).key is None


@pytest.mark.parametrize("names", [[], ["oracle"], ["base_rate", "oracle"]])
def test_models_that_there_are_not_are_refused_where_an_artefact_is(history, rate, names):
    with pytest.raises(UsageError, match="^expected .*models? out of ladder, ladder_model, base_rate"):
        obtain(rate.parent, history, names)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "expected a file with a whole JSON object, got EOF while parsing"),
        (lambda text: "", "expected a file with a whole JSON object, got EOF while parsing a value at line 1 column 0"),
        (lambda text: "[" * 100_000, "expected a file with a whole JSON object, got recursion limit exceeded"),
        (lambda text: " " * 5_000_000, "expected at most 4000000 bytes, got 5000000"),
        (lambda text: re.sub(NUMBER, r'"n_": \g<1>0', text), "expected the values as they were written, got an edited file"),
        (lambda text: re.sub(NUMBER, r'"n_":\g<1>', text), "expected the values as they were written, got an edited file"),
        (lambda text: re.sub(NUMBER, r'\g<0>, \g<0>', text), "expected the values as they were written, got an edited file"),
        (lambda text: re.sub(NUMBER, '"n_": 9' + "9" * 5000, text), "expected a file with a whole JSON object, got number out of range"),
        (lambda text: text.replace('"dtype": "<f8"', '"dtype": "|O"'), "expected a file with arrays.base_rate.table_.at_risk.dtype: '<f8' or '<i8', got '|O'"),
        (lambda text: text.replace('"shape": ', '"size": 1, "shape": ', 1), "expected the values as they were written, got an edited file"),
        (lambda text: text.replace('"support": null,', ""), "expected a file with the key support, got none"),
        (lambda text: text.replace('"support"', '"more": 1, "support"'), "expected a file with only known keys, got the unknown key more"),
        (lambda text: re.sub(NUMBER, '"n_": NaN', text), "expected the values as they were written, got an edited file"),
    ],
)  # fmt: skip
def test_values_that_are_not_as_written_are_refused(history, copy, change, message):
    before = (copy / "models.json").read_text()
    edit(copy, change)
    assert (copy / "models.json").read_text() != before
    assert refused(history, copy).startswith(f"/models.json: {message}")


def test_values_that_are_no_text_are_refused(history, copy):
    (copy / "models.json").write_bytes(b'{"sha256": "\xff"}')
    assert refused(history, copy).startswith(
        "/models.json: expected a file with a whole JSON object, got invalid unicode"
    )


@pytest.mark.parametrize("damage", ["truncated", "byte flipped", "empty", "longer"])
def test_damaged_arrays_are_refused(history, copy, damage):
    path, whole = copy / "arrays.npz", (copy / "arrays.npz").read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    spoilt = {"truncated": whole[:-100], "byte flipped": bytes(flipped), "empty": b"", "longer": whole + b"\0"}[damage]
    path.write_bytes(spoilt)
    hashes = [hashlib.sha256(content).hexdigest()[:12] for content in (whole, spoilt)]
    assert refused(history, copy) == (
        f"/arrays.npz: expected a file with sha256 {hashes[0]}, got {hashes[1]} ({len(spoilt)} bytes)"
    )


def test_an_artefact_under_the_name_of_another_is_refused(history, rate, tmp_path):
    for known, message in (
        (history.at(history.as_of.replace(day=1)), "as_of '2026-08-01', got '2026-08-31'"),
        (history, "target 'in_force', got 'concluded'"),
    ):
        made = made_from(known, RATE, "in_force" if known is history else "concluded", "forward")
        folder = shutil.copytree(rate, tmp_path / made.key)
        with pytest.raises(ArtefactError, match=f"models.json: expected models made from {message}; remove"):
            load(folder, known, made)


def test_a_forged_file_is_held_against_the_models_of_this_code(history, copy):
    def hide(values):
        values["models"] = {"primary": values["models"]["base_rate"]}

    def grow(values):
        values["arrays"]["base_rate.table_.at_risk"]["shape"] = [10**9]

    def shrink(values):
        values["arrays"]["base_rate.table_.at_risk"]["shape"] = [3]

    def seed(values):
        values["models"]["base_rate"]["parameters"]["seed"] = 7

    def number(values):
        values["models"]["base_rate"]["n_"] = float(n)

    whole = (copy / "models.json").read_bytes()
    n = json.loads(whole)["models"]["base_rate"]["n_"]
    for change, message in (
        (hide, "/models.json: expected the models base_rate, got primary"),
        (grow, "/models.json: expected arrays of at most 256000000 bytes, got 80"),
        (shrink, "/arrays.npz: expected at most 1048 bytes of base_rate.table_.at_risk.npy, got "),
        (seed, "/models.json: expected 20260205 at base_rate.parameters.seed, got 7"),
        (number, f"/models.json: expected a whole number at base_rate.n_, got {n}.0"),
        (
            lambda values: values.update(extra=1),
            "/models.json: expected a file with only known keys, got the unknown key extra",
        ),
        (
            lambda values: values.pop("arrays_sha256"),
            "/models.json: expected a file with the key arrays_sha256, got none",
        ),
    ):
        (copy / "models.json").write_bytes(whole)
        forge(copy, change)
        assert refused(history, copy).startswith(message)
    (copy / "models.json").write_bytes(whole)
    forge(copy)
    assert (copy / "models.json").read_bytes() == whole


def test_forged_arrays_are_held_against_their_forms(history, copy):
    name = "base_rate.weighted_.0"
    with np.load(copy / "arrays.npz") as read:
        arrays = dict(read)
    for change, message in (
        (
            {name: arrays[name].astype(object)},
            f"expected at most {arrays[name].nbytes + 1024} bytes of {name}.npy, got ",
        ),
        (
            {name: arrays[name][:1].astype(object)},
            "expected a readable npz file, got Object arrays cannot be loaded when",
        ),
        ({name: np.where(arrays[name] > 0.5, np.nan, 1)}, f"expected finite numbers in {name}, got nan"),
        ({name: arrays[name][:, :-1]}, f"expected {name} as <f8 of shape ("),
        ({"base_rate.more": np.zeros(1)}, "expected no array but base_rate.table_.at_risk, "),
    ):
        np.savez(copy / "arrays.npz", **(arrays | change))
        forge(copy)
        assert refused(history, copy).startswith(f"/arrays.npz: {message}")
    np.savez(copy / "arrays.npz", **arrays, more=np.zeros(1))
    forge(copy, lambda values: values["arrays"].update(more={"dtype": "<f8", "shape": [1]}))
    assert refused(history, copy) == "/models.json: expected no array but those of the models, got more"


@pytest.mark.parametrize("name", ["models.json", "arrays.npz"])
def test_a_file_that_is_a_link_or_missing_or_a_pipe_is_refused(history, copy, name, tmp_path):
    (copy / name).rename(tmp_path / name)
    assert refused(history, copy) == f"/{name}: expected a file, got No such file or directory"
    (copy / name).symlink_to(tmp_path / name)
    assert refused(history, copy) == f"/{name}: expected a file, got a symbolic link"
    (copy / name).unlink()
    os.mkfifo(copy / name)
    assert refused(history, copy) == f"/{name}: expected a file, got something else"


def test_a_folder_that_is_a_link_or_a_file_is_refused(history, copy, tmp_path):
    copy.rename(tmp_path / "elsewhere")
    copy.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert refused(history, copy) == ": expected a folder, got a symbolic link"
    copy.unlink()
    copy.symlink_to(tmp_path / "nowhere")
    assert refused(history, copy) == ": expected a folder, got a symbolic link"
    copy.unlink()
    copy.write_text("")
    assert refused(history, copy) == ": expected a folder, got something else"


def test_a_broken_artefact_stops_training_and_is_left_as_it_is(history, copy):
    (copy / "arrays.npz").write_bytes(b"broken")
    with pytest.raises(ArtefactError, match=r"arrays\.npz: expected a file with sha256"):
        train(history, RATE, artefacts=copy.parent)
    assert (copy / "arrays.npz").read_bytes() == b"broken"
    with pytest.raises(ArtefactError, match=r"arrays\.npz: expected a file with sha256"):
        obtain(copy.parent, history, RATE)


@given(data=st.data())
def test_a_changed_byte_anywhere_is_refused(history, rate, tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / "flipped" / rate.name
    if not folder.exists():
        shutil.copytree(rate, folder)
    path = folder / data.draw(st.sampled_from(["models.json", "arrays.npz"]))
    whole = path.read_bytes()
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(spoilt)
    try:
        if bytes(spoilt) == whole:
            assert find(folder.parent, history, RATE, "concluded", "forward").key == rate.name
        else:
            assert refused(history, folder).startswith(f"/{path.name}: expected ")
    finally:
        path.write_bytes(whole)
