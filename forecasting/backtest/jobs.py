"""Parallel work, with its results in the order of the items."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from joblib import Parallel, delayed

from forecasting.store.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")


def check_jobs(jobs: int) -> None:
    """Raise `UsageError` for fewer than one job."""
    if jobs < 1:
        raise UsageError(f"expected at least one job, got {jobs}; 1 runs in this process")


def map_in_jobs(work: Callable[[Sequence[Item]], Sequence[Result]], items: Sequence[Item], jobs: int) -> list[Result]:
    """Results of the items, (n,), in their order, each process doing every `jobs`-th of them.

    `work` gets the items of one process together, so that what they share is prepared once in each.
    """
    shares = Parallel(n_jobs=jobs)(delayed(work)(items[job::jobs]) for job in range(jobs))
    return [shares[i % jobs][i // jobs] for i in range(len(items))]
