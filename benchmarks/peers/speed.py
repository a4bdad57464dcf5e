"""1,000 refits, and what a record ten and a hundred times as large costs: `python -m benchmarks.peers.speed`.

Each fit runs in a process of its own on one thread, stopped after 120 s of CPU or at 8 GB, and is not tried at a size
at which growth in proportion alone would take it there. Needs the folds that `benchmarks.peers.run` leaves in its
folder. Writes `speed.csv` and `SPEED.md`.
"""

import argparse
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.peers.fit import build, peak_mb
from benchmarks.peers.fold import read_fold, write_fold
from benchmarks.peers.learners import LEARNERS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FOLD = "cluster-00.npz"
SIZES = (1, 10, 100)
GROWTH = 10
LIMIT_SECONDS = 120
LIMIT_BYTES = 8 * 2**30
N_REFITS = 1000
N_EXACT = 20
OURS = "primary"
GROWING = "primary, dyads grow too"
MODELS = (OURS, *LEARNERS, GROWING)
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


def once(model, path):
    """CPU seconds of one fit, after the imports and, at the record's own size, a first fit that compiles."""
    fold = read_fold(path)
    fit, _ = build(model)
    if len(fold.train["age"]) < 10_000:
        fit(fold)
    start = time.process_time()
    fit(fold)
    return {"seconds": time.process_time() - start, "peak_mb": peak_mb()}


def our_refits(path):
    """CPU seconds of our cluster bootstrap, and of exact refits, each from the fitted coefficients."""
    from benchmarks.peers.own import training_set
    from forecasting.forecasts.fit import fit_hazard
    from forecasting.models import newton
    from forecasting.models.hazard import HazardModel

    fold = read_fold(path)
    model = fit_hazard(HazardModel(n_replicates=N_REFITS), training_set(fold, int(fold.meta["n_model"])))
    start = time.process_time()
    model.bootstrap()
    middle = time.process_time()
    for draw in model.draws_[:N_EXACT]:
        weight = model.counts_.weight * draw[model.group_]
        counts = newton.Counts(model.counts_.trials, model.counts_.endings, weight)
        newton.fit(model.design_, counts, model.precision_, start=model.coef_)
    exact = (time.process_time() - middle) * N_REFITS / N_EXACT
    return {"seconds": middle - start, "exact": exact, "peak_mb": peak_mb()}


def limit():
    """For the child: no more CPU seconds than allowed, with ten for imports and reading, and no more memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS + 10, LIMIT_SECONDS + 10))
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))


def measured(python, *arguments):
    """The figures that a child prints, or None where it was stopped."""
    command = [python, "-W", "ignore", "-m", "benchmarks.peers.speed", *map(str, arguments)]
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, preexec_fn=limit)
    if done.returncode:
        print(*arguments, done.returncode, *done.stderr.decode().splitlines()[-1:], flush=True)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def exponents(rows):
    """Growth exponent of the seconds from each size to the next, where both ran."""
    for row in rows:
        for before, size in itertools.pairwise(SIZES):
            pair = row[f"seconds_{before}"], row[f"seconds_{size}"]
            row[f"exponent_{size}"] = (
                math.log(pair[1] / pair[0]) / math.log(size / before) if None not in pair else None
            )
    return rows


def growth(python_of, folder):
    """Seconds and peak memory by size of the record, and what 1,000 refits of the record as it is would take."""
    rows = []
    for model in MODELS:
        row, stopped = {"model": model}, False
        for size in SIZES:
            name = f"{size}x{'_dyads' if model == GROWING else ''}.npz"
            found = None if stopped else measured(python_of(model), "once", model.split(",")[0], folder / name)
            stopped = found is None or found["seconds"] * GROWTH > LIMIT_SECONDS
            row[f"seconds_{size}"] = found and found["seconds"]
            row[f"peak_mb_{size}"] = found and found["peak_mb"]
        row["refits_1000"] = row["seconds_1"] and row["seconds_1"] * N_REFITS
        print(row, flush=True)
        rows.append(row)
    return pd.DataFrame(exponents(rows))


def markdown(table, refits):
    def cell(value, digits=2):
        return "not run" if value is None or value != value else f"{value:,.{digits}f}"

    ratio = table["refits_1000"] / refits["seconds"]
    lines = ["| model | CPU s of one fit | x 1,000 | ratio to our bootstrap |", "|---|---|---|---|"]
    lines += [f"| our bootstrap, 1,000 refits in one batch | | {refits['seconds']:.3f} | 1 |"]
    exact = refits["exact"] / refits["seconds"]
    lines += [f"| the same refits one after another | | {refits['exact']:.1f} | {exact:,.0f} |"]
    for (_, row), times in zip(table.iterrows(), ratio, strict=True):
        lines.append(f"| `{row['model']}` | {row['seconds_1']:.3f} | {row['refits_1000']:,.0f} | {times:,.0f} |")
    lines += ["", "| model | s, MB at 1x | at 10x | at 100x | exponent to 10x | to 100x |", "|---|---|---|---|---|---|"]
    for _, row in table.iterrows():
        sizes = [f"{cell(row[f'seconds_{n}'])} s, {cell(row[f'peak_mb_{n}'], 0)} MB" for n in SIZES]
        sizes = ["not run" if "not run" in size else size for size in sizes]
        lines.append(
            f"| `{row['model']}` | {' | '.join(sizes)} | {cell(row['exponent_10'])} | {cell(row['exponent_100'])} |"
        )
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers-python", type=Path, default=HERE / ".venv" / "bin" / "python")
    parser.add_argument("--work", type=Path, default=HERE / "work")
    chosen = parser.parse_args()
    from benchmarks.peers.simulate import enlarged

    folder = chosen.work.resolve()
    fold = read_fold(folder / FOLD)
    for size in SIZES:
        write_fold(enlarged(fold, size), folder / f"{size}x.npz")
        write_fold(enlarged(fold, size, dyads_grow=True), folder / f"{size}x_dyads.npz")
    refits = measured(sys.executable, "refits", folder / FOLD)
    table = growth(lambda model: chosen.peers_python if model in LEARNERS else sys.executable, folder)
    text = markdown(table, refits)
    print(text)
    table.to_csv(HERE / "speed.csv", index=False, float_format="%.4g", lineterminator="\n")
    (HERE / "SPEED.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["once"]:
        print(json.dumps(once(sys.argv[2], sys.argv[3])))
    elif sys.argv[1:2] == ["refits"]:
        print(json.dumps(our_refits(sys.argv[2])))
    else:
        main()
