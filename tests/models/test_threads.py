"""Small solves run on one thread, and leave the caller's threads as they were."""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_info, threadpool_limits

from forecasting.models.hazard import HazardModel
from forecasting.models.threads import one_thread


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_inside_there_is_one_thread_and_outside_as_many_as_before():
    np.ones((2, 2)) @ np.ones((2, 2))
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        assert one_thread(blas_threads)() == {1}
        assert blas_threads() == before == {2}


def test_the_hazard_model_solves_on_one_thread(monkeypatch):
    seen = []
    solve = np.linalg.solve
    monkeypatch.setattr(np.linalg, "solve", lambda *given: seen.append(blas_threads()) or solve(*given))
    rng = np.random.default_rng(5)
    n = 60
    X = pd.DataFrame({"x": rng.normal(size=n), "backward": 0.0, "case": range(n), "weight": 1.0, "age_months": 0})
    outcome = np.zeros(n, dtype=int), rng.integers(5, 90, n), rng.integers(0, 4, n)
    with threadpool_limits(2, user_api="blas"):
        HazardModel(statics=("x",), intercepts=(), n_replicates=2).fit(X, outcome)
    assert seen
    assert all(threads == {1} for threads in seen)
