"""What others wrote, and what is no file at all: every reader refuses it in words, at once, and in little memory."""

import ast
import shutil
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

import pytest
from special_files import NO_FILE, STRANGE, bounded, put

from forecasting.artefacts.format import read_arrays, read_values
from forecasting.artefacts.session import content_hash
from forecasting.documents.card.form import read_card
from forecasting.documents.card.home import stewards
from forecasting.explain.track_record import AboutTrackRecord
from forecasting.ledger import hub_opinions, metaculus_opinions, read_opinions
from forecasting.ledger import verify as examine
from forecasting.publish.fingerprint import files_hash
from forecasting.publish.requests import Refusal, from_file
from forecasting.publish.schedule.manifest import Manifest
from forecasting.publish.schedule.plan import read_plan
from forecasting.publish.site import reports_in
from forecasting.reading.source import text_of
from forecasting.record.checks import record_faults
from forecasting.record.describing import made_files
from forecasting.record.differences import differences
from forecasting.record.files import RESULTS, results_table
from forecasting.record.history import load_history
from forecasting.record.reading import read_record
from forecasting.review.log import sign_offs
from forecasting.review.sidecar import read_sidecar, sidecar_bytes
from forecasting.store.code_hash import modules
from forecasting.store.errors import ForecastingError, UsageError
from forecasting.store.foreign import Foreign
from forecasting.store.lock import locked
from forecasting.store.npz import Form, read_npz
from forecasting.store.package_data import shipped
from forecasting.verify.page_files import notebook_differences
from forecasting.verify.subjects import subject_at


def refused(told):
    if told:
        raise UsageError(str(told[0]))


def batch(path):
    refused([one for one in from_file(path, "case", {})() if isinstance(one, Refusal)])


def record(path):
    record_of(path, path.parent)


def record_of(_, folder):
    refused(record_faults(read_record(folder)))


def page(path):
    """A page that is no file is in no index, beside a sidecar that is sound."""
    path.with_suffix(".json").write_bytes(sidecar_bytes({"template": "data_quality", "title": "x"}))
    if reports_in(path.parents[1]) == []:
        raise UsageError("not listed")


DAY = date(2026, 2, 5)


def metaculus(path):
    questions = path.with_name("asked.csv")
    questions.write_text("question_id,case_id,horizon,cause\n7,salt2-observance-1979,12,formalized\n")
    metaculus_opinions(path.parent, questions, DAY)


def arrays(path):
    try:
        read_arrays(path, SimpleNamespace(arrays_sha256="0" * 64), "train")
    except ValueError as error:  # which the store of artefacts words as its own
        raise UsageError(str(error)) from None


READERS = {
    "a table of the record": ("record/cases.csv", record),
    "another table of the record": ("record/claims.csv", record),
    "a file of acts": ("record/events/more.csv", lambda path: record_of(path, path.parents[1])),
    "the descriptor": ("record/datapackage.json", record),
    "the descriptor, to describe": ("record/datapackage.json", lambda path: made_files(path.parent)),
    "a table, to compare": ("record/claims.csv", lambda path: differences(path.parent, path.parent)),
    "a table, to hash": ("record/claims.csv", lambda path: content_hash(path.parent) and record(path)),
    "a table of results": ("record/skill.csv", lambda path: results_table(path, ("skill",))),
    "what a track record is of": ("record/track.json", lambda path: RESULTS.form(path, AboutTrackRecord)),
    "the head of a ledger": ("ledger/HEAD", lambda path: refused(examine(path.parent).faults)),
    "an entry": ("ledger/000046-replay-2026-08-31-concluded-base_rate.json", lambda path: refused(examine(path.parent).faults)),
    "a file beside a report": ("ledger/HEAD", lambda path: files_hash(path) and refused(examine(path.parent).faults)),
    "a schedule": ("reports/schedule.toml", read_plan),
    "a batch": ("reports/batch.csv", batch),
    "a batch in JSON": ("reports/batch.jsonl", batch),
    "probabilities of others": ("reports/said.csv", read_opinions),
    "questions of Metaculus": ("reports/asked.csv", lambda path: metaculus_opinions(path.parent, path, DAY)),
    "an export of Metaculus": ("metaculus/forecast_data.csv", metaculus),
    "the output of a model in a hub": (f"hub/model-output/a-b/{DAY}-a-b.csv", lambda path: hub_opinions(path.parents[2], "a-b", DAY, "concluded")),
    "the log of sign-offs": ("reports/approvals.jsonl", lambda path: sign_offs(path.parent)),
    "the manifest": ("reports/manifest.jsonl", lambda path: Manifest(path.parent).past()),
    "a sidecar": ("reports/data-quality/2026-05-01.json", lambda path: read_sidecar(path.with_suffix(".html"))),
    "a page": ("reports/data-quality/2026-05-01.html", page),
    "the notebook of a page": ("reports/2026-05-01.ipynb", lambda path: notebook_differences(path, SimpleNamespace(notebook=SimpleNamespace(cells=[1])), {}, {}) and refused(["cells"])),
    "values of an artefact": ("artefact/models.json", lambda path: read_values(path, None, "train")),
    "arrays of an artefact": ("artefact/arrays.npz", arrays),
    "a news text": ("news/text.txt", text_of),
    "a card": ("card/card-0.1.0.json", read_card),
    "the stewards": ("card/stewards.json", lambda path: stewards(path.parent)),
    "what is verified": ("card/something.json", lambda path: subject_at(path)),
}  # fmt: skip
TAKE_ANY_BYTES = {"the manifest", "a page", "a news text"}
"""Readers of what has no form of its own: an unfinished last line of a manifest, for one, was left by a crash."""


@pytest.fixture(scope="module")
def sound(few_cases, tmp_path_factory):
    """A folder of every kind, in which one file at a time is replaced."""
    place = tmp_path_factory.mktemp("sound") / "here"
    ignored = shutil.ignore_patterns("evaluation", "card", "ledger", "multiverse")
    shutil.copytree(few_cases, place / "record", ignore=ignored)
    for folder in {file.split("/")[0] for file, _ in READERS.values()}:
        (place / folder).mkdir(exist_ok=True)
    (place / "hub" / "model-output" / "a-b").mkdir(parents=True)
    (place / "reports" / "data-quality").mkdir()
    for path in sorted((shipped("data") / "ledger").iterdir()):
        if path.name == "HEAD" or path.name.startswith("000046"):
            shutil.copyfile(path, place / "ledger" / path.name)
    return place


@contextmanager
def replaced(path, kind):
    """A special file in the place of one, for a while."""
    before = path.read_bytes() if path.is_file() else None
    put(kind, path)
    try:
        yield path
    finally:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)


def message_of(read, path):
    """What a reader says of a file that it refuses; empty where it reads it."""
    try:
        read(path)
    except ForecastingError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", READERS)
def test_whatever_lies_there_is_refused_at_once_and_in_little_memory(sound, name):
    file, read = READERS[name]
    for kind in (*NO_FILE, *STRANGE):
        with replaced(sound / file, kind) as path, bounded():
            told = message_of(read, path)
        assert told or (name in TAKE_ANY_BYTES and kind in STRANGE), f"{kind}: not refused"
        assert len(told) < 5_000, f"{kind}: too long a message"


def test_the_folder_of_the_readers_is_sound_without_them(sound):
    """The twin of the test above: what it refuses is the special file, and nothing else there."""
    assert record_faults(read_record(sound / "record")) == []
    assert [fault.file for fault in examine(sound / "ledger").faults] == ["000001-*.json"]  # only one entry was copied


def test_a_folder_of_the_record_that_is_a_link_out_of_it_is_refused(small_copy, tmp_path):
    events = small_copy.folder / "events"
    events.rename(tmp_path / "events")
    events.symlink_to(tmp_path / "events")
    with pytest.raises(ForecastingError, match="expected a file in .*, got a symbolic link out of it"):
        read_record(small_copy.folder)


@pytest.mark.parametrize("kind", NO_FILE)
def test_a_lock_that_is_no_file_is_refused_and_a_left_one_is_taken_over(tmp_path, kind):
    (tmp_path / "here").mkdir()
    path = tmp_path / "here" / ".lock"
    put(kind, path)
    if kind == "sparse":  # a file, whatever its length: it is cut to the number of the process
        with bounded(), locked(path.parent, wait=0.0):
            assert path.stat().st_size < 20
        return
    with bounded(), pytest.raises(ForecastingError), locked(path.parent, wait=0.0):
        pass


@pytest.mark.parametrize(
    ("end", "got"),
    [
        ("9999-12-31", "expected a day up to 2199-12-31, got 9999-12-31"),
        ("2199-12-31", "expected data_end at most 10 years after the last day on which somebody looked"),
        ("2036-08-31", ""),
    ],
)
def test_a_record_that_ends_in_the_far_future_is_refused(small_copy, end, got):
    small_copy.rewrite("datapackage.json", lambda old: old.replace(b"2026-08-31", end.encode(), 1))
    with bounded():
        if not got:
            assert load_history(small_copy.folder).as_of == date.fromisoformat(end)
            return
        with pytest.raises(ForecastingError) as refused:
            load_history(small_copy.folder)
    assert got in str(refused.value)


DEPTHS = "{0}a = 1\n", "[{0}a]\nb = 1\n", "x = {{ {0}a = 1 }}\n", '"q" . {0}a = 1\n', "{0}'a' = 1\n"


@pytest.mark.parametrize("form", DEPTHS)
def test_toml_is_read_to_a_depth_of_32(tmp_path, form):
    kind, path = Foreign("a table", "write one"), tmp_path / "a.toml"
    path.write_text(form.format("a. " * 30))
    assert kind.toml(path)
    path.write_text(form.format("a . " * 33))
    with pytest.raises(ForecastingError, match="expected keys of at most 32 levels, got a deeper one"):
        kind.toml(path)


def test_dots_in_a_text_or_a_comment_of_toml_are_no_depth(tmp_path):
    path = tmp_path / "a.toml"
    dots = "a." * 100
    path.write_text(f'x = \'{dots}\' # {dots}\ny = """\n{dots}\n"""\n')
    assert Foreign("a table", "write one").toml(path) == {"x": dots, "y": dots + "\n"}


def test_a_zip_whose_directory_alone_fills_the_memory_is_refused():
    with bounded(), pytest.raises(ValueError, match="got a directory of 500000 entries"):
        read_npz((b"PK\x01\x02" + b"\0" * 42) * 500_000, {"a": Form("<f8", (1,))})


OWN_FILES = {
    "cli.data", "cli.lab", "documents.card.reforms", "documents.card.risk", "documents.html", "publish.fingerprint", "publish.kernel_server",
    "publish.lab_jobs.execution", "publish.pdf", "publish.schedule.entries", "publish.takeaway", "reading.tables", "record.own_rows",
    "store.code_hash", "store.code_origin", "streams.tables",
}  # fmt: skip
"""Modules that read what the package ships, or what they have just written themselves."""
READS = ("read_text", "read_bytes", "DictReader")
PARSES = ("csv.reader", "pd.read_csv", "json.load", "tomllib.load")


def test_only_files_of_our_own_are_read_without_a_bound():
    found = set()
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_bytes())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and (called.attr in READS or ast.unparse(called) in PARSES):
                found.add(module.removeprefix("forecasting."))
    assert found - {"store.csv_rows", "record.files"} == OWN_FILES
