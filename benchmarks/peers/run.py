"""Every named peer beside our own model, on the same folds, in one run: `python -m benchmarks.peers.run`.

Writes `results.csv` and `RESULTS.md`. What is finished is not run again.
"""

import argparse
import io
import os
import subprocess
import sys
import venv
from pathlib import Path

import pandas as pd

from benchmarks.peers.export import export
from benchmarks.peers.learners import LEARNERS
from benchmarks.peers.own import OF_RECORD, OWN, record_forecasts
from benchmarks.peers.scoring import score_designs
from benchmarks.peers.tables import markdown
from forecasting import load_history
from forecasting.store.files import write_whole

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


def environment():
    """The interpreter of the peers' own environment, made from `requirements.txt` where there is none."""
    python = HERE / ".venv" / "bin" / "python"
    if not python.exists():
        venv.create(python.parent.parent, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    return python


def fit(python, model, folder):
    """All folds of one model in a process of its own, on one thread."""
    paths = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"}
    command = [python, "-m", "benchmarks.peers.fit", model, folder]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | ONE_THREAD | paths)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers-python", type=Path, help="interpreter of an environment with requirements.txt")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where folds and forecasts are kept")
    parser.add_argument("--without", nargs="*", default=[], help="models to leave out, such as survival_boost")
    chosen = parser.parse_args()
    folder, history = chosen.work.resolve(), load_history()
    origins, splits = export(history, folder)
    record_forecasts(history, origins, splits, folder)
    peers = chosen.peers_python or environment()
    fitted = [model for model in (*OWN, *LEARNERS) if model not in chosen.without]
    for model in fitted:
        fit(peers if model in LEARNERS else sys.executable, model, folder)
    table = score_designs(origins, folder, [*OF_RECORD, *fitted], splits)
    csv = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    text = markdown(pd.read_csv(io.StringIO(csv)))
    print(text)
    write_whole({HERE / "RESULTS.md": text.encode(), HERE / "results.csv": csv.encode()})


if __name__ == "__main__":
    main()
