"""Kernels forked by a server process, for `jupyter_client`; servers are started once and reused."""

import asyncio
import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Any as AnyTrait

from forecasting.store.scratch import LIBRARIES, library_folders, scratch

LONGEST_END = 5.0


class ForkedKernel:
    """Kernel process with the interface of `Popen`; it is a child of its server, not of this process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        # this process is not the kernel's parent and cannot wait for it; a pidfd is readable once the process has ended
        try:
            self._exit: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._exit = None

    def poll(self) -> int | None:
        """None while it runs, -1 after it has ended: the exit status is known to its parent only."""
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
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)


class KernelServer:
    """The process that forks kernels, started on first use and restarted if it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._own = ExitStack()

    def fork(self, request: dict[str, Any]) -> ForkedKernel:
        """A new kernel for a request; `RuntimeError` if no process can be started."""
        for _ in range(2):
            if self._process is None or self._process.poll() is not None:
                self.close()
                self._start()
            try:
                return ForkedKernel(self._asked(json.dumps(request)))
            except (OSError, ValueError):
                self.close()
        raise RuntimeError("expected a kernel, got no process; see whether memory or processes are used up")

    def sweep(self) -> None:
        """End every process that a run has left behind, in whatever session; the server remains."""
        if self._process is not None and self._process.poll() is None:
            try:
                self._asked(json.dumps({"sweep": True}))
            except (OSError, ValueError):
                self.close()

    def close(self) -> None:
        """End the process, its kernels, and what they have left behind."""
        if self._process is not None:
            with contextlib.suppress(OSError):  # the end of its input tells it to end what it has started, then itself
                assert self._process.stdin is not None
                self._process.stdin.close()
            try:
                self._process.wait(LONGEST_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None
        self._own.close()

    def _start(self) -> None:
        command = [sys.executable, "-m", "forecasting.publish.kernel_server"]
        folder = self._own.enter_context(scratch())
        environment = {**os.environ, **library_folders(folder), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
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
    """Idle servers: each run takes one and returns it, so that concurrent runs do not wait for each other."""

    def __init__(self) -> None:
        self._resting: list[KernelServer] = []
        atexit.register(self.close)

    @contextmanager
    def one(self) -> Iterator[KernelServer]:
        server = self._resting.pop() if self._resting else KernelServer()
        try:
            yield server
        finally:
            server.sweep()
            self._resting.append(server)

    def close(self) -> None:
        while self._resting:
            self._resting.pop().close()


SERVERS = _Servers()


class ForkedProvisioner(LocalProvisioner):
    """Provisioner that starts the kernel by a fork of the manager's server."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel; the command that would start an ordinary one is not used."""
        del cmd
        manager = self.parent
        request = {
            **manager.request,
            "connection": manager.connection_file,
            "folder": kwargs.get("cwd") or os.getcwd(),  # noqa: PTH109
            "environment": {k: v for k, v in (kwargs.get("env") or {}).items() if k not in LIBRARIES},
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
    """Manager of a kernel forked by a `KernelServer`."""

    provisioner: Any = None
    server = AnyTrait()
    request = AnyTrait()

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = ForkedProvisioner(kernel_id="", kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)
