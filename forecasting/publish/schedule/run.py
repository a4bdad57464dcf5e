"""Running what is due: once, one process at a time, each failure named and none in the way of the rest."""

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
from forecasting.publish.site import ENDS, INDEX, publish, standing_reports
from forecasting.review import APPROVED
from forecasting.store.errors import ForecastingError
from forecasting.store.files import require_writable
from forecasting.store.lock import locked

LOCK = ".schedule.lock"
NOTIFY_SECONDS = 60


@dataclass(frozen=True)
class Due:
    """An entry to run for a time; `made_up` earlier times were missed and are made up for by this one run."""

    entry: Entry
    when: datetime
    made_up: int


@dataclass(frozen=True)
class Outcome:
    """What a call did: a line for each run and for each time missed, what failed, what there is to say."""

    runs: tuple[dict[str, Any], ...]
    failures: tuple[str, ...]
    remarks: tuple[str, ...]


def run_due(plan: Plan, out: Path, now: datetime, jobs: int = 1, limits: Limits | None = None) -> Outcome:
    """Render what is due by `now` into `out`, note it in the manifest, renew index and feed, tell `notify`.

    A time is run once: the latest one of an entry, if it lies within the entry's `catch_up`. Earlier ones missed
    are made up for by it, as their reports would be the same. A failed run is tried again by the next call. Raises
    `UsageError` where another run is at work or the folder cannot be written, before anything starts.
    """
    check_jobs(jobs)
    require_writable(out)
    with locked(out, LOCK, wait=0, work="run"):
        manifest = Manifest(out)
        newest = manifest.newest()
        if newest is not None and now < newest:
            remark = (
                f"the clock says {now.isoformat()}, before the last run, {newest.isoformat()}: nothing is run until "
                f"that is past. If the earlier clock was wrong, take its lines out of {manifest.path}"
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
    """What an entry owes by `now`, and a time that it missed for good, if there is one.

    An entry without any past owes only a time within its `catch_up`; nothing before is held against it.
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
    """Render an entry's reports and close the run in the manifest; what failed is named."""
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
    """One manifest line for each report of an entry, as each is ready."""
    source = requests_of(entry)
    for request in each_once(source()):
        if isinstance(request, Refusal):
            yield {"status": FAILED, "page": None, "said": str(request)}
    good = (request for request in each_once(source()) if isinstance(request, Request))
    for result in render_all(good, out, jobs, limits=limits):
        page = result.page.relative_to(out).as_posix() if result.page is not None else None
        standing = result.page is not None and not result.said
        yield {
            "status": result.status,
            "page": page,
            "template": result.request.template,
            "parameters": result.request.asked.values(result.request.day),
            "fingerprint": result.fingerprint,
            "html_sha256": hashlib.sha256(result.page.read_bytes()).hexdigest() if standing and result.page else None,
            "version": forecasting.__version__,
            "seconds": round(result.seconds, 3),
            "said": result.said,
        }


def requests_of(entry: Entry) -> Source:
    """The requests of an entry; a case that no longer goes on is refused by name, the others are not."""
    if entry.cases == "all":
        return every_case(entry.template, entry.parameters)
    parameters = dict(entry.parameters)
    own = [parameters.pop("case_id")] if "case_id" in parameters else list(entry.cases or ())
    return named_cases(entry.template, own, parameters, refuse=True)


def _prune(manifest: Manifest, entry: Entry, keep: int) -> list[str]:
    """Take away this entry's dated reports beyond the latest `keep` of each subject; approved ones stay."""
    own = manifest.pages(entry.name)
    counts, removed = Counter[Path](), []
    with locked(manifest.folder):  # an approval meanwhile would be of a page that is taken away
        for one in standing_reports(manifest.folder):
            if one.page.as_posix() in own:
                counts[one.page.parent] += 1
                if counts[one.page.parent] > keep and one.review["status"] != APPROVED:
                    for end in ENDS:
                        (manifest.folder / one.page).with_suffix(end).unlink(missing_ok=True)
                    removed.append(one.page.as_posix())
    return removed


def _is_behind(index: Path, manifest: Path) -> bool:
    """Whether runs were noted that the index does not show, as one cut off before its end leaves it."""
    return manifest.exists() and (not index.exists() or index.stat().st_mtime_ns < manifest.stat().st_mtime_ns)


def _notify(
    command: tuple[str, ...] | None, now: datetime, runs: list[dict[str, Any]], failures: list[str]
) -> list[str]:
    """Hand what happened to the command as JSON on its standard input; what went wrong with that."""
    if command is None:
        return []
    told = {"now": now.isoformat(), "status": FAILED if failures else DONE, "runs": runs, "failures": failures}
    try:
        run = subprocess.run(
            command, input=json.dumps(told), text=True, timeout=NOTIFY_SECONDS, check=False, capture_output=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"notify: expected {command[0]} to be told, got {error}"]
    said = (run.stderr.strip().splitlines() or ["nothing said"])[-1]
    return (
        [f"notify: expected {command[0]} to be told, got exit code {run.returncode}: {said}"] if run.returncode else []
    )
