"""Forked kernels: what one run does never reaches the next, and none outlasts or outgrows what it was given."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import nbformat
import papermill
import pytest
from papermill import PapermillExecutionError
from papermill.engines import Engine

from forecasting.publish import engine
from forecasting.publish.engine import ENGINE, SERVERS, Limits, RunError
from forecasting.store.scratch import LONGEST, PREFIX

ROOT = Path(__file__).parents[2]


def ran(folder, *sources, **options):
    """Outputs, as text, of the last of some cells that were run in a forked kernel."""
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / "cells.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)), metadata=spec), path)
    done = papermill.execute_notebook(
        path, folder / "ran.ipynb", engine_name=ENGINE, kernel_name="python3", progress_bar=False, **options
    )
    return done.cells[-1]["outputs"][0]["text"].split()


def test_what_a_run_changes_is_gone_in_the_next(tmp_path):
    dirt = """
import builtins, os, random, sys
import forecasting.record.months, matplotlib, pandas
builtins.left = forecasting.record.months.HORIZONS = "dirt"
os.environ["LEFT"] = sys.argv[0] = "dirt"
pandas.set_option("display.max_rows", 7); matplotlib.rcParams["font.size"] = 99
os.chdir("/"); sys.modules["json"] = None; random.seed(1)
kept = 1
print(os.getpid(), os.getppid())
"""
    look = """
import os, json, forecasting.record.months, matplotlib, pandas
print(os.getpid(), os.getppid(), "left" in dir(__builtins__), "kept" in globals(), os.environ.get("LEFT"),
      len(forecasting.record.months.HORIZONS), pandas.get_option("display.max_rows"), matplotlib.rcParams["font.size"], os.getcwd())
"""
    first = ran(tmp_path, dirt)
    second = ran(tmp_path, look)
    assert second[2:] == ["False", "False", "None", "6", "60", "10.0", str(Path.cwd())]
    assert first[0] != second[0]
    assert first[1] == second[1], "both were forked from the same process"


def test_a_cell_and_a_run_that_take_too_long_are_ended(tmp_path):
    with pytest.raises(RunError, match="^A cell timed out while it was being executed, after 1 second") as late:
        ran(tmp_path, "print('so far')", "while True: pass", limits=Limits(cell_seconds=1))
    assert late.value.notebook.cells[0].outputs[0].text == "so far\n"
    with pytest.raises(RunError, match="^a run of more than 1 seconds; it was ended$"):
        ran(tmp_path, *["import time; time.sleep(0.4)"] * 9, limits=Limits(run_seconds=1))


def test_a_kernel_that_eats_memory_is_stopped_and_the_next_has_it_again(tmp_path):
    limits = Limits(memory=300 * 2**20)
    eat = "held = []\nwhile True: held.append(bytearray(2**26))"
    with pytest.raises(PapermillExecutionError, match="MemoryError"):
        ran(tmp_path, eat, limits=limits)
    assert ran(tmp_path, "print(len(bytearray(200 * 2**20)))", limits=limits) == [str(200 * 2**20)]


@pytest.mark.long
def test_a_killed_kernel_and_a_killed_server_do_not_stop_the_next_run(tmp_path):
    with pytest.raises(RunError, match="^Kernel died$"):
        ran(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    server = int(ran(tmp_path, "import os; print(os.getppid())")[0])
    os.kill(server, signal.SIGKILL)
    assert int(ran(tmp_path, "import os; print(os.getppid())")[0]) != server


def test_the_entry_point_of_papermill_is_the_engine():
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["papermill.engine"]
    point = EntryPoint(ENGINE, points[ENGINE], "papermill.engine")
    assert point.load().execute_notebook == engine.ForkEngine.execute_notebook
    assert issubclass(engine.ForkEngine, Engine)


@pytest.mark.long
def test_plain_papermill_finds_the_engine_by_the_entry_point(tmp_path):
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["papermill.engine"]
    installed = tmp_path / "site" / "here-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: here\nVersion: 1\n")
    lines = ["[papermill.engine]", *(f"{name} = {target}" for name, target in points.items())]
    (installed / "entry_points.txt").write_text("\n".join(lines))
    cell = nbformat.v4.new_code_cell("import os; print(open(f'/proc/{os.getppid()}/cmdline').read())")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "in.ipynb")
    paths = os.pathsep.join([str(ROOT), str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "forecasting", "-k", "python3", "in.ipynb", "out.ipynb"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "forecasting.publish.kernel_server" in nbformat.read(tmp_path / "out.ipynb", 4).cells[0].outputs[0].text


def test_where_kernels_cannot_be_forked_they_start_from_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "FORKS", False)
    assert ran(tmp_path, "import os; print(os.getppid())") == [str(os.getpid())]
    with pytest.raises(RunError, match="^a run of more than 1 seconds; it was ended$"):
        ran(tmp_path, "while True: pass", limits=Limits(run_seconds=1))


def test_servers_are_used_again():
    before = len(SERVERS._resting)
    with SERVERS.one() as first:
        pass
    with SERVERS.one() as second:
        assert first is second
    assert len(SERVERS._resting) == max(before, 1)
    assert LONGEST + len(f"/{PREFIX}12345678/k-5") < 108


def test_what_a_notebook_leaves_behind_ends_with_its_run(tmp_path):
    """In a session of its own, as a daemon of a daemon; what the run itself waits for is not disturbed."""
    cell = """
import os, subprocess, sys
left = subprocess.Popen(["sleep", "986"], start_new_session=True)
deep = subprocess.Popen([sys.executable, "-c", "import subprocess; subprocess.Popen(['sleep', '987'], start_new_session=True)"])
deep.wait()
print(left.pid, subprocess.run(["echo", "done"], capture_output=True, text=True).stdout)
"""
    pid, word = ran(tmp_path, cell)
    assert word == "done"
    assert not Path(f"/proc/{pid}").exists()
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [command for command in commands if command.startswith(b"sleep\x00987")]
    assert ran(tmp_path, "print('next')") == ["next"], "and the server goes on"


def test_ipython_and_matplotlib_write_into_the_scratch_folder(tmp_path):
    folders = ran(tmp_path, "import os, matplotlib\nprint(os.environ['IPYTHONDIR'], matplotlib.get_configdir())")
    assert all(f"/{PREFIX}" in folder for folder in folders)


ASKS_AND_DIES = """
import json, os, signal, subprocess, sys, time
replies, request = sys.argv[1:]
with open(replies, "w") as file:
    server = subprocess.Popen(
        [sys.executable, "-m", "forecasting.publish.kernel_server"], stdin=subprocess.PIPE, stdout=file, text=True
    )
while not open(replies).read():
    time.sleep(0.01)
os.kill(server.pid, signal.SIGSTOP)
server.stdin.write(request + "\\n")
server.stdin.flush()
print(server.pid, flush=True)
sys.stdin.read()  # until it is killed
"""


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_server_whose_asker_was_killed_meanwhile_makes_no_kernel(is_killed, tmp_path):
    """The scratch folder of the asker is swept by the next call: a kernel would write into it again."""
    request = {"report": None, "folder": str(tmp_path), "environment": {}, "memory": None,
               "connection": str(tmp_path / "scratch" / "kernel.json")}  # fmt: skip
    replies = tmp_path / "replies"
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKS_AND_DIES, str(replies), json.dumps(request)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    server = int(asker.stdout.readline())
    if is_killed:
        asker.kill()
        asker.wait()
    os.kill(server, signal.SIGCONT)
    wanted = 1 if is_killed else 2  # that it is there, and the kernel
    until = time.monotonic() + 60
    while (there := Path(f"/proc/{server}").exists()) and len(replies.read_text().splitlines()) < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert (len(replies.read_text().splitlines()), there) == (wanted, not is_killed)
    asker.kill()
    asker.communicate()
