"""What an entry keeps of how it was made: the steps of each probability, and the code that it can be had again by."""

import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from bodies import issue_body, put

from forecasting.forecasts import fit_models
from forecasting.forecasts.parts import forecast_parts
from forecasting.ledger import issue, open_lineage, read_chain, verify
from forecasting.ledger.lineage import code_of_now, with_lineage
from forecasting.ledger.questions import rounded
from forecasting.models.recalibration_by_cause import Recalibration
from forecasting.store.code_origin import code_origin
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped

pytestmark = pytest.mark.long

DAY = date(2019, 1, 1)
CASE, GAP = "us-china-encounters-mou-2014", "south-atlantic-zpcas-1986"
MODELS = ("ladder", "ladder_model", "primary")
HORIZONS = (12, 60)


@pytest.fixture(scope="module")
def known(history):
    return history.at(DAY)


@pytest.fixture(scope="module")
def issued(known, tmp_path_factory):
    """Entries by model."""
    folder = tmp_path_factory.mktemp("lineage") / "ledger"
    table, silent, lineage = open_lineage(known, MODELS, cases=[GAP, CASE], horizons=HORIZONS)
    issue(table, folder, known, abstained=silent, lineage=lineage, as_replay=True)
    return {link.entry.model: link.entry for link in read_chain(folder).links}


def lineages(entry):
    return [(one, one.lineage) for one in entry.forecasts]


@pytest.mark.parametrize("model", MODELS)
def test_the_steps_lead_from_the_raw_model_to_what_is_published(issued, model):
    assert issued[model].forecasts
    for forecast, kept in lineages(issued[model]):
        raw, recalibrated, pooled = (np.array(rows) for rows in (kept.raw, kept.recalibrated, kept.pooled))
        share = kept.base_share or 0.0
        base = np.array(kept.base_rate) if share else recalibrated
        assert np.abs((1 - share) * recalibrated + share * base - pooled).max() < 2e-7
        assert np.abs(rounded(pooled) - np.array(forecast.probability)).max() < 2e-5
        assert np.abs(raw - recalibrated).max() > 1e-4
        assert share == (0.0 if model == "ladder_model" else 0.25)


def test_the_headline_is_made_of_the_entries_of_its_parts(issued):
    parts = {forecast.case_id: forecast.probability for forecast in issued["ladder_model"].forecasts}
    for forecast, kept in lineages(issued["ladder"]):
        assert np.abs(np.array(kept.recalibrated) - np.array(parts[forecast.case_id])).max() < 2e-5
        assert np.abs(np.array(kept.base_rate) - np.array(forecast.reference)).max() < 2e-5


def test_a_base_rate_has_no_steps_and_old_entries_stay_as_they_are(issued):
    assert [kept for _, kept in lineages(issued["base_rate"])] == [None, None]
    chain = verify(shipped("data") / "ledger")
    assert chain.faults == ()
    assert len(chain.links) >= 40
    first = next(link.entry for link in chain.links)
    assert first.forecasts[0].lineage is None
    assert first.code.commit is None


def test_the_raw_model_is_the_fitted_one_without_its_recalibration_and_leaves_it_as_it_is(known):
    fitted = fit_models(known, ["ladder_model"])
    model = fitted.models["ladder_model"]
    before = forecast_parts(known, [CASE], fitted, HORIZONS)["ladder_model"][CASE]
    again = forecast_parts(known, [CASE], fitted, HORIZONS)["ladder_model"][CASE]
    assert (before.recalibrated == again.recalibrated).all()
    model.hazard_ = model.recalibrated_by(Recalibration.none(3)).hazard_
    model.draw_coefficients()
    plain = forecast_parts(known, [CASE], fitted, HORIZONS)["ladder_model"][CASE]
    assert (plain.recalibrated == before.raw).all()
    assert (plain.raw == before.raw).all()


def test_a_case_without_steps_keeps_its_row():
    assert with_lineage([{"case_id": "a-1990"}], {}) == [{"case_id": "a-1990"}]


ROWS = [(0.1, 0.2, 0.3, 0.4)] * 2
OTHER = [(0.2, 0.1, 0.3, 0.4)] * 2


def body(**steps):
    found = issue_body(as_of=date(2000, 1, 1))
    whole = {"raw": OTHER, "recalibrated": ROWS, "base_rate": ROWS, "base_share": 0.25, "pooled": ROWS}
    kept = {name: rows for name, rows in (whole | steps).items() if rows is not None}
    return found | {"forecasts": [found["forecasts"][0] | {"lineage": kept}]}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ({"recalibrated": OTHER}, "expected a lineage of a-1990 whose parts add up, got (0.2, 0.1, 0.3, 0.4) (0.1, 0.2, 0.3, 0.4) (0.1, 0.2, 0.3, 0.4)"),
        ({"recalibrated": OTHER, "base_rate": OTHER, "pooled": OTHER}, "expected a lineage of a-1990 that ends in what is published, got (0.2, 0.1, 0.3, 0.4) (0.1, 0.2, 0.3, 0.4)"),
        ({"base_share": None}, "expected a base rate with a share above 0 for a-1990, got True"),
        ({"base_rate": None}, "expected a base rate with a share above 0 for a-1990, got False"),
        ({"raw": OTHER[:1]}, "expected 2 rows of 4 in the lineage of a-1990, got [(1, 4), (2, 4)]"),
        ({"raw": [(2, 0, 0, 0)] * 2}, "expected forecasts.0.lineage.raw.0.0: less than or equal to 1, got 2"),
    ],
)  # fmt: skip
def test_a_lineage_that_does_not_lead_to_the_forecast_is_not_written(tmp_path, steps, message):
    assert put(tmp_path / "sound", body())
    assert put(tmp_path / "alone", body(base_rate=None, base_share=None))
    with pytest.raises(UsageError) as refused:
        put(tmp_path / "ledger", body(**steps))
    assert str(refused.value).startswith(message)


def run(folder, *arguments):
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def clone(folder, name):
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    run(folder, "init", "--quiet")
    run(folder, "add", name)
    run(folder, "commit", "--quiet", "-m", "first")
    return package


def test_code_in_a_clone_is_named_by_its_commit_and_whether_it_was_changed(tmp_path):
    sound, changed = clone(tmp_path / "a", "sound"), clone(tmp_path / "b", "changed")
    for folder in (sound / "__pycache__", changed / "room"):
        folder.mkdir()
    (sound / "__pycache__" / "sound.pyc").write_bytes(b"")
    (changed / "room" / "more.py").write_text("", encoding="utf-8")
    found = code_origin(sound)
    assert len(found.commit) == 40
    assert (found.is_changed, found.wheel) == (False, None)
    assert code_origin(changed).is_changed
    assert len(code_origin(changed).commit) == 40


def test_code_outside_a_clone_or_unknown_to_it_has_no_commit(tmp_path):
    clone(tmp_path / "a", "sound")
    stray = tmp_path / "a" / "stray"
    stray.mkdir()
    (stray / "__init__.py").write_text("", encoding="utf-8")
    assert (code_origin(stray).commit, code_origin(stray).is_changed) == (None, False)
    outside = tmp_path / "outside"
    outside.mkdir()
    assert code_origin(outside).commit is None


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    package = clone(tmp_path / "a", "sound")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_origin(package).commit is None


def test_an_entry_names_code_and_libraries(issued):
    said, now = issued["ladder"].code, code_of_now()
    assert said.model_dump(exclude_none=True) == now
    assert set(said.libraries) == {"numpy", "scipy", "pandas", "scikit-learn"}
    root = Path(__file__).parents[2]
    assert (said.commit is not None) == (root / ".git").exists()
