"""Several writers, writers that die, and disks without room: the ledger stays sound, and says what happened."""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bodies import issue_body, put

from forecasting.ledger import verify
from forecasting.store.errors import UsageError
from forecasting.store.lock import LOCK, locked


@pytest.fixture(scope="module")
def came(tmp_path_factory):
    script = Path(__file__).with_name("processes.py")
    place = tmp_path_factory.mktemp("writers")
    run = subprocess.run(
        [sys.executable, str(script), str(place)], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_writer_killed_at_any_renaming_leaves_a_sound_ledger(came):
    standing = [each["before"]["links"] for each in came["killed_writers"]]
    assert standing == [0, 0, 1, 2]
    assert all(each["before"]["faults"] == [] for each in came["killed_writers"])
    assert [each["before"]["notes"] for each in came["killed_writers"]] == [
        [],
        [],
        ["000001-replay-1990-01-01-concluded-primary.json stands after -, which HEAD names: its writing goes on or was cut off"],
        ["000002-replay-1991-01-01-concluded-primary.json stands after -, which HEAD names: its writing goes on or was cut off"],
    ]  # fmt: skip
    assert all(LOCK in each["before"]["hidden"] for each in came["killed_writers"])


def test_the_next_writer_takes_over_the_lock_says_so_and_clears_up(came):
    for each, before in zip(came["killed_writers"], [0, 0, 1, 2], strict=True):
        assert re.fullmatch(r"took over the lock of process \d+ on .+ since \S+, which is gone", each["notes"][0])
        assert each["after"] == {"links": before + 1, "faults": [], "notes": [], "hidden": []}


def test_writers_at_once_all_end_up_in_the_chain_and_no_reader_sees_it_broken(came):
    several = came["several_writers"]
    assert (several["links"], several["faults"], several["hidden"]) == (12, [], [])
    assert several["seen"] == []
    assert sorted(several["cases"]) == [f"case-{writer}-{n}" for writer in range(3) for n in range(4)]


def test_a_disk_without_room_is_one_error_and_leaves_the_ledger_as_it_was(came):
    full = came["no_room"]
    assert re.fullmatch(
        r"wanted a folder that can be written; came .*full/\.?00000[12].*: File too large\. Choose another with --ledger",
        full["came"],
    )
    assert (full["links"], full["faults"], full["hidden"]) == (1, [], [])


def test_a_lock_that_is_held_is_waited_for_and_then_told(came):
    held = came["lock_of_another"]
    assert re.fullmatch(
        rf"wanted \S+held for one writer; came the lock of process PID on {re.escape(platform.node())} since \S+\. "
        r"Wait for it, or delete \S+\.lock if no such process runs",
        held["came"],
    )
    assert held["note"].startswith("took over the lock of process PID on ")


@pytest.mark.parametrize(
    ("content", "owner"),
    [
        (b"x", "an unknown process"),
        (b"", "an unknown process"),
        (b'{"pid": 1, "host": "elsewhere", "start": "1", "since": "2026"}', "process 1 on elsewhere since 2026"),
    ],
)
def test_a_lock_whose_owner_cannot_be_asked_is_not_taken_over(tmp_path, content, owner):
    (tmp_path / LOCK).write_bytes(content)
    with (
        pytest.raises(UsageError, match=f"came the lock of {owner}. Wait for it, or delete"),
        locked(tmp_path, wait=0.1),
    ):
        pass
    assert (tmp_path / LOCK).read_bytes() == content


def test_a_lock_lost_to_another_is_noticed_and_left_alone(tmp_path):
    with locked(tmp_path) as lock:
        lock.require_held()
        (tmp_path / LOCK).write_bytes(b"another")
        with pytest.raises(UsageError, match="Nothing was written: try again"):
            lock.require_held()
    assert (tmp_path / LOCK).read_bytes() == b"another"


def test_a_lock_is_removed_whatever_happens(tmp_path):
    with pytest.raises(UsageError):
        put(tmp_path, issue_body(["../x"]))
    put(tmp_path, issue_body())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000001-replay-2000-01-01-concluded-primary.json",
        "HEAD",
    ]
    assert verify(tmp_path).faults == ()
