"""Runs of a schedule: each due time once, by one process at a time; a failure does not stop the others."""

import hashlib
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import forecasting
from forecasting.publish.batch import check_jobs, render_all
from forecasting.publish.engine import Limits
from forecasting.publish.requests import Refusal, Request, Source, each_once, every_case, named_cases
from forecasting.publish.schedule.manifest import DONE, FAILED, MISSED, Manifest
from forecasting.publish.schedule.plan import Entry, Plan
from forecasting.publish.schedule.times import latest_first, missed_since
from forecasting.publish.site import ENDS, INDEX, publish, reports_in
from forecasting.review import APPROVED
from forecasting.store.errors import ForecastingError
from forecasting.store.files import require_writable
from forecasting.store.lock import locked

LOCK = ".schedule.lock"
NOTIFY_SECONDS = 60


@dataclass(frozen=True)
class Due:
    """An entry due at a time; `made_up` is the number of earlier missed times that this run also covers."""

    entry: Entry
    when: datetime
    made_up: int


@dataclass(frozen=True)
class Outcome:
    """Outcome of a call: the closing line of each run, the failures, and remarks on the clock and on missed times."""

    runs: tuple[dict[str, Any], ...]
    failures: tuple[str, ...]
    remarks: tuple[str, ...]


def run_due(plan: Plan, out: Path, now: datetime, jobs: int = 1, limits: Limits | None = None) -> Outcome:
    """Render what is due, record it in the manifest, update index and feed, and notify.

    Of each entry the latest due time is run, once, if it is within the entry's `catch_up`. It covers earlier missed
    times, whose reports would be the same. A failed run is repeated by the next call.

    Parameters
    ----------
    plan
        The schedule.
    out
        The folder of all reports.
    now
        The time up to which entries are due, with a time zone.
    jobs
        Number of reports rendered at once, 1 to 64.
    limits
        Limits of time and memory of each report; default: `Limits()`.

    Returns
    -------
    Outcome
        The runs, failures and remarks.

    Raises
    ------
    UsageError
        Another run is under way, or the folder cannot be written; nothing was started.
    ReportError
        A line could not be added to the manifest.
    """
    check_jobs(jobs)
    require_writable(out)
    with locked(out, LOCK, wait=0, work="run"):
        manifest = Manifest(out)
        newest = manifest.newest()
        if newest is not None and now < newest:
            remark = (
                f"the clock says {now.isoformat()}, before the last run, {newest.isoformat()}: nothing is run until "
                f"then. If the clock was wrong at that run, remove its lines from {manifest.path}"
            )
            return Outcome((), (), (remark,))
        runs, failures, remarks = [], [], []
        for entry in plan.report:
            due, missed = due_of(entry, manifest.closed(entry.name), now)
            if missed is not None:
                remarks.append(f"{entry.name}: missed {missed.isoformat()}, longer ago than {entry.catch_up}")
                line = {"kind": "run", "entry": entry.name, "due": missed.isoformat(), "now": now.isoformat()}
                manifest.append({**line, "status": MISSED})
            if due is not None:
                line, said = _run(due, manifest, now, jobs, limits)
                runs.append(line)
                failures += said
        if runs or _is_behind(out / INDEX, manifest.path):
            publish(out, out)
        if runs:
            failures += _notify(plan.notify, now, runs, failures)
        return Outcome(tuple(runs), tuple(failures), tuple(remarks))


def due_of(entry: Entry, closed: dict[datetime, str], now: datetime) -> tuple[Due | None, datetime | None]:
    """The due run of an entry by `now`, and a time missed for good; None where there is none.

    For an entry that never ran, times before its `catch_up` do not count as missed.
    """
    latest = next(latest_first(entry.every, now), None)
    if latest is None or closed.get(latest) in (DONE, MISSED):
        return None, None
    before = [when for when in closed if when < latest]
    if now - latest > entry.catches_up:
        return None, latest if before else None
    made_up = missed_since(entry.every, max(before), latest) if before else 0
    return Due(entry, latest, made_up), None


def _run(
    due: Due, manifest: Manifest, now: datetime, jobs: int, limits: Limits | None
) -> tuple[dict[str, Any], list[str]]:
    """Render the reports of an entry and close the run in the manifest; the closing line and the failures."""
    begun, counts, failures = time.monotonic(), Counter[str](), []
    head = {"entry": due.entry.name, "due": due.when.isoformat()}
    try:
        for line in _reports(due.entry, manifest.folder, jobs, limits):
            counts[line["status"]] += 1
            manifest.append({"kind": "report", **head, **line})
            if line["said"]:
                failures.append(f"{due.entry.name}: {line['said']}")
    except ForecastingError as error:
        counts[FAILED] += 1
        failures.append(f"{due.entry.name}: {error}")
    closing = {
        "kind": "run",
        **head,
        "now": now.isoformat(),
        "status": FAILED if failures else DONE,
        "made_up": due.made_up,
        "counts": dict(counts),
        "seconds": round(time.monotonic() - begun, 3),
        "version": forecasting.__version__,
        "said": failures[:20],
    }
    if not failures and due.entry.keep is not None:
        closing["removed"] = _prune(manifest, due.entry, due.entry.keep)
    manifest.append(closing)
    return closing, failures


def _reports(entry: Entry, out: Path, jobs: int, limits: Limits | None) -> Iterator[dict[str, Any]]:
    """The manifest line of each report of an entry, as it is ready."""
    source = requests_of(entry)
    for request in each_once(source()):
        if isinstance(request, Refusal):
            yield {"status": FAILED, "page": None, "said": str(request)}
    good = (request for request in each_once(source()) if isinstance(request, Request))
    for result in render_all(good, out, jobs, limits=limits):
        page = result.page.relative_to(out).as_posix() if result.page is not None else None
        is_rendered = result.page is not None and not result.said
        yield {
            "status": result.status,
            "page": page,
            "template": result.request.template,
            "parameters": result.request.asked.values(result.request.day),
            "fingerprint": result.fingerprint,
            "html_sha256": hashlib.sha256(result.page.read_bytes()).hexdigest()
            if is_rendered and result.page
            else None,
            "version": forecasting.__version__,
            "seconds": round(result.seconds, 3),
            "said": result.said,
        }


def requests_of(entry: Entry) -> Source:
    """The requests of an entry; a case that has ended is a `Refusal` among the others."""
    if entry.cases == "all":
        return every_case(entry.template, entry.parameters)
    parameters = dict(entry.parameters)
    own = [parameters.pop("case_id")] if "case_id" in parameters else list(entry.cases or ())
    return named_cases(entry.template, own, parameters, refuse=True)


def _prune(manifest: Manifest, entry: Entry, keep: int) -> list[str]:
    """Remove the entry's dated reports beyond the latest `keep` of each subject, except approved ones."""
    own = manifest.pages(entry.name)
    counts, removed = Counter[Path](), []
    with locked(manifest.folder):  # else a page could be approved while it is being removed
        for one in reports_in(manifest.folder):
            if one.page.as_posix() in own:
                counts[one.page.parent] += 1
                if counts[one.page.parent] > keep and one.review["status"] != APPROVED:
                    for end in ENDS:
                        (manifest.folder / one.page).with_suffix(end).unlink(missing_ok=True)
                    removed.append(one.page.as_posix())
    return removed


def _is_behind(index: Path, manifest: Path) -> bool:
    """Whether the manifest is newer than the index, as after a run that was interrupted."""
    return manifest.exists() and (not index.exists() or index.stat().st_mtime_ns < manifest.stat().st_mtime_ns)


def _notify(
    command: tuple[str, ...] | None, now: datetime, runs: list[dict[str, Any]], failures: list[str]
) -> list[str]:
    """Run the notification command with the outcome as JSON on its standard input; a list of what failed in that."""
    if command is None:
        return []
    outcome = {"now": now.isoformat(), "status": FAILED if failures else DONE, "runs": runs, "failures": failures}
    try:
        run = subprocess.run(
            command, input=json.dumps(outcome), text=True, timeout=NOTIFY_SECONDS, check=False, capture_output=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"notify: expected {command[0]} to run, got {error}; correct notify in the schedule"]
    said = (run.stderr.strip().splitlines() or ["nothing said"])[-1]
    fault = f"notify: expected {command[0]} to exit with 0, got {run.returncode}: {said}; see that command"
    return [fault] if run.returncode else []
