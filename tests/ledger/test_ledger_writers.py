"""Several writers, writers that die, and disks without room: the ledger stays sound, and says what happened."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bodies import issue_body, put

from forecasting.ledger import verify
from forecasting.store.errors import UsageError
from forecasting.store.lock import LOCK


@pytest.fixture(scope="module")
def got(tmp_path_factory):
    script = Path(__file__).with_name("processes.py")
    place = tmp_path_factory.mktemp("writers")
    run = subprocess.run(
        [sys.executable, str(script), str(place)], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.long
def test_a_writer_killed_at_any_renaming_leaves_a_sound_ledger(got):
    standing = [each["before"]["links"] for each in got["killed_writers"]]
    assert standing == [0, 0, 1, 2]
    assert all(each["before"]["faults"] == [] for each in got["killed_writers"])
    assert [each["before"]["notes"] for each in got["killed_writers"]] == [
        [],
        [],
        ["000001-replay-1990-01-01-concluded-primary.json is after -, which HEAD names: its writing is under way or was interrupted"],
        ["000002-replay-1991-01-01-concluded-primary.json is after -, which HEAD names: its writing is under way or was interrupted"],
    ]  # fmt: skip
    assert all(LOCK in each["before"]["hidden"] for each in got["killed_writers"])


def test_the_next_writer_completes_what_was_cut_off_says_so_and_clears_up(got):
    assert [each["notes"] for each in got["killed_writers"]] == [
        [],
        [],
        ["completed the writing of 000001-replay-1990-01-01-concluded-primary.json, which was interrupted"],
        ["completed the writing of 000002-replay-1991-01-01-concluded-primary.json, which was interrupted"],
    ]
    for each, before in zip(got["killed_writers"], [0, 0, 1, 2], strict=True):
        assert each["after"] == {"links": before + 1, "faults": [], "notes": [], "hidden": []}


def test_writers_at_once_all_end_up_in_the_chain_and_no_reader_sees_it_broken(got):
    several = got["several_writers"]
    assert (several["links"], several["faults"], several["hidden"]) == (12, [], [])
    assert several["seen"] == []
    assert sorted(several["cases"]) == [f"case-{writer}-{n}" for writer in range(3) for n in range(4)]


def test_a_disk_without_room_is_one_error_and_leaves_the_ledger_as_it_was(got):
    full = got["no_room"]
    assert re.fullmatch(
        r"expected a folder that can be written, got .*full/\.?00000[12].*: File too large; choose another with --ledger",
        full["got"],
    )
    assert (full["links"], full["faults"], full["hidden"]) == (1, [], [])


def test_a_lock_that_is_held_is_waited_for_and_told_and_free_once_its_process_is_killed(got):
    held = got["lock_of_another"]
    assert re.fullmatch(
        r"expected one writer at a time in \S+held, got process PID at work there; wait until it has ended",
        held["got"],
    )
    assert (held["left"], held["own"]) == (True, True)


def test_a_lock_is_removed_whatever_happens(tmp_path):
    with pytest.raises(UsageError):
        put(tmp_path, issue_body(["../x"]))
    put(tmp_path, issue_body())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000001-replay-2000-01-01-concluded-primary.json",
        "HEAD",
    ]
    assert verify(tmp_path).faults == ()


def test_a_writer_that_refuses_completes_what_was_cut_off_all_the_same(tmp_path):
    put(tmp_path, issue_body())
    (tmp_path / "HEAD").write_text(f"{'0' * 64}  -\n")
    (tmp_path / LOCK).touch()
    with pytest.raises(UsageError):
        put(tmp_path, issue_body(["../x"]))
    chain = verify(tmp_path)
    assert (len(chain.links), chain.faults, chain.notes) == (1, (), ())
    assert list(tmp_path.glob(".*")) == []


def test_an_entry_after_head_without_a_writer_is_a_fault_still(tmp_path):
    put(tmp_path, issue_body())
    (tmp_path / "HEAD").write_text(f"{'0' * 64}  -\n")
    assert [fault.got for fault in verify(tmp_path).faults] == ["an extra file"]
