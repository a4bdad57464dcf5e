"""Every reader of files, and every public function, on inputs of fixed seeds: an answer, or an error in words.

The short run takes the first inputs of each; the long one 10,000 in all, within two minutes.
"""

import json
import shutil
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fuzzing import changed_arguments, changed_bytes, changed_cell, changed_leaf, generator
from special_files import bounded

import forecasting as fc
from forecasting import artefacts, ledger, scores
from forecasting.artefacts.format import ARRAYS, VALUES, read_arrays, read_values
from forecasting.backtest import check_design
from forecasting.documents.card.form import CARD, Card
from forecasting.explain.track_record import AboutTrackRecord
from forecasting.features import FEATURES, feature_table
from forecasting.ledger.entries import decoded
from forecasting.models.incidence import risk_table
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.requests import from_file
from forecasting.publish.schedule.manifest import Manifest
from forecasting.publish.schedule.plan import read_plan
from forecasting.publish.schedule.times import cron_line, time_zone, window
from forecasting.publish.site import publish
from forecasting.reading import read_text
from forecasting.record.checks import record_faults
from forecasting.record.differences import differences
from forecasting.record.files import RESULTS, results_table
from forecasting.record.months import check_horizons, parse_horizons
from forecasting.record.reading import read_record
from forecasting.record.schema import TABLES
from forecasting.review import approve, sidecar_bytes
from forecasting.review.log import sign_offs
from forecasting.store.errors import ForecastingError
from forecasting.store.package_data import shipped
from forecasting.verify import verify

SLOW = 15
"""Most inputs of a target that reads a whole record, or derives a page, for each."""
CASE = "new-start-post-expiry-2026"
SCHEDULE = b"""ledger = "ledger"
notify = ["sh", "-c", "cat"]
[[report]]
name = "cases"
template = "case"
cases = ["new-start-post-expiry-2026"]
every = "30 2 * * 1-5"
timezone = "Europe/Berlin"
catch_up = "7 days"
keep = 3
parameters = { horizons = [12, 24], target = "in_force" }
[[task]]
name = "issue"
do = "issue"
every = "daily"
"""
OPINIONS = b"case_id,horizon,cause,probability\na-1990,12,collapsed,0.5\na-1990,24,collapsed,0.6\n"
BATCH = b"case_id,target,horizons\nnew-start-post-expiry-2026,concluded,12\nsalt2-observance-1979,in_force,24\n"
BATCH_LINES = b'{"case_id": "new-start-post-expiry-2026", "horizons": [12]}\n{"template": "portfolio"}\n'
SIGNED = json.dumps(
    {"document": "a.html", "sha256": "0" * 64, "by": "A", "at": "2026-02-06T09:00:00Z", "decision": "approved"}
)
RUNS = b'{"kind": "report", "entry": "a", "status": "rendered", "page": "a.html"}\n{"kind": "run", "entry": "a", "due": "2026-11-02T00:00:00+00:00", "now": "2026-11-02T00:00:01+00:00", "status": "done"}\n{"kind": "told", "items": ["x"]}\n'
SIDECAR = {
    "template": "data_quality", "title": "Data quality", "case": {"case_id": "a-1990", "name": "A"},
    "headline": {"probability": 0.2, "horizon": 60, "states": {"formalized": {"probability": 0.2}, "faded": {"probability": 0.1}}},
    "rendering": {"template": "data_quality", "parameters": {"as_of": "2026-05-01"}, "fingerprint": "f", "html_sha256": "0" * 64},
}  # fmt: skip
ABOUT = b'{"record_sha256": "a", "design": "rolling", "target": "concluded", "n": 5}'
NEWS = (
    b"GENEVA, Feb. 5, 2026 - The United States and Russia said on Thursday that they would continue to observe the limits of "
    b"the New START treaty. President Putin proposed talks on a new treaty in March 2026, and the foreign ministers met in Vienna.\n"
)
RESULTS_CSV = b"record,model,skill\nabc,ladder,0.1\nabc,primary,0.05\n"


@dataclass(frozen=True)
class Target:
    """A reader or function: its sound inputs, how they are changed, and what share of all inputs it gets.

    A slow one gets at most `most`, and none in the short run.
    """

    call: Callable
    sound: object
    change: Callable
    weight: int = 1
    most: int | None = None


def of_file(read, name, *, content, change, weight=1):
    """A reader of a file: the content is changed, written to a path, and read."""

    def call(data, folder):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return read(path)

    return Target(call, content, change, weight)


def of_function(function, weight=1, **arguments):
    """A public function: some of its arguments are replaced."""

    def call(odd, folder):
        found = function(**odd)
        return list(found) if hasattr(found, "__next__") else found

    return Target(call, arguments, changed_arguments, weight)


def slow(target):
    """The same, with few inputs and none in the short run."""
    return replace(target, most=SLOW)


@pytest.fixture(scope="module")
def world(trained, few_cases, tmp_path_factory):
    """Sound files and objects, which the inputs are changes of."""
    place = tmp_path_factory.mktemp("world")
    known, fitted = trained[0], trained[1].only("base_rate")
    artefact = artefacts.save(fitted, known, place / "artefacts").folder
    few = shutil.copytree(few_cases, place / "few")
    table, _ = ledger.open_forecasts(known, ["base_rate"], cases=[CASE], horizons=[12, 24])
    ledger.issue(table, place / "ledger", known, as_replay=True, issued_on=known.as_of)
    ledger.retract(place / "ledger", "1", "an example", date(2026, 3, 1))
    return {"place": place, "history": known, "fitted": fitted, "artefact": artefact, "few": few}


def in_ledger(world, file):
    """A file of a ledger, changed in its place: the chain is examined, and then read to be scored."""
    folder = world["place"] / "ledger"
    names = sorted(path.name for path in folder.iterdir())
    name = next(one for one in names if one.startswith(file))
    sound = (folder / name).read_bytes()

    def call(data, _):
        try:
            (folder / name).write_bytes(data)
            ledger.verify(folder)
            ledger.score(folder)
        finally:
            (folder / name).write_bytes(sound)

    return Target(call, sound, changed_bytes, 2)


def checked(folder):
    return record_faults(read_record(folder))


def in_record(world, table, change, read=checked):
    """A table of the small record, changed in its place and checked with all the others."""
    path = world["few"] / TABLES[table].path.replace("*", "hand_coded") if table in TABLES else world["few"] / table
    sound = path.read_bytes()

    def call(data, _):
        try:
            path.write_bytes(data)
            read(world["few"])
        finally:
            path.write_bytes(sound)

    return Target(call, sound, change, most=SLOW)


def in_reports(call_on):
    """A folder of reports with one page whose sidecar is changed."""

    def call(data, folder):
        page = folder / "reports" / "data-quality" / "2026-05-01.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("<p>page</p>")
        page.with_suffix(".json").write_bytes(data)
        call_on(page, folder)

    return call


def readers(world):
    known, artefact = world["history"], world["artefact"]
    source = artefacts.made_from(known, ["base_rate"], "concluded", "forward")
    values, arrays = (artefact / VALUES).read_bytes(), (artefact / ARRAYS).read_bytes()
    contents = read_values(artefact / VALUES, source, "train")
    unsealed = contents.model_copy(update={"arrays_sha256": ""})

    def read_unsealed(path):
        from hashlib import sha256

        as_artefact(
            lambda: read_arrays(
                path, unsealed.model_copy(update={"arrays_sha256": sha256(path.read_bytes()).hexdigest()}), ""
            )
        )

    entry = sorted((world["place"] / "ledger").glob("000001*"))[0]
    SIDECAR["rendering"]["parameters"]["data"] = str(world["few"])
    sidecar = sidecar_bytes(SIDECAR)
    card = sorted((shipped("data") / "card").glob("card-*.json"))[-1].read_bytes()
    listed = in_reports(lambda page, folder: publish(folder / "reports", folder / "public"))
    signed = in_reports(lambda page, folder: approve(page, "A. Reader", folder / "reports"))
    again = in_reports(lambda page, _: verify(page))
    return {
        "schedule": of_file(read_plan, "schedule.toml", content=SCHEDULE, change=changed_bytes, weight=12),
        "opinions": of_file(ledger.read_opinions, "said.csv", content=OPINIONS, change=changed_bytes, weight=8),
        "opinions by cell": of_file(ledger.read_opinions, "said.csv", content=OPINIONS, change=changed_cell, weight=8),
        "batch": of_file(lambda path: list(from_file(path, "case", {})()), "batch.csv", content=BATCH, change=changed_bytes, weight=5),
        "batch by cell": of_file(lambda path: list(from_file(path, "case", {})()), "batch.csv", content=BATCH, change=changed_cell, weight=5),
        "batch of lines": of_file(lambda path: list(from_file(path, "case", {})()), "batch.jsonl", content=BATCH_LINES, change=changed_bytes, weight=5),
        "sign-offs": of_file(lambda path: sign_offs(path.parent), "approvals.jsonl", content=SIGNED.encode(), change=changed_bytes, weight=5),
        "sign-offs by leaf": of_file(lambda path: sign_offs(path.parent), "approvals.jsonl", content=SIGNED.encode(), change=changed_leaf, weight=5),
        "manifest": of_file(lambda path: Manifest(path.parent).past(), "manifest.jsonl", content=RUNS, change=changed_bytes, weight=8),
        "index and feed": Target(listed, sidecar, changed_bytes, 3),
        "index and feed by leaf": Target(listed, sidecar, changed_leaf, 3),
        "approval": Target(signed, sidecar, changed_leaf, 2),
        "verification": Target(again, sidecar, changed_leaf, most=SLOW),
        "values of models": of_file(lambda path: as_artefact(lambda: read_values(path, source, "")), "models.json", content=values, change=changed_bytes, weight=5),
        "values of models by leaf": of_file(lambda path: as_artefact(lambda: read_values(path, source, "")), "models.json", content=values, change=changed_leaf, weight=5),
        "arrays of models": of_file(read_unsealed, "arrays.npz", content=arrays, change=changed_bytes, weight=2),
        "entry": Target(lambda data, _: decoded(data, entry.name), entry.read_bytes(), changed_bytes, 6),
        "entry by leaf": Target(lambda data, _: decoded(data, entry.name), entry.read_bytes(), changed_leaf, 6),
        "head of a ledger": in_ledger(world, "HEAD"),
        "entry in a ledger": in_ledger(world, "000001"),
        "card": Target(lambda data, _: CARD.parsed(data, "card.json", Card), card, changed_leaf, most=SLOW),
        "track record": of_file(lambda path: RESULTS.form(path, AboutTrackRecord), "track.json", content=ABOUT, change=changed_leaf, weight=2),
        "results": of_file(lambda path: results_table(path, ("skill",)), "skill.csv", content=RESULTS_CSV, change=changed_bytes, weight=3),
        "news": Target(lambda data, _: read_text(data.decode("utf-8", "replace"), CASE, known.as_of, known), NEWS, changed_bytes, 2),
        "descriptor": in_record(world, "datapackage.json", changed_leaf),
        "descriptor by bytes": in_record(world, "datapackage.json", changed_bytes),
        **{f"table {name}": in_record(world, name, changed_cell) for name in ("cases", "outcomes", "events", "ladders", "alternatives", "corrections")},
        "table cases by bytes": in_record(world, "cases", changed_bytes),
        "tables to compare": in_record(world, "claims", changed_bytes, lambda few: differences(few, few)),
    }  # fmt: skip


def as_artefact(read):
    """`ValueError` is what the store of artefacts words as its own error."""
    try:
        read()
    except ValueError as error:
        raise fc.UsageError(str(error)) from None


def functions(world):
    known, fitted, place, few = (world[name] for name in ("history", "fitted", "place", "few"))
    A = np.array
    folder = place / "ledger"
    said = {"case_id": CASE, "horizon": 12, "cause": "collapsed", "probability": 0.5}
    p, q = np.full((3, 4), 0.25), A([0, 1, 3])
    return {
        "parse_day": of_function(fc.parse_day, text="2026-02-05"),
        "parse_horizons": of_function(parse_horizons, text="12, 24"),
        "check_horizons": of_function(check_horizons, horizons=[12, 24]),
        "load_history": of_function(fc.load_history, folder=few, as_of="2026-02-05"),
        "History.at": of_function(known.at, day=date(2010, 1, 1)),
        "History.case": of_function(known.case, case_id=CASE, target="concluded"),
        "fit_models": slow(of_function(fc.fit_models, history=known, names=["base_rate"], target="concluded", population="forward")),
        "forecast": of_function(fc.forecast, history=known, case_ids=CASE, fitted=fitted, horizons=[12], target="concluded", population="forward"),
        "spells": of_function(fc.spells, history=known, target="concluded", population="forward"),
        "where_it_stands": slow(of_function(fc.where_it_stands, history=known, case_id=CASE, horizons=[12], target="concluded", deadlines=[12])),
        "read_news": of_function(fc.read_news, file=place / "nowhere.txt", case=CASE, as_of="2026-02-05", data=None),
        "read_text": of_function(read_text, text=NEWS.decode(), case_id=CASE, as_of=known.as_of, history=known),
        "case_from_answers": slow(of_function(fc.case_from_answers, answers={"case_id": "my-case-2026"}, overlay=place / "own")),
        "ask": of_function(fc.ask, case_id=CASE, as_of="2026-02-05", target="concluded", horizons=[12], data=few, model="base_rate"),
        "aalen_johansen": of_function(fc.aalen_johansen, 2, entry=A([0, 0, 0]), exit=A([1, 2, 3]), cause=A([1, 0, 2]), n_causes=2),
        "risk_table": of_function(risk_table, 2, entry=A([0, 0, 0]), exit=A([1, 2, 3]), cause=A([1, 0, 2]), n_causes=2),
        "brier_states": of_function(scores.brier_states, 2, probabilities=p, states=q),
        "brier_binary": of_function(scores.brier_binary, 2, probabilities=A([0.5, 0.2]), outcomes=A([0, 1])),
        "log_score": of_function(scores.log_score, 2, probabilities=p, states=q),
        "ranked_probability_score": of_function(scores.ranked_probability_score, 2, probabilities=p, states=q),
        "auc": of_function(scores.auc, 2, probabilities=A([0.5, 0.2]), outcomes=A([0, 1])),
        "skill": of_function(scores.skill_score, 2, score=A([0.5, 0.2]), reference=A([0.5, 0.3])),
        "add": of_function(ledger.add, 2, folder=folder, opinions=[said], by="A", as_of=date(2026, 2, 5), target="concluded", issued_on=date(2026, 12, 1)),
        "add one": of_function(lambda **one: ledger.add(folder, [one], "A"), 2, **said),
        "retract": of_function(ledger.retract, folder=folder, entry="9", reason="why", issued_on=date(2026, 12, 1)),
        "ledger.verify": of_function(ledger.verify, folder=folder, head="0" * 64),
        "ledger.read": of_function(ledger.read, folder=folder),
        "pool": of_function(ledger.pool, folder=folder, case_id=CASE, of=["base_rate"], weights=[1.0], as_of=date(2026, 2, 5), target="concluded"),
        "replay": of_function(ledger.replay, history=known, folder=place / "replayed", first=3, last=2, models=["base_rate"], target="concluded"),
        "open_forecasts": slow(of_function(ledger.open_forecasts, history=known, models=["base_rate"], target="concluded", cases=[CASE], horizons=[12])),
        "resolve": of_function(ledger.resolve, folder=place / "nowhere", history=known, issued_on=date(2026, 12, 1)),
        "export": of_function(ledger.export, folder=place / "nowhere", out=place / "hub"),
        "made_from": of_function(artefacts.made_from, history=known, names=["base_rate"], target="concluded", population="forward"),
        "find": of_function(artefacts.find, artefacts=place, history=known, names=["base_rate"], target="concluded", population="forward"),
        "feature_table": of_function(feature_table, index=known.dossiers(), landmarks=[(CASE, known.as_of)], names=list(FEATURES)[:2]),
        "check_design": of_function(check_design, design="rolling", jobs=1),
        "checked_parameters": of_function(checked_parameters, 4, template="case", parameters={"case_id": CASE}),
        "parameters of a case": of_function(lambda **given: checked_parameters("case", given), 4, case_id=CASE, horizons=[12], target="concluded", as_of="2026-02-05"),
        "cron_line": of_function(cron_line, 3, every="daily"),
        "window": of_function(window, 3, catch_up="7 days"),
        "time_zone": of_function(time_zone, 3, name="Europe/Berlin"),
        "verify": of_function(verify, place=place / "nowhere.json"),
        "approve": of_function(approve, report=place / "a.html", by="A", folder=place),
    }  # fmt: skip


def run(targets, n, folder):
    """Call every target on its share of `n` inputs, at least one; the faults, by target and kind."""
    whole = sum(target.weight for target in targets.values() if target.most is None)
    left = n - sum(target.most or 0 for target in targets.values())
    faults, count = {}, 0
    for name, target in targets.items():
        for number in range(target.most or max(1, round(left * target.weight / whole))):
            odd = target.change(generator(name, number), target.sound)
            count += 1
            try:
                with bounded(20):
                    target.call(odd, folder)
            except ForecastingError:
                continue
            except ValueError as error:
                if target.change is changed_arguments and str(error).startswith("expected "):
                    continue  # the doors of scores and models, which work on arrays
                found = error
            except Exception as error:
                found = error
            else:
                continue
            last = traceback.extract_tb(found.__traceback__)[-1]
            kind = (name, type(found).__name__, f"{Path(last.filename).name}:{last.lineno}")
            faults.setdefault(kind, f"{number}: {found!s:.150} of {str(odd)[:150]!r}")
    return faults, count


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The folder in which files are written; a path that is relative leads into it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_inputs_of_every_reader_and_function_are_answered_or_refused_in_words(world, here):
    quick = {name: target for name, target in (readers(world) | functions(world)).items() if target.most is None}
    faults, count = run(quick, 400, here)
    assert count >= 350
    assert faults == {}


@pytest.mark.long
def test_ten_thousand_inputs_are_answered_or_refused_in_words(world, here):
    began = time.process_time()
    found, count = run(readers(world), 7_000, here)
    more, further = run(functions(world), 3_000, here)
    assert found | more == {}
    assert count + further >= 9_900
    assert time.process_time() - began < 120


def test_a_reader_that_lets_an_error_of_another_kind_through_is_found(here):
    faults, _ = run(
        {"careless": of_file(lambda path: json.loads(path.read_text()), "a.json", content=ABOUT, change=changed_bytes)},
        50,
        here,
    )
    assert {kind for _, kind, _ in faults} >= {"JSONDecodeError"}


@pytest.mark.parametrize("odd", [True, 5, 2.5, [], b"data", {}])
def test_what_is_no_folder_or_day_is_refused_in_words(odd):
    with pytest.raises(fc.UsageError, match="^expected the folder of a record as a path, got "):
        fc.load_history(odd)
    with pytest.raises(fc.UsageError, match="^expected the folder of a record as a path, got "):
        fc.ask(CASE, data=odd)
    with pytest.raises(fc.UsageError, match="^expected a day as YYYY-MM-DD"):
        fc.parse_day(odd)
