"""Kernel server: a process that imports everything once and forks a kernel from itself for each run.

Forking saves each run the imports (and the fitting that reports share), and isolates runs: no run sees what another
changed. Requests and replies are lines of JSON on standard input and output; when the input ends, the process and its
kernels end.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SWEEP_SECONDS = 2.0
SHARE_SECONDS = 300
IMPORTED = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.completerlib", "matplotlib_inline.backend_inline",
    "forecasting.publish.parameters", "forecasting.documents.case.report",
)  # fmt: skip


def serve() -> None:
    """Answer each request with the process id of a new kernel, until the input ends."""
    asker = os.getppid()
    # what imported modules print on standard output must not mix with the replies
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for name in IMPORTED:
        importlib.import_module(name)
    importlib.import_module("forecasting.artefacts").code_sha256()  # printed by every report
    # frozen objects are left alone by the children's garbage collector, so that their memory pages stay shared
    gc.collect()
    gc.freeze()
    print(json.dumps({"pid": os.getpid()}), file=replies, flush=True)
    # what a notebook leaves behind becomes a child of this process, in whatever session it is, and can be ended
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    own: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.get("sweep"):
            _sweep(own)
            print(json.dumps({"pid": os.getpid()}), file=replies, flush=True)
            continue
        if asked["report"]:
            _share(**asked["report"])
        if os.getppid() != asker:  # it was killed meanwhile, and its scratch folder is swept: no kernel writes there
            break
        own = _children()  # of what is shared, such as the tracker of shared memory: none is a run's
        with warnings.catch_warnings():
            # Python 3.12 and later warn of threads of libraries: Arrow's, which Arrow starts anew in a child
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            _become_kernel(asked)
        print(json.dumps({"pid": pid}), file=replies, flush=True)
        _reap()
    _sweep(own)


def _children() -> set[int]:
    """Process ids of the children of this process."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            found |= {int(pid) for pid in (task / "children").read_text(encoding="ascii").split()}
    return found


def _sweep(own: set[int]) -> None:
    """Kill the children of this process but its own, and theirs, which become its children when these have ended."""
    end = time.monotonic() + SWEEP_SECONDS
    while (left := _children() - own) and time.monotonic() < end:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        _reap()
        time.sleep(0.002)


def _share(template: str, parameters: dict[str, Any]) -> None:
    """Load what reports of this kind share; an error is ignored here, since the report itself raises it again."""
    from forecasting.publish.parameters import checked_parameters

    def late(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    with contextlib.suppress(Exception):
        signal.alarm(SHARE_SECONDS)
        checked_parameters(template, parameters).share()
    signal.alarm(0)


def _reap() -> None:
    """Collect the exit status of kernels that have ended, so that none remains as a zombie."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_kernel(asked: dict[str, Any]) -> None:
    """Run an IPython kernel in this forked child; it never returns to the loop of its parent."""
    parent = os.getppid()
    # the kernel is killed with its server
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    status = 1
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(nothing, stream)
        if os.getppid() == parent:  # the server may have died before the line above took effect
            os.chdir(asked["folder"])
            os.environ.update(asked["environment"])
            _limit_memory(asked["memory"])
            _run_kernel(asked["connection"])
            status = 0
    finally:
        os._exit(status)


def _limit_memory(grant: int | None) -> None:
    """Limit the memory of this process to `grant` bytes beyond what it has."""
    if grant is not None:
        status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        held = next(1024 * int(line.split()[1]) for line in status if line.startswith("VmData:"))
        resource.setrlimit(resource.RLIMIT_DATA, (held + grant, held + grant))


def _run_kernel(connection: str) -> None:
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(["-f", connection, "--HistoryManager.enabled=False", "--IPKernelApp.parent_handle=0"])
    app.start()


if __name__ == "__main__":
    serve()
