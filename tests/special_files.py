"""What stands where a file is expected, and a limit of time and memory for whoever reads it."""

import os
import resource
import signal
from contextlib import contextmanager
from pathlib import Path

SECONDS = 10
MEGABYTES = 700
DEEP = 100_000


def written(content):
    return lambda path, _: path.write_bytes(content)


def linked(path, content):
    """A link to a sound file beside the folder."""
    other = path.parents[2] / f"outside-{path.name}"
    other.write_bytes(content)
    path.symlink_to(other)


def sparse(path, _):
    with path.open("wb") as file:
        file.truncate(5_000_000_000)


NO_FILE = {
    "pipe": lambda path, _: os.mkfifo(path),
    "zeros": lambda path, _: path.symlink_to("/dev/zero"),
    "link": linked,
    "folder": lambda path, _: path.mkdir(),
    "sparse": sparse,
}
STRANGE = {
    "deep JSON": written(b"[" * DEEP),
    "deep objects": written(b'{"a":' * DEEP),
    "huge integer": written(b'{"a":' + b"9" * 10_000 + b"}"),
    "not a number": written(b'{"data_end": NaN, "version": Infinity}'),
    "no UTF-8": written(b"\xff\xfe\x00case_id"),
    "zero bytes": written(b"\0" * 10_000),
    "deep keys": written(b"a." * 20_000 + b"a=1"),
    "long line": written(b"a," * 1_000_000),
    "unclosed": written(b'case_id\n"' + b"a\n" * 100_000),
}


def put(kind, path):
    """Put a special file in the place of one, or where there is none."""
    content = path.read_bytes() if path.is_file() else b"{}"
    path.unlink(missing_ok=True)
    (NO_FILE | STRANGE)[kind](path, content)


@contextmanager
def bounded(seconds=SECONDS, megabytes=MEGABYTES):
    """End what waits, and refuse what takes more memory: the error is the test's."""

    def late(*_):
        raise TimeoutError(f"still at work after {seconds} s")

    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGALRM, late)
    resource.setrlimit(resource.RLIMIT_AS, (own + megabytes * 1_000_000, limits[1]))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)
