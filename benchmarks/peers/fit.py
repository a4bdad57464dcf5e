"""Out-of-sample forecasts of one model for every fold: `python -m benchmarks.peers.fit MODEL FOLDER`.

A fold that is finished under the same arrays and the same code is not run again.
"""

import hashlib
import resource
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.peers.fold import forward, read_fold, states, write_arrays
from benchmarks.peers.learners import LEARNERS

HERE = Path(__file__).parent
ROOM = HERE.parent.parent / "forecasting"
FORWARD = "_forward"


def build(model):
    """The function that fits the model, and the files that its numbers come from.

    With `_forward` added to its name a model is trained without retrospectively sampled cases.
    """
    name = model.removesuffix(FORWARD)
    if name in LEARNERS:
        fit, files = LEARNERS[name], [HERE / "learners.py", HERE / "requirements.txt"]
    else:
        from benchmarks.peers.own import OWN

        fit = OWN[name]
        files = [HERE / "own.py", ROOM / "forecasts" / "forecast.py", *sorted((ROOM / "models").glob("*.py"))]
    chosen = (lambda fold: fit(forward(fold))) if model != name else fit
    return chosen, [HERE / "fold.py", *files]


def key_of(files):
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()


def is_finished(path, key):
    if not path.exists():
        return False
    with np.load(path) as done:
        return str(done["key"]) == key


def forecast(fit, fold):
    """Probabilities of the states, (m, 4, 5), with CPU seconds of the fit and of the forecasts."""
    start = time.process_time()
    predict = fit(fold)
    fitted = time.process_time()
    incidence = np.asarray(predict(), dtype=np.float64)
    return states(incidence), fitted - start, time.process_time() - fitted


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    model, folder = sys.argv[1], Path(sys.argv[2])
    fit, files = build(model)
    for path in sorted(folder.glob("*-[0-9][0-9].npz")):
        out = folder / model / path.name
        key = key_of([*files, path])
        if is_finished(out, key):
            continue
        out.parent.mkdir(exist_ok=True)
        probabilities, fit_seconds, forecast_seconds = forecast(fit, read_fold(path))
        times = {"fit_seconds": fit_seconds, "forecast_seconds": forecast_seconds, "peak_mb": peak_mb()}
        write_arrays(out, {"key": key, "probabilities": probabilities, **times})
        print(f"{model} {path.stem}: {fit_seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
