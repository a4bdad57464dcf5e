"""Papermill engine whose kernels are forked from a process with all imports done: `papermill --engine forecasting`."""

import asyncio
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from traitlets.config import Config

from forecasting.publish.kernels import SERVERS, ForkedKernelManager, KernelServer
from forecasting.store.errors import first_line
from forecasting.store.scratch import scratch, spare_the_home

spare_the_home()

with warnings.catch_warnings():
    # papermill's own imports warn of deprecations, which are not those of a user's notebook
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook
    from papermill.iorw import load_notebook_node
    from papermill.log import logger
    from papermill.parameterize import parameterize_notebook

ENGINE = "forecasting"
CellError = PapermillExecutionError
FORKS = sys.platform == "linux"


class RunError(RuntimeError):
    """A run that its kernel did not finish; `notebook` is the notebook as far as it was executed."""

    def __init__(self, said: str, notebook: Any) -> None:
        super().__init__(said)
        self.notebook = notebook


@dataclass(frozen=True)
class Limits:
    """Limits of a run.

    Parameters
    ----------
    cell_seconds
        Longest time of a cell, in seconds.
    run_seconds
        Longest time of the run, in seconds.
    memory
        Memory beyond that of the imported libraries, in bytes; None: no limit.

    Examples
    --------
    >>> Limits(run_seconds=60)
    Limits(cell_seconds=120, run_seconds=60, memory=4294967296)
    """

    cell_seconds: int = 120
    run_seconds: int = 600
    memory: int | None = 4 * 2**30


def execute(source: Path, executed: Path, template: str, values: dict[str, Any], limits: Limits) -> None:
    """Run a template with its parameters in a forked kernel.

    Parameters
    ----------
    source, executed : Path
        Path of the template's notebook, and that of the executed notebook to be written.
    template : str
        Name of the template, by which the kernel server loads what reports share.
    values : dict
        Values of its parameters.
    limits : Limits
        Limits of time and memory.

    Raises
    ------
    CellError
        A cell raises; `executed` then holds the notebook as far as it was executed.
    RunError
        The kernel dies, or a cell or the run exceeds its time.
    """
    execute_notebook(
        source,
        executed,
        values,
        engine_name=ENGINE,
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,
        report={"template": template, "parameters": values},
        limits=limits,
    )


def parameterized(source: Path, values: Mapping[str, Any]) -> NotebookNode:
    """The notebook of a template with a cell that sets its parameters to these values, as `execute` runs it."""
    return parameterize_notebook(load_notebook_node(str(source)), dict(values))


class ForkEngine(Engine):
    """Engine that executes a notebook in a forked kernel within limits (of memory on Linux only, where it can fork).

    `report`, a template and its parameters, lets the kernel server load what reports of that kind share.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        report: dict[str, Any] | None = None,
        limits: Limits | None = None,
        execution_timeout: int | None = None,
        start_timeout: int = 60,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        **_: Any,
    ) -> Any:
        """Execute the cells; `RunError` if the kernel dies, or a cell or the run exceeds its time."""
        limits = limits or Limits()
        with scratch() as folder, SERVERS.one() as server:
            manager = _manager(kernel_name, str(folder), server, {"report": report, "memory": limits.memory})
            client = PapermillNotebookClient(
                nb_man,
                km=manager,
                kernel_name=kernel_name,
                timeout=execution_timeout or limits.cell_seconds,
                startup_timeout=start_timeout,
                shutdown_kernel="immediate",
                log=logger,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
            )
            client.owns_km = True
            with _ended_after(limits.run_seconds, manager) as late:
                try:
                    return client.execute()
                except (RuntimeError, TimeoutError, OSError) as error:
                    too_long = f"a run of more than {limits.run_seconds} seconds; it was ended"
                    raise RunError(too_long if late.is_set() else first_line(error), nb_man.nb) from None
                finally:
                    _close_loop()


def _manager(kernel_name: str, folder: str, server: KernelServer, request: dict[str, Any]) -> AsyncKernelManager:
    """The manager of a forked kernel, or of an ordinary one on systems other than Linux."""
    place = {"transport": "ipc", "ip": f"{folder}/k"} if os.name == "posix" else {}
    asked = {"kernel_name": kernel_name, "connection_file": f"{folder}/kernel.json"}
    if not FORKS:
        return AsyncKernelManager(config=Config({"AsyncKernelManager": place}), **asked)
    config = Config({"ForkedKernelManager": place})
    return ForkedKernelManager(config=config, server=server, request=request, **asked)


def _close_loop() -> None:
    """Close the event loop that the client made in a worker thread; that of the main thread stays open."""
    if threading.current_thread() is not threading.main_thread():
        loop = ensure_event_loop()
        waiting = asyncio.all_tasks(loop)
        for task in waiting:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        loop.close()


@contextmanager
def _ended_after(seconds: float, manager: Any) -> Iterator[threading.Event]:
    """Kill the manager's kernel once the time has passed; the event is set if that happened."""
    late = threading.Event()

    def end() -> None:
        late.set()
        if manager.provisioner is not None and manager.provisioner.process is not None:
            manager.provisioner.process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


papermill_engines.register(ENGINE, ForkEngine)
