"""A papermill engine whose kernels are forked from a process that has imported everything: `--engine forecasting`."""

import asyncio
import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import ensure_event_loop
from traitlets import Any as AnyTrait
from traitlets.config import Config

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, papermill_engines
    from papermill.log import logger

ENGINE = "forecasting"
LONGEST_FOLDER = 80
FORKS = sys.platform == "linux"


class RunError(RuntimeError):
    """A run that its kernel did not finish; `notebook` holds what was executed."""

    def __init__(self, said: str, notebook: Any) -> None:
        super().__init__(said)
        self.notebook = notebook


class ForkedKernel:
    """A kernel process as `jupyter_client` sees it; it is a child of its server, not of this process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._exit: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._exit = None

    def poll(self) -> int | None:
        """None while it runs, -1 once it has ended."""
        if self._exit is not None:
            waiting = select.poll()
            waiting.register(self._exit, select.POLLIN)
            if not waiting.poll(0):
                return None
            os.close(self._exit)
            self._exit = None
        return -1

    def wait(self) -> int:
        """Wait until it has ended."""
        if self._exit is not None:
            waiting = select.poll()
            waiting.register(self._exit, select.POLLIN)
            waiting.poll()
        return self.poll() or -1

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and to what it started."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class KernelServer:
    """The process that forks kernels; started on first use and again if it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def fork(self, request: dict[str, Any]) -> ForkedKernel:
        """A kernel for the request; `RuntimeError` where no process can be had."""
        for _ in range(2):
            if self._process is None or self._process.poll() is not None:
                self.close()
                self._start()
            try:
                return ForkedKernel(self._asked(json.dumps(request)))
            except (OSError, ValueError):
                self.close()
        raise RuntimeError("no kernel could be started")

    def close(self) -> None:
        """End the process and its kernels."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        command = [sys.executable, "-m", "forecasting.reporting.kernel_server"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        with contextlib.suppress(ValueError):
            self._reply()

    def _asked(self, line: str) -> int:
        assert self._process is not None
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)
        return self._reply()

    def _reply(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        return int(json.loads(self._process.stdout.readline())["pid"])


class _Servers:
    """Servers at rest; each run takes one and gives it back."""

    def __init__(self) -> None:
        self._resting: list[KernelServer] = []
        atexit.register(self.close)

    @contextmanager
    def one(self) -> Iterator[KernelServer]:
        server = self._resting.pop() if self._resting else KernelServer()
        try:
            yield server
        finally:
            self._resting.append(server)

    def close(self) -> None:
        while self._resting:
            self._resting.pop().close()


SERVERS = _Servers()


@dataclass(frozen=True)
class Limits:
    """What a run may take: seconds for a cell and for the whole run, bytes of memory beyond the imported libraries."""

    cell_seconds: int = 120
    run_seconds: int = 600
    memory: int | None = 4 * 2**30


class ForkedProvisioner(LocalProvisioner):
    """Starts the kernel by a fork of the manager's server."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel; the command that would start one from nothing is not used."""
        del cmd
        manager = self.parent
        request = {
            **manager.request,
            "connection": manager.connection_file,
            "folder": kwargs.get("cwd") or os.getcwd(),  # noqa: PTH109
            "environment": kwargs.get("env") or {},
        }
        self.process = manager.server.fork(request)
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    async def wait(self) -> int:
        """Wait until the kernel has ended."""
        while self.process is not None and self.process.poll() is None:
            await asyncio.sleep(0.005)
        self.process = None
        return -1


class ForkedKernelManager(AsyncKernelManager):
    """A manager whose kernel comes from a `KernelServer`."""

    provisioner: Any = None
    server = AnyTrait()
    request = AnyTrait()

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = ForkedProvisioner(kernel_id="", kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)


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
