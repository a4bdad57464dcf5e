"""Approvals given at once, in processes of their own: no line is lost, and each page says what the log says."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from forecasting.review import approve, review_of, sign_offs

N_PROCESSES, N_PAGES = 2, 20


def pages(folder):
    """Pages that nobody has signed, as a report leaves them."""
    for number in range(N_PROCESSES * N_PAGES):
        page = folder / f"page-{number:02d}.html"
        page.write_text(f"page {number}")
        sha256 = hashlib.sha256(page.read_bytes()).hexdigest()
        page.with_suffix(".json").write_text(json.dumps({"rendering": {"html_sha256": sha256}}))
        yield page


def approve_at_once(folder, names):
    """Processes that share the pages among them and begin when a line is written to their pipe."""
    ready, start = os.pipe()
    running = []
    for number in range(N_PROCESSES):
        pid = os.fork()
        if pid == 0:
            os.close(start)
            os.read(ready, 1)  # nothing is ever written: it ends when the other end is closed
            for name in names[number::N_PROCESSES]:
                approve(folder / name, f"Reader {number}", folder)
            os._exit(0)
        running.append(pid)
    os.close(start)
    os.close(ready)
    return [os.waitpid(pid, 0)[1] for pid in running]


if __name__ == "__main__":
    here = Path(sys.argv[1])
    sys.exit(any(approve_at_once(here, sorted(path.name for path in here.glob("*.html")))))


def test_two_processes_of_twenty_approvals_each_lose_no_line(tmp_path):
    made = list(pages(tmp_path))
    subprocess.run([sys.executable, __file__, str(tmp_path)], check=True, timeout=60)
    lines = sign_offs(tmp_path)
    assert sorted(line.document for line in lines) == [page.name for page in made]
    assert {line.by for line in lines} == {"Reader 0", "Reader 1"}
    for page in made:
        told = json.loads(page.with_suffix(".json").read_text())["review"]
        assert told == review_of(tmp_path, page.name, hashlib.sha256(page.read_bytes()).hexdigest())
        assert told["status"] == "approved"
    assert list(tmp_path.glob(".*")) == []
