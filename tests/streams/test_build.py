"""The store and what is built of it: read once, replaced, resumed, whole or not at all; cases to look at; bad input."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from calling import call
from event_rows import daily_file, gdelt, icews, write

from forecasting.features import feature_table
from forecasting.store.errors import ForeignFileError, LeakageError, UsageError
from forecasting.streams import store as stores
from forecasting.streams.build import build
from forecasting.streams.case_days import read_days
from forecasting.streams.joining import event_features
from forecasting.streams.spark import require_answer, require_java
from forecasting.streams.store import open_store, rejects_of

CASE = "new-start-post-expiry-2026"
LAGGING = "israel-opacity-understanding-1969"
FIRST = date(2026, 2, 10)


@pytest.fixture
def files(tmp_path):
    return [daily_file(tmp_path, FIRST + timedelta(days=k), n=k + 1) for k in range(3)]


_plain = stores.plain_text


@pytest.fixture
def built(history, tmp_path):
    """Build from files, for one case and day, into one folder; what became of each file."""
    out = tmp_path / "out" / "features.parquet"

    def ask(*paths, days=((CASE, FIRST),), **options):
        return {one.name: one.became for one in build(history, paths, out, days=days, **options).added}

    ask.out = out
    return ask


def test_a_file_is_read_once_and_a_corrected_one_replaces_its_rows(files, added, monkeypatch):
    assert set(added(*files[:2]).values()) == {"added"} and added.events() == 3
    read = []
    monkeypatch.setattr(stores, "plain_text", lambda file, *rest: read.append(file.name) or _plain(file, *rest))
    assert list(added(*files).values()) == ["unchanged", "unchanged", "added"]
    assert read == ["20260212.export.CSV"] and added.events() == 6
    daily_file(files[0].parent, FIRST, n=5)
    assert added(files[0]) == {"20260210.export.CSV": "replaced"} and added.events() == 5 + 2 + 3
    assert len(list((added.folder / "events").iterdir())) == 3


def test_a_run_that_stops_in_the_middle_goes_on_there(files, added, monkeypatch):
    def stopped(file, *rest):
        if file.name.startswith("20260211"):
            raise KeyboardInterrupt
        return _plain(file, *rest)

    monkeypatch.setattr(stores, "plain_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        added(*files)
    (added.folder / "events" / ".new").write_bytes(b"half")
    monkeypatch.setattr(stores, "plain_text", _plain)
    assert list(added(*files).values()) == ["unchanged", "added", "added"] and added.events() == 6
    assert not (added.folder / "events" / ".new").exists() and not (added.folder / ".text").exists()


def test_added_day_by_day_or_all_at_once_the_tables_are_the_same(files, built, history, tmp_path):
    for path in reversed(files):
        built(path, days=None, months=built.out.with_name("months.parquet"))
    other = tmp_path / "other" / "features.parquet"
    build(history, files, other, months=other.with_name("months.parquet"))
    for name in ("features.parquet", "months.parquet"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(other.with_name(name)), pd.read_parquet(built.out.with_name(name)), check_exact=True
        )
    assert pd.read_parquet(other.with_name("months.parquet"))["n"].tolist() == [6]


def test_features_stand_beside_those_of_the_record_and_are_missing_where_no_file_reaches(
    files, built, history, tmp_path
):
    asked = tmp_path / "days.csv"
    asked.write_text(f"case_id,as_of\n{CASE},2026-02-12\n{CASE},2026-02-11\nsalt2-observance-1979,2026-02-12\n")
    days = read_days(asked, history)
    built(*files, days=days)
    landmarks = [days[1], days[0], (CASE, date(2026, 3, 1))]
    found = event_features(landmarks, built.out)
    assert found["quiet"].tolist()[:2] == [0.0, 0.0] and found.loc[2].isna().all()
    assert found["n_30"].isna().all()  # three days of files are no thirty days
    beside = pd.concat([feature_table(history.dossiers(), landmarks), found], axis=1)
    assert len(beside) == 3 and beside["bilateral"].tolist() == [1.0, 1.0, 1.0]


def test_a_day_that_is_not_one_of_the_case_is_refused_with_its_row(history, tmp_path):
    asked = tmp_path / "days.csv"
    for line, said in (
        (f"{CASE},1990-01-01", "row 2: expected a case and a day on which it was known"),
        ("no-case,2026-02-12", "row 2: expected a case"),
        (f"{CASE},2099-01-01", "row 2: .*2026-08-31"),
    ):
        asked.write_text(f"case_id,as_of\n{line}\n")
        with pytest.raises(ForeignFileError, match=said):
            read_days(asked, history)
    asked.write_text("case,day\n")
    with pytest.raises(ForeignFileError, match="expected the columns case_id,as_of, got case,day"):
        read_days(asked, history)
    assert issubclass(LeakageError, UsageError)


def test_two_files_of_one_day_that_disagree_are_named_and_nothing_is_written(files, added):
    added(files[0])
    other = files[0].parent / "correction.CSV"
    write(other, "gdelt1", [gdelt(20260210001, 20260210, "USA", "RUS", act="190")])
    with pytest.raises(UsageError, match="got 1 of 20260210.export.CSV that disagree, such as 20260210001; leave one"):
        added(other)
    write(other, "gdelt1", [gdelt(20260210001, 20260210, "USA", "RUS")])
    with pytest.raises(UsageError, match="got 1 of 20260210.export.CSV alike"):
        added(other)
    assert added.events() == 1
    write(other, "gdelt1", [gdelt(20260210900, 20260210, "USA", "RUS")])
    assert added(other) == {"correction.CSV": "added"}  # other events of the same day


def test_two_files_of_one_name_are_named(files, built, tmp_path):
    (again := tmp_path / "again").mkdir()
    shutil.copy(files[0], again)
    with pytest.raises(UsageError, match="expected each file once, got .* which have one name"):
        built(files[0], again / files[0].name)
    assert not built.out.parent.exists()


def test_another_format_in_one_store_is_refused(files, added, tmp_path):
    added(files[0])
    tab = write(tmp_path / "a.tab", "icews", [icews(1, "2026-02-10", "United States", "Russian Federation")])
    with pytest.raises(UsageError, match="expected files of gdelt1, which .* holds, got icews"):
        added(tab)
    with pytest.raises(ForeignFileError, match="expected GDELT 1.0 with 58 columns, got ICEWS"):
        added(files[1], tab)


def test_files_read_with_other_tables_are_asked_for_again(files, added, monkeypatch):
    added(*files)
    monkeypatch.setattr(stores, "tables_sha256", lambda: "other")
    with pytest.raises(UsageError, match="tables of codes or the record's parties have changed, got none of 2"):
        added(files[0])
    assert set(added(*files).values()) == {"added"} and added.events() == 6


def test_rejects_lie_in_a_file_of_their_own(added, tmp_path):
    rows = [gdelt(1, 20260210, "USA", "RUS"), gdelt(2, 0, "USA", "RUS"), "1\t2"]
    added(write(tmp_path / "a.CSV", "gdelt1", rows))
    store = open_store(added.folder)
    kept = pd.read_csv(rejects_of(store, "a.CSV"))
    assert kept["reason"].tolist() == ["no event date", "2 columns"] and kept["line"].tolist() == [2, 3]
    assert store.listed.files["a.CSV"].counts.rejects == {"2 columns": 1, "no event date": 1}


def test_a_broken_file_among_others_stops_before_any_is_read(files, built):
    files[2].write_bytes(files[2].read_bytes()[:100])
    with pytest.raises(ForeignFileError, match="got a broken one"):
        built(*files)
    assert not built.out.parent.exists()


def test_a_folder_that_cannot_be_written_is_named(files, history, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="expected a folder that can be written"):
        build(history, files, tmp_path / "file" / "features.parquet")


def test_no_files_and_no_store_are_asked_for(built):
    with pytest.raises(UsageError, match="expected event files, or a store that holds some"):
        built()
    assert not built.out.parent.exists()


def test_days_before_any_case_was_known_are_none(built, tmp_path):
    old = write(tmp_path / "a.CSV", "gdelt1", [gdelt(1, 19000102, "USA", "RUS")])
    with pytest.raises(UsageError, match="expected days of cases on which the files cover something, got none"):
        built(old, days=[])


def test_a_file_without_features_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ForeignFileError, match="expected the columns case_id and as_of first, got a"):
        event_features([(CASE, FIRST)], tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"x")
    with pytest.raises(ForeignFileError, match="expected a Parquet file of features"):
        event_features([(CASE, FIRST)], tmp_path / "b.parquet")


def test_the_command_builds_and_says_what_became_of_each_file(files, tmp_path, capsys):
    out = tmp_path / "o" / "f.parquet"
    assert call("streams", "build", *files[:2], out=out, format="gdelt1") == 0
    said = capsys.readouterr().out
    assert "20260211.export.CSV: added; 2 rows, 2 events between parties; rejects: none" in said
    assert call("streams", "build", out=out, json=True) == 0
    assert json.loads(capsys.readouterr().out)["files"] == []
    with pytest.raises(UsageError, match="expected --engine duckdb, or --engine pyspark with --master, got pyspark"):
        call("streams", "build", *files, out=out, engine="pyspark")
    with pytest.raises(UsageError, match="expected --format as one of gdelt1"):
        call("streams", "build", *files, out=out, format="gdelt3")


def test_the_doctor_tells_of_each_file_and_writes_nothing(files, tmp_path, capsys):
    (empty := tmp_path / "empty.CSV").write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))
    assert call("streams", "doctor", files[1], empty) == 1
    said = capsys.readouterr().out
    assert "GDELT 1.0 (gdelt1); 2 rows, 2 events between parties; rejects: none" in said
    assert "events of 2026-02-11 to 2026-02-11, known 2026-02-11 to 2026-02-11" in said
    assert "actors: RUS 2, USA 2" in said and f"{empty}: expected an event file" in said
    assert call("streams", "doctor", files[1], json=True) == 0
    assert json.loads(capsys.readouterr().out)[0]["format"] == "gdelt1"
    assert sorted(tmp_path.rglob("*")) == before


def test_java_and_an_address_are_asked_for(monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(UsageError, match="expected Java with --engine pyspark, got none at /nowhere/bin/java; install"):
        require_java()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="expected Java with --engine pyspark, got none; install a Java runtime"):
        require_java()
    with pytest.raises(UsageError, match="expected --master as spark://host:port"):
        require_answer("spark://host")


def test_a_master_that_is_not_there_is_named_before_anything_is_read(files, built):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{held.getsockname()[1]}"  # bound, and nobody listens
        with pytest.raises(UsageError, match="expected an answer of the Spark master .* within 60 s, got none"):
            built(*files, master=master)
    assert not built.out.parent.exists()


@pytest.mark.long
def test_a_master_that_never_answers_is_named(files, tmp_path):
    """In a process of its own: what waits for the master there ends with it."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        master = f"spark://127.0.0.1:{silent.getsockname()[1]}"
        command = [
            sys.executable,
            "-m",
            "forecasting",
            "streams",
            "build",
            *files,
            "--out",
            tmp_path / "o" / "f.parquet",
        ]
        command += ["--engine", "pyspark", "--master", master]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2 and not (tmp_path / "o").exists()
    last = ran.stderr.splitlines()[-1]
    assert last.startswith(f"UsageError: expected an answer of the Spark master {master} within 60 s, got none; see")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_builds_the_tables_of_duckdb(files, built, history, tmp_path):
    built(*files, days=None, months=built.out.with_name("months.parquet"))
    here = [pd.read_parquet(built.out.with_name(name)) for name in ("features.parquet", "months.parquet")]
    built(days=None, months=built.out.with_name("months.parquet"), master="local[2]")
    for name, mine in zip(("features.parquet", "months.parquet"), here, strict=True):
        theirs = pd.read_parquet(built.out.with_name(name))
        pd.testing.assert_frame_equal(mine, theirs, rtol=1e-12, check_dtype=False)


@pytest.mark.long
def test_a_run_that_is_interrupted_goes_on_when_it_is_run_again(tmp_path):
    """The process itself, stopped by the signal of the keyboard once its first file is in the store."""
    paths = [daily_file(tmp_path, FIRST + timedelta(days=k), n=30_000) for k in range(6)]
    out = tmp_path / "out" / "features.parquet"
    command = [sys.executable, "-m", "forecasting", "streams", "build", *paths, "--out", out]
    heeds = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}  # a job in the background ignores it
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **heeds) as running:
        listing = Path(f"{out}.store") / stores.LIST
        while not listing.exists() and running.poll() is None:
            pass
        running.send_signal(signal.SIGINT)
        assert running.wait(60) != 0
    assert not out.exists()
    n_kept = len(open_store(Path(f"{out}.store")).listed.files)
    assert 0 < n_kept < 6
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    became = [one["became"] for one in json.loads(again.stdout)["files"]]
    assert became == ["unchanged"] * n_kept + ["added"] * (6 - n_kept)
