"""Writers in processes of their own: `processes.py FOLDER` prints what became of each as JSON.

One interpreter is started and forks, so that the libraries are loaded once. A writer is killed at a chosen renaming
by an audit hook, which needs no change to what is tested.
"""

import json
import os
import resource
import signal
import sys
from datetime import date
from pathlib import Path

from bodies import issue_body, put

from forecasting.ledger import append, verify
from forecasting.store.errors import ForecastingError
from forecasting.store.lock import LOCK, locked

N_WRITERS, N_ENTRIES, N_RENAMES = 3, 4, 4
FIRST, SECOND = date(1990, 1, 1), date(1991, 1, 1)


def forked(work):
    """The process that does this work and nothing else."""
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return pid


def killed_at(renaming, folder):
    """A writer of two entries, killed before that renaming: the lock file of a dead process stays."""
    left = [renaming]

    def hook(event, _arguments):
        left[0] -= event == "os.rename"
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def work():
        sys.addaudithook(hook)
        append(folder, lambda chain: [issue_body(as_of=FIRST), issue_body(as_of=SECOND)], date(2026, 11, 24))

    os.waitpid(forked(work), 0)


def told(folder):
    chain = verify(folder)
    return {
        "links": len(chain.links), "faults": [str(fault) for fault in chain.faults], "notes": list(chain.notes),
        "hidden": sorted(path.name for path in folder.glob(".*")),
    }  # fmt: skip


def killed_writers(place):
    found = []
    for renaming in range(1, N_RENAMES + 1):
        folder = place / f"killed-{renaming}"
        killed_at(renaming, folder)
        before = told(folder)
        written = append(folder, lambda chain: [issue_body(["z-1999"])], date(2026, 11, 24))
        found.append({"before": before, "notes": list(written.notes), "after": told(folder)})
    return found


def several_writers(place):
    folder = place / "several"
    works = [
        lambda writer=writer: put(folder, *(issue_body([f"case-{writer}-{n}"]) for n in range(N_ENTRIES)))
        for writer in range(N_WRITERS)
    ]
    folder.mkdir()
    running, seen = [forked(work) for work in works], []
    while running:
        seen += [str(fault) for fault in verify(folder).faults]
        running = [pid for pid in running if os.waitpid(pid, os.WNOHANG)[0] == 0]
    cases = [link.entry.forecasts[0].case_id for link in verify(folder).links]
    return told(folder) | {"cases": cases, "seen": seen}


def no_room(place):
    folder = place / "full"
    put(folder, issue_body())
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        put(folder, issue_body(as_of=SECOND))
        got = ""
    except ForecastingError as error:
        got = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return told(folder) | {"got": got}


def lock_of_another(place):
    """A lock that a living process holds, and then one that was killed while it held it."""
    folder = place / "held"
    ready, begun = os.pipe()

    def work():
        with locked(folder):
            os.write(begun, b"!")
            signal.pause()

    pid = forked(work)
    os.read(ready, 1)
    try:
        with locked(folder, wait=0.1):
            got = ""
    except ForecastingError as error:
        got = str(error).replace(str(pid), "PID")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    left = (folder / LOCK).exists()
    with locked(folder, wait=0.0):
        return {"got": got, "left": left, "own": (folder / LOCK).read_text() == str(os.getpid())}


if __name__ == "__main__":
    here = Path(sys.argv[1])
    works = (killed_writers, several_writers, no_room, lock_of_another)
    print(json.dumps({work.__name__: work(here) for work in works}))
