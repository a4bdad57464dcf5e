"""Where parallel work runs: in processes of this machine, or on a Dask cluster that exists."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from typing import Any, Final

from forecasting.store.errors import UsageError, first_line

EXECUTORS: Final = ("local", "dask")
SECONDS: Final = 30
MOST_AT_ONCE: Final = 64
_client: ContextVar[Any] = ContextVar("_client", default=None)


@contextmanager
def executor(name: str = "local", address: str | None = None, jobs: int = 1) -> Iterator[int]:
    """Run what joblib runs, and what `pool` takes, on a cluster while the context lasts.

    Results do not depend on it: work is cut and put together in the same way. A worker that dies costs the time of what
    it had begun, which the others do again.

    Parameters
    ----------
    name : {"local", "dask"}
        `dask` requires the extra `[scale]`.
    address : str, optional
        Of the scheduler, for `dask`, such as `tcp://host:8786`; its workers need the package, and for reports the
        folders, under the same paths.
    jobs : int
        Asked for at once.

    Yields
    ------
    int
        `jobs`; on a cluster at least the number of its threads, up to 64.

    Raises
    ------
    UsageError
        For another name, an address without `dask` or `dask` without one, and a scheduler that does not answer.

    Examples
    --------
    >>> with executor(jobs=2) as jobs:
    ...     jobs
    2
    """
    if name not in EXECUTORS or (name == "dask") != (address is not None):
        raise UsageError(
            f"expected --executor local, or dask with --address, got {name}"
            f"{'' if address is None else ' with --address'}; add or leave out --address"
        )
    if address is None:
        yield jobs
        return
    if find_spec("distributed") is None:
        raise UsageError('expected Dask with --executor dask, got none; pip install "forecasting[scale]"')
    import dask
    import joblib

    # the record goes with each share of the work: ten megabytes, of which Dask would warn
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}), _connected(address) as client:
        kept = _client.set(client)
        try:
            with joblib.parallel_config(backend="dask", client=client):
                yield max(jobs, min(sum(client.ncores().values()), MOST_AT_ONCE))
        finally:
            _client.reset(kept)


@contextmanager
def pool(jobs: int) -> Iterator[Executor]:
    """Threads of this process, or inside `executor` the workers of the cluster.

    What has not begun at the end is given up.

    Parameters
    ----------
    jobs
        Number of threads.

    Examples
    --------
    >>> with pool(2) as threads:
    ...     threads.submit(len, "abc").result()
    3
    """
    client = _client.get()
    # a report that was rendered twice is the same report, but a file that was written is not a value to be worked out
    # again: `pure` would take a second one for the first
    made: Executor = ThreadPoolExecutor(jobs) if client is None else client.get_executor(pure=False)
    try:
        yield made
    finally:
        # the threads end what they have begun; Dask has no other way to give up what waits
        made.shutdown(cancel_futures=True) if client is None else made.shutdown(wait=False)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    from distributed import Client

    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"expected an answer of the Dask scheduler {address} within {SECONDS} s, got none ({first_line(error)}); "
            "see that it runs, or leave --executor out to work on this machine"
        ) from None
    with client:
        if not client.ncores():
            raise UsageError(f"expected workers of the Dask scheduler {address}, got none; start some")
        yield client
