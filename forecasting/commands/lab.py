"""JupyterLab on the notebooks."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from forecasting.store.files import write_whole
from forecasting.store.package_data import is_installed, shipped

START = "00_tour.ipynb"
OWN = Path("forecasting-notebooks")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
ROOM = "forecasting.publish.lab_jobs"
JOB_FORM = (
    f"--SchedulerApp.scheduler_class={ROOM}.ReportScheduler",
    f"--SchedulerApp.environment_manager_class={ROOM}.ReportEnvironment",
    f"--SchedulerApp.job_files_manager_class={ROOM}.ReportFiles",
)


def open_lab(folder: Path | None, port: int | None, browser: bool) -> None:
    """Start JupyterLab, in the place of this process, on the notebooks, with the first of them open.

    Its kernels count with one thread unless the environment says otherwise: the models are small. With the extra
    `[schedule]`, its job form renders the templates in `reports/`.
    """
    place = notebook_folder(folder)
    arguments = [
        *("-m", "jupyterlab", f"--ServerApp.root_dir={place.resolve()}", f"--LabApp.default_url=/lab/tree/{START}"),
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []),
        *([] if browser else ["--no-browser"]),
        *(JOB_FORM if find_spec("jupyter_scheduler") else ()),
    ]
    print(f"notebooks: {place}", flush=True)
    os.execve(sys.executable, [sys.executable, *arguments], {**ONE_THREAD, **os.environ})


def notebook_folder(folder: Path | None) -> Path:
    """Where the notebooks lie: in the clone, or as a copy of one's own, in which what stands already is kept."""
    if folder is None and not is_installed():
        return shipped("notebooks")
    place = folder or OWN
    origin = shipped("notebooks")
    notebooks = [path for path in sorted(origin.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
    sources = {place / path.relative_to(origin): path.read_bytes() for path in notebooks}
    write_whole({path: content for path, content in sources.items() if not path.exists()}, "--folder")
    for path, content in sources.items():
        if path.read_bytes() != content:
            print(f"{path}: kept as it is; remove it to get the one shipped", file=sys.stderr)
    return place
