"""JupyterLab on the notebooks."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from forecasting.store.files import write_whole
from forecasting.store.package_data import is_installed, shipped

app = typer.Typer()
START = "00_tour.ipynb"
OWN = Path("forecasting-notebooks")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SCHEDULER = "forecasting.publish.lab_jobs"
JOB_FORM = (
    f"--SchedulerApp.scheduler_class={SCHEDULER}.ReportScheduler",
    f"--SchedulerApp.environment_manager_class={SCHEDULER}.ReportEnvironment",
    f"--SchedulerApp.job_files_manager_class={SCHEDULER}.ReportFiles",
)


@app.command("lab")
def open_lab(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            help="Folder for a copy of the notebooks. Default: those of the clone, else ./forecasting-notebooks.",
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port. Default: 8888 or the next one free.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")] = True,
) -> None:
    """Open the notebooks in JupyterLab, beginning with the tour; notebooks of your own are never overwritten."""
    place = notebook_folder(folder)
    arguments = [
        *("-m", "jupyterlab", f"--ServerApp.root_dir={place.resolve()}", f"--LabApp.default_url=/lab/tree/{START}"),
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []),
        *([] if browser else ["--no-browser"]),
        *(JOB_FORM if find_spec("jupyter_scheduler") else ()),
    ]
    print(f"notebooks: {place}", flush=True)
    # One thread a kernel unless the environment says otherwise: the models are small, and threads only wait.
    os.execve(sys.executable, [sys.executable, *arguments], {**ONE_THREAD, **os.environ})


def notebook_folder(folder: Path | None) -> Path:
    """The folder of the notebooks: in the clone, or a copy of one's own, whose files are never overwritten."""
    if folder is None and not is_installed():
        return shipped("notebooks")
    place = folder or OWN
    origin = shipped("notebooks")
    notebooks = [path for path in sorted(origin.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
    sources = {place / path.relative_to(origin): path.read_bytes() for path in notebooks}
    write_whole({path: content for path, content in sources.items() if not path.exists()}, "--folder")
    for path, content in sources.items():
        if path.read_bytes() != content:
            print(f"{path}: left as it is; remove it to get the one shipped", file=sys.stderr)
    return place
