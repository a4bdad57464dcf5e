"""An existing Spark cluster as the engine; requires the extra `[spark]` and Java."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from forecasting.store.errors import UsageError, error_words, first_line

SECONDS: Final = 60.0
LOCAL: Final = "local"
STANDALONE: Final = "spark://"


@contextmanager
def spark(master: str, seconds: float = SECONDS) -> Iterator[Any]:
    """Spark through ibis.

    Parameters
    ----------
    master
        Address of the cluster, such as `spark://host:7077`, or `local[2]` for this machine.
    seconds
        Longest time to wait for its answer.

    Raises
    ------
    UsageError
        The master does not answer in time, or PySpark or Java is missing.
    """
    require_answer(master, seconds)
    require_pyspark()
    require_java()
    session = _session(master, seconds)
    try:
        yield ibis.pyspark.connect(session)
    finally:
        session.stop()


def collected(cluster: Any, expression: ir.Table) -> pa.Table:
    """Rows of an expression on a cluster; straight to Arrow, since ibis 12 and PySpark 4.0 go through an old pandas.

    Parameters
    ----------
    cluster
        From `spark`.
    expression
        Of its tables.
    """
    return cluster._session.sql(cluster.compile(expression)).toArrow()


def require_pyspark() -> None:
    """Raise `UsageError` unless PySpark is installed."""
    if find_spec("pyspark") is None:
        raise UsageError('expected PySpark with --engine pyspark, got none; pip install "forecasting[spark]"')


def require_java() -> None:
    """Raise `UsageError` unless Java is there."""
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else None
    found = java.is_file() if java else shutil.which("java") is not None
    if not found:
        raise UsageError(
            f"expected Java with --engine pyspark, got none{f' at {java}' if java else ''}; install a Java runtime "
            "or set JAVA_HOME to one"
        )


def require_answer(master: str, seconds: float = SECONDS) -> None:
    """Raise `UsageError` unless one of the addresses of a standalone master can be reached.

    Examples
    --------
    >>> require_answer("local[2]")
    """
    if not master.startswith(STANDALONE):
        return
    said = ""
    for address in master.removeprefix(STANDALONE).split(","):
        host, _, port = address.partition(":")
        if not port.isdecimal():
            raise UsageError(f"expected --master as spark://host:port, got {master!r}; give its port")
        try:
            socket.create_connection((host, int(port)), timeout=seconds).close()
            return
        except OSError as error:
            said = error_words(error)
    raise silent(master, seconds, said)


def silent(master: str, seconds: float, said: str = "") -> UsageError:
    """The error for a master that does not answer."""
    why = f" ({said})" if said else ""
    return UsageError(
        f"expected an answer of the Spark master {master} within {seconds:.0f} s, got none{why}; see that it runs, or "
        "leave --engine out to work on this machine"
    )


def _session(master: str, seconds: float) -> Any:
    """A session; started in a thread, since a master that is reached but never answers holds it for minutes."""
    from pyspark.sql import SparkSession

    found: list[Any] = []

    def start() -> None:
        try:
            builder = SparkSession.builder.master(master).appName("forecasting streams")
            settings = {
                "spark.sql.session.timeZone": "UTC",
                "spark.ui.showConsoleProgress": "false",
                "spark.log.level": "ERROR",
            }
            for name, value in settings.items():
                builder = builder.config(name, value)
            found.append(builder.getOrCreate())
        except Exception as error:  # told by the thread that waits
            found.append(error)

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    # there is no master to wait for where this process is the cluster, however long Java takes to start
    thread.join(None if master.startswith(LOCAL) else seconds)
    if not found:
        raise silent(master, seconds)
    if isinstance(found[0], Exception):
        raise silent(master, seconds, first_line(found[0]))
    return found[0]
