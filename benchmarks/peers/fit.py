"""Out-of-sample forecasts of one model for every fold: `python -m benchmarks.peers.fit MODEL FOLDER`.

A fold that is finished under the same arrays and the same code is not run again.
"""

import hashlib
import resource
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.peers.fold import read_fold, states_on_record, write_arrays
from benchmarks.peers.learners import LEARNERS

HERE = Path(__file__).parent
ROOM = HERE.parent.parent / "forecasting"


def build(model):
    """The function that fits the model, and the files that its numbers come from."""
    if model in LEARNERS:
        fit, files = LEARNERS[model], [HERE / "learners.py", HERE / "requirements.txt"]
    else:
        from benchmarks.peers.own import OWN

        fit, files = OWN[model], [HERE / "own.py", ROOM / "models" / "incidence.py"]
    return fit, [HERE / "fold.py", *files]


def key_of(files):
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()


def is_finished(path, key):
    if not path.exists():
        return False
    with np.load(path) as done:
        return str(done["key"]) == key


def forecast(fit, fold):
    """Probabilities of the states on record, (n, 4, 5), with CPU seconds of the fit and of the forecasts."""
    start = time.process_time()
    predict = fit(fold)
    fitted = time.process_time()
    incidence = np.asarray(predict(), dtype=np.float64)
    return states_on_record(incidence, fold.test), fitted - start, time.process_time() - fitted


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
