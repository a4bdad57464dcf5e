"""Small solves run on one thread, and leave the caller's threads as they were."""

import numpy as np
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


def test_the_hazard_model_is_fitted_and_asked_on_one_thread():
    for name in ("fit", "bootstrap", "predict_cumulative_incidence", "draws", "log_odds"):
        assert hasattr(getattr(HazardModel, name), "__wrapped__"), name
