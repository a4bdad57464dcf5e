"""Work on a cluster: the same numbers to the bit, nothing lost with a worker; requests that cannot be answered."""

import os
import signal
import socket
import threading
from contextlib import contextmanager
from datetime import date

import numpy as np
import pandas as pd
import pytest
from calling import call

from forecasting.backtest import backtest
from forecasting.backtest.jobs import map_in_jobs
from forecasting.backtest.multiverse.run import multiverse
from forecasting.store.errors import UsageError
from forecasting.store.executor import executor, pool

MODELS = ("base_rate", "primary")
YEARS = ("1985", "1986", "1987")


def test_an_executor_and_its_address_belong_together():
    for name, address in (("dask", None), ("local", "tcp://x:1"), ("ray", None)):
        said = f"expected --executor local, or dask with --address, got {name}"
        with pytest.raises(UsageError, match=said), executor(name, address):
            pass


def test_the_commands_take_an_executor(tmp_path):
    for command in (("backtest", "--design", "rolling"), ("multiverse",), ("report", "--all", "--out", tmp_path)):
        with pytest.raises(UsageError, match="expected --executor local, or dask with --address, got ray"):
            call(*command, executor="ray")


def test_here_work_runs_in_this_process():
    with executor(jobs=3) as jobs, pool(jobs) as threads:
        assert jobs == 3 and threads.submit(os.getpid).result() == os.getpid()


@contextmanager
def cluster():
    """Two workers in processes of their own."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, protocol="tcp"
    ) as made:
        yield made


def slowly(items):
    """Squares, and which process made them."""
    import time

    found = []
    for item in items:
        time.sleep(0.2)
        found.append((item * item, os.getpid()))
    return found


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_gives_the_same_bits_and_loses_nothing_with_a_worker(history, tmp_path):
    here = backtest(history, "rolling", only=YEARS, models=MODELS)
    past = history.at(date(1982, 1, 1))
    alone = multiverse(past, ["salt2-observance-1979"], n=30)
    with cluster() as made:
        with executor("dask", made.scheduler_address) as jobs:
            there = backtest(history, "rolling", jobs=jobs, only=YEARS, models=MODELS)
            spread = multiverse(past, ["salt2-observance-1979"], n=30, jobs=jobs)
            assert jobs == 2
        for model, values in here.probabilities.items():
            np.testing.assert_array_equal(there.probabilities[model], values)
        pd.testing.assert_frame_equal(spread.table, alone.table, check_exact=True)
        pd.testing.assert_frame_equal(spread.decisions, alone.decisions, check_exact=True)
        assert spread.points == alone.points

        assert call(
            *("report", "--template", "data-quality", "--out", tmp_path / "there"),
            executor="dask", address=made.scheduler_address,
        ) == 0  # fmt: skip
        assert call("report", "--template", "data-quality", "--out", tmp_path / "here") == 0
        sidecars = [sorted((tmp_path / place).rglob("*.json")) for place in ("here", "there")]
        assert len(sidecars[0]) == len(sidecars[1]) > 0

        workers = [worker.pid for worker in made.workers.values()]
        threading.Timer(1.0, os.kill, (workers[0], signal.SIGKILL)).start()
        with executor("dask", made.scheduler_address):
            done = map_in_jobs(slowly, range(40), 20)
        assert [value for value, _ in done] == [item * item for item in range(40)]
        assert len({pid for _, pid in done}) >= 2


@pytest.mark.long
def test_a_scheduler_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("forecasting.store.executor.SECONDS", 2)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        said = "expected an answer of the Dask scheduler .* within 2 s, got none"
        with pytest.raises(UsageError, match=said), executor("dask", address):
            pass
