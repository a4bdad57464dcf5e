"""JupyterLab on the notebooks."""

import os
import sys
from pathlib import Path

from forecasting.files import write_whole
from forecasting.places import is_installed, shipped

START = "00_tour.ipynb"
OWN = Path("forecasting-notebooks")


def open_lab(folder: Path | None, port: int | None, browser: bool) -> None:
    """Start JupyterLab, in the place of this process, on the notebooks, with the first of them open."""
    place = notebook_folder(folder)
    arguments = [
        *("-m", "jupyterlab", f"--ServerApp.root_dir={place.resolve()}", f"--LabApp.default_url=/lab/tree/{START}"),
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []),
        *([] if browser else ["--no-browser"]),
    ]
    print(f"notebooks: {place}", flush=True)
    os.execv(sys.executable, [sys.executable, *arguments])


def notebook_folder(folder: Path | None) -> Path:
    """Where the notebooks lie: in the clone, or as a copy of one's own, in which what stands already is kept."""
    if folder is None and not is_installed():
        return shipped("notebooks")
    place = folder or OWN
    sources = {place / path.name: path.read_bytes() for path in sorted(shipped("notebooks").glob("*.ipynb"))}
    write_whole({path: content for path, content in sources.items() if not path.exists()}, "--folder")
    for path, content in sources.items():
        if path.read_bytes() != content:
            print(f"{path}: kept as it is; remove it to get the one shipped", file=sys.stderr)
    return place
