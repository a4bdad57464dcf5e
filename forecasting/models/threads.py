"""One BLAS thread for small linear algebra: more threads cost time and change the last digits between machines."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator that limits BLAS to one thread while the function runs, whatever the caller or the machine set.

    Parameters
    ----------
    function : callable
        Function with linear algebra in it.

    Returns
    -------
    callable
        The function with the same signature; the earlier number of threads is restored when it returns.

    Examples
    --------
    >>> one_thread(lambda x: x + 1)(1)
    2
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


@cache
def _controller() -> ThreadpoolController:
    # Finding the loaded BLAS libraries is slow beside a small solve, so it is done once.
    return ThreadpoolController()
