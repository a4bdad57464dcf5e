"""JupyterLab's job scheduler as a server runs it, and its parts alone."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

from forecasting.cli.lab import JOB_FORM
from forecasting.store.package_data import shipped

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of a library that jupyter-scheduler calls in an old way
    import jupyter_scheduler.orm

TOKEN = "only-for-this-test"


@dataclass
class Server:
    """A Jupyter server on `folder`, started in `home`, asked through its REST interface as JupyterLab asks it."""

    home: Path
    folder: Path
    port: int

    def ask(self, method, path, body=None):
        """Status code and what came back, as JSON."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/scheduler/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def job(self, notebook, parameters, **more):
        """A job as JupyterLab's form sends it."""
        asked = {"name": "a report", "input_uri": notebook, "runtime_environment_name": "forecasting"}
        return {**asked, "output_formats": ["html", "json"], "parameters": parameters, **more}

    def seen(self, job_id, *statuses):
        """The job, once it has one of these statuses."""
        return self.once(job_id, lambda job: job["status"] in statuses)

    def once(self, job_id, is_so, seconds=120):
        """The job, once something is so."""
        last = time.monotonic() + seconds
        while not is_so(job := self.ask("GET", f"jobs/{job_id}")[1]):
            assert time.monotonic() < last, job
            time.sleep(0.1)
        return job


@pytest.fixture(scope="module")
def server(tmp_path_factory, few_cases):
    """A Jupyter server with our backend, its templates and a small record in its folder."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "work"
    shutil.copytree(shipped("notebooks") / "reports", folder / "templates")
    shutil.copytree(few_cases, home / "record")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter_server", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", "--ServerApp.open_browser=False", "--allow-root",
        f"--IdentityProvider.token={TOKEN}", "--ServerApp.jpserver_extensions=jupyter_scheduler=True",
        "--ServerApp.jpserver_extensions=jupyterlab=False", *JOB_FORM,
    ]  # fmt: skip
    places = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=home, env={**os.environ, **places}, stdout=log, stderr=log)
        try:
            yield _answering(Server(home, folder, port), process, home / "log")
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answering(server, process, log):
    last = time.monotonic() + 60
    while True:
        try:
            assert server.ask("GET", "config")[0] == 200
            return server
        except OSError:
            assert process.poll() is None and time.monotonic() < last, log.read_text()
            time.sleep(0.1)


@pytest.fixture
def database(tmp_path):
    """The address of an empty database of jobs."""
    url = f"sqlite:///{tmp_path}/jobs.sqlite"
    jupyter_scheduler.orm.create_tables(url)
    return url
