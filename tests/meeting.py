"""A place where a running cell waits for the test: what happens between two processes is awaited, never guessed."""

import os
import select
import subprocess
from pathlib import Path

LONGEST = 300


class Meeting:
    """Two named pipes: a cell says that it runs in one of them and waits at the other to be let go.

    Once `end` is called, cells run on without a word.
    """

    def __init__(self, folder: Path) -> None:
        self._told, self._go = folder / "told", folder / "go"
        os.mkfifo(self._told)
        os.mkfifo(self._go)
        self._ear = os.open(self._told, os.O_RDWR | os.O_NONBLOCK)

    @property
    def cell(self) -> str:
        """Source of the cell, which tells the process id of its kernel."""
        told, go = str(self._told), str(self._go)
        return (
            f"import os\nif os.path.exists({told!r}):\n"
            f"    with open({told!r}, 'w') as told:\n        told.write(str(os.getpid()))\n"
            f"    with open({go!r}) as go:\n        go.read()"
        )

    def kernel(self, process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> int:
        """Process id of the kernel whose cell has come here; fails if `process` ends before one does."""
        end = os.pidfd_open(process.pid)
        try:
            waiting = select.poll()
            waiting.register(self._ear, select.POLLIN)
            waiting.register(end, select.POLLIN)
            ready = [place for place, _ in waiting.poll(1000 * LONGEST)]
            if self._ear not in ready:
                process.kill()
                process.communicate()
                raise AssertionError(f"no cell got: {'the process ended' if ready else f'{LONGEST} seconds passed'}")
            return int(os.read(self._ear, 100))
        finally:
            os.close(end)

    def let_go(self) -> None:
        """Let the cell that waits run on."""
        with self._go.open("w"):
            pass

    def end(self) -> None:
        """Let later cells pass."""
        os.close(self._ear)
        self._told.unlink()
        self._go.unlink()
