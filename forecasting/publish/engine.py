"""A papermill engine whose kernels are forked from a process that has imported everything: `--engine forecasting`."""

import asyncio
import os
import sys
import tempfile
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

with warnings.catch_warnings():
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
LONGEST_FOLDER = 80
FORKS = sys.platform == "linux"


class RunError(RuntimeError):
    """A run that its kernel did not finish; `notebook` holds what was executed."""

    def __init__(self, said: str, notebook: Any) -> None:
        super().__init__(said)
        self.notebook = notebook


@dataclass(frozen=True)
class Limits:
    """What a run may take: seconds for a cell and for the whole run, bytes of memory beyond the imported libraries."""

    cell_seconds: int = 120
    run_seconds: int = 600
    memory: int | None = 4 * 2**30


def execute(source: Path, executed: Path, template: str, values: dict[str, Any], limits: Limits) -> None:
    """Run a template with its parameters in a forked kernel.

    Parameters
    ----------
    source, executed : Path
        The template's notebook, and where the executed one is written.
    template : str
        Its name, by which the server knows what reports can share.
    values : dict
        Values of its parameters.
    limits : Limits
        What the run may take.

    Raises
    ------
    CellError
        Where a cell raises; `executed` then holds what was run.
    RunError
        Where the kernel dies, or a cell or the run takes too long.
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
    """The template's notebook with a cell that sets its parameters to these values, as `execute` runs it."""
    return parameterize_notebook(load_notebook_node(str(source)), dict(values))


class ForkEngine(Engine):
    """Runs a notebook in a forked kernel, within its limits; memory is limited only where kernels are forked (Linux).

    `report` (optional: its `template` and `parameters`) lets the server load what other reports can share.
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
        """Execute the cells; `RunError` where the kernel dies, or a cell or the run takes too long."""
        limits = limits or Limits()
        with _scratch() as scratch, SERVERS.one() as server:
            manager = _manager(kernel_name, scratch, server, {"report": report, "memory": limits.memory})
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
                    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
                    late_words = f"a run of more than {limits.run_seconds} seconds; it was ended"
                    raise RunError(late_words if late.is_set() else said, nb_man.nb) from None
                finally:
                    _close_loop()


def _manager(kernel_name: str, scratch: str, server: KernelServer, request: dict[str, Any]) -> AsyncKernelManager:
    """A manager of a forked kernel; where the system cannot fork kernels, of one that starts from nothing."""
    place = {"transport": "ipc", "ip": f"{scratch}/k"} if os.name == "posix" else {}
    asked = {"kernel_name": kernel_name, "connection_file": f"{scratch}/kernel.json"}
    if not FORKS:
        return AsyncKernelManager(config=Config({"AsyncKernelManager": place}), **asked)
    config = Config({"ForkedKernelManager": place})
    return ForkedKernelManager(config=config, server=server, request=request, **asked)


def _close_loop() -> None:
    """Close the event loop that the client made for a thread of its own; that of the main thread stays."""
    if threading.current_thread() is not threading.main_thread():
        loop = ensure_event_loop()
        waiting = asyncio.all_tasks(loop)
        for task in waiting:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        loop.close()


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder short enough for the path of a socket."""
    usual = tempfile.gettempdir()
    return tempfile.TemporaryDirectory(prefix="fc-", dir=usual if len(usual) <= LONGEST_FOLDER else "/tmp")


@contextmanager
def _ended_after(seconds: float, manager: Any) -> Iterator[threading.Event]:
    """Kill the manager's kernel when the time is over; the event says whether that happened."""
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
