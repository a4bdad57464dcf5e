"""Training writes one artefact, whole and of the right day, or says why not and leaves nothing."""

import os
import re
import threading
from pathlib import Path

import pytest

from forecasting import fit_models
from forecasting.artefacts import save, train
from forecasting.store.errors import InsufficientHistoryError, UsageError

RATE = ("base_rate",)


def test_training_again_finds_what_is_there_and_leaves_it(history, rate):
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (rate, *rate.iterdir())}
    again = train(history, RATE, artefacts=rate.parent)
    assert (again.key, again.folder, again.already) == (rate.name, rate, True)
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (rate, *rate.iterdir())} == before
    assert list(rate.parent.iterdir()) == [rate]


def test_two_trainers_at_once_write_one_artefact(history, rate, tmp_path):
    fitted = fit_models(history, RATE)
    start, results = threading.Barrier(4), []

    def write():
        start.wait()
        results.append(save(fitted, history, tmp_path / "artefacts"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.already for result in results) == [False, True, True, True]
    assert [path.name for path in (tmp_path / "artefacts").iterdir()] == [rate.name]
    for path in rate.iterdir():
        assert (tmp_path / "artefacts" / rate.name / path.name).read_bytes() == path.read_bytes()


def test_nothing_is_left_where_training_stops_on_the_way(history, tmp_path, monkeypatch):
    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError) as error:
        train(history, RATE, artefacts=tmp_path)
    assert re.fullmatch(
        rf"expected a folder that can be written, got {tmp_path}/\.\w+\.\w+/models\.json: No space left on device; "
        "choose another with --artefacts",
        str(error.value),
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused(history, tmp_path):
    (tmp_path / "file").write_text("")
    for place, reason in (
        (tmp_path / "file", "File exists"),
        (tmp_path / "file" / "deep", "Not a directory"),
        (Path("/proc/artefacts"), "No such file or directory"),
    ):
        with pytest.raises(UsageError) as error:
            train(history, RATE, artefacts=place)
        assert str(error.value) == (
            f"expected a folder that can be written, got {place}: {reason}; choose another with --artefacts"
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_refused(history, tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(UsageError, match=r"^expected a folder that can be written, got .*: Permission denied; choose"):
        train(history, RATE, artefacts=tmp_path)


def test_models_of_another_day_are_not_written_as_of_this_one(history, tmp_path):
    fitted = fit_models(history.at(history.as_of.replace(day=1)), RATE)
    with pytest.raises(
        UsageError, match="^expected models fitted on 2026-08-31, got models of 2026-08-01; fit them again$"
    ):
        save(fitted, history, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_too_little_history_trains_nothing(history, tmp_path):
    early = history.at(history.as_of.replace(year=1900))
    with pytest.raises(InsufficientHistoryError):
        train(early, RATE, artefacts=tmp_path)
    assert list(tmp_path.iterdir()) == []
