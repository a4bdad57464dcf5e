"""Runs of a schedule: each due time once, by one process at a time; a failure does not stop the others."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import forecasting
from forecasting.publish.batch import FAILED as REPORT_FAILED
from forecasting.publish.batch import check_jobs, render_all
from forecasting.publish.engine import Limits
from forecasting.publish.notebook import RENDERED
from forecasting.publish.requests import Refusal, Request, each_once
from forecasting.publish.revisions import remove
from forecasting.publish.schedule.alerts import alert_of
from forecasting.publish.schedule.entries import (
    Freshness,
    clashes,
    entries_issued,
    freshness,
    inputs_of,
    issued_first,
    requests_of,
    worked,
)
from forecasting.publish.schedule.manifest import DONE, FAILED, MISSED, REFUSED, Line, Manifest, Past
from forecasting.publish.schedule.notify import Item, Items, tell_once
from forecasting.publish.schedule.plan import Entry, Plan, Task, Timed
from forecasting.publish.schedule.times import latest_first, missed_since
from forecasting.publish.site import INDEX, publish, reports_in
from forecasting.review import APPROVED
from forecasting.review.sidecar import PAGE
from forecasting.store.errors import ForecastingError, may_pass
from forecasting.store.files import require_writable
from forecasting.store.lock import locked

LOCK = ".schedule.lock"


@dataclass(frozen=True)
class Due:
    """An entry due at a time; `made_up` is the number of earlier missed times that this run also covers."""

    entry: Timed
    when: datetime
    made_up: int


@dataclass(frozen=True)
class Outcome:
    """Outcome of a call.

    Parameters
    ----------
    now
        The time of the call.
    runs
        The closing line of each run, those that were missed included.
    failures
        Whatever kept a due report from being made, and what was lost of the record.
    to_sign
        Pages that are newer than the one approved, and wait to be approved.
    moved
        Cases that moved since their page before, as of `alert_of`, where an entry has `alert_points`.
    """

    now: datetime
    runs: tuple[Line, ...] = ()
    failures: tuple[str, ...] = ()
    to_sign: tuple[str, ...] = ()
    moved: tuple[dict[str, Any], ...] = ()

    @property
    def status(self) -> str:
        """`done`, or `failed` where anything kept a due report from being made."""
        return FAILED if self.failures else DONE

    @property
    def told(self) -> dict[str, Any]:
        """The outcome as JSON types, as `--json` prints it and as the notified command gets it."""
        return {
            "now": self.now.isoformat(),
            "status": self.status,
            "runs": list(self.runs),
            "failures": list(self.failures),
            "to_sign": list(self.to_sign),
            "moved": list(self.moved),
        }


@dataclass
class Call:
    """What a call has found so far."""

    manifest: Manifest
    past: Past
    now: datetime
    trial: bool
    runs: list[Line] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    to_sign: list[str] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    items: Items = field(default_factory=dict)

    def close(self, line: Line, failures: list[str]) -> None:
        """Note the end of a run in the manifest."""
        whole = {"kind": "run", **line, "now": self.now.isoformat(), **({"trial": True} if self.trial else {})}
        closed = whole | {"failures": failures}
        self.manifest.append(closed)
        self.runs.append(closed)
        self.failures += failures
        self.to_sign += line.get("to_sign", ())
        self.items |= standing(closed)
        if line["status"] == DONE:
            self.items[f"{line['entry']} {line['due']} done"] = Item()
        for alert in line.get("moved", ()):
            self.moved.append(alert)
            self.items[f"{alert['page']} moved since {alert['since']}"] = Item()


def standing(line: Line) -> Items:
    """What the closing line of an entry's latest run leaves to be mended or signed."""
    failed = {f"{line['entry']} {line['due']}: {said}": Item(failure=said) for said in line.get("failures", ())}
    signs = {f"{page} sha256 {sha256} to sign": Item(to_sign=page) for page, sha256 in line.get("to_sign", {}).items()}
    return failed | signs


def run_due(
    plan: Plan, out: Path, now: datetime, jobs: int = 1, limits: Limits | None = None, *, trial: bool = False
) -> Outcome:
    """Do what is due, record it in the manifest, update index and feed, and notify.

    Of each entry the latest due time is run, once, if it is within the entry's `catch_up`. It covers earlier missed
    times, whose reports would be the same. A failed run is repeated by the next call; one that cannot succeed from the
    same schedule, record, ledger and code (`refused`) is repeated once one of these has changed. Each failure is
    notified once, and again if it comes back after it was mended.

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
    trial
        Whether `now` is another time than that of the clock: later runs under the clock do not count this one.

    Returns
    -------
    Outcome
        The runs, and whatever kept a due report from being made.

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
        past = manifest.past(trial)
        call = Call(manifest, past, now, trial)
        if past.newest is not None and now < past.newest:
            said = (
                f"the clock says {now.isoformat()}, before the last run, {past.newest.isoformat()}: nothing is run "
                f"until then. If the clock was wrong at that run, remove its lines from {manifest.path}"
            )
            call.failures.append(said)
            call.items[f"clock before {past.newest.isoformat()}"] = Item(failure=said)
        else:
            _run_all(call, plan, jobs, limits)
            if call.runs or _is_behind(out / INDEX, manifest.path):
                publish(out, out)
        _carry_over(call, plan)
        failures = [*call.failures, *_notified(call, plan)]
        return Outcome(now, tuple(call.runs), tuple(failures), tuple(call.to_sign), tuple(call.moved))


def _run_all(call: Call, plan: Plan, jobs: int, limits: Limits | None) -> None:
    """Run what is due: tasks first, so that pages can show what was issued; none of two reports of one page."""
    due_now = [(entry, *_due(call, entry, plan)) for entry in plan.entries]
    is_any = any(due is not None for entry, due, _ in due_now if isinstance(entry, Entry))
    twice = clashes(plan.report) if is_any else {}
    for entry, due, missed in due_now:
        if missed is not None:
            said = f"{entry.name}: missed {missed.when.isoformat()}, longer ago than {entry.catch_up}"
            more = f", and {missed.made_up} before it" if missed.made_up else ""
            line = {"entry": entry.name, "due": missed.when.isoformat(), "status": MISSED, "counts": {}}
            call.close(line, [said + more])
        if due is not None:
            _run(call, due, plan, twice.get(entry.name), jobs, limits)


def _due(call: Call, entry: Timed, plan: Plan) -> tuple[Due | None, Due | None]:
    """The due run of an entry, and a time missed for good; a refused one is due again once its inputs have changed."""
    lines = call.past.of(entry.name)
    closed = {due: line["status"] for due, line in lines.items()}
    for due, line in lines.items():
        if line["status"] == REFUSED and due == max(lines):
            closed[due] = DONE if line.get("inputs") == inputs_of(entry, plan.ledger) else FAILED
    return due_of(entry, closed, call.now)


def due_of(entry: Timed, closed: Mapping[datetime, str], now: datetime) -> tuple[Due | None, Due | None]:
    """The due run of an entry by `now`, and a time missed for good; None where there is none.

    For an entry that never ran, times before its `catch_up` do not count as missed.
    """
    latest = next(latest_first(entry.every, now, entry.timezone), None)
    if latest is None or closed.get(latest) in (DONE, MISSED):
        return None, None
    before = [when for when in closed if when < latest]
    between = missed_since(entry.every, max(before), latest, entry.timezone) if before else 0
    due = Due(entry, latest, between)
    if now - latest > entry.catches_up:
        return None, due if before or latest in closed else None
    return due, None


def _run(call: Call, due: Due, plan: Plan, clash: str | None, jobs: int, limits: Limits | None) -> None:
    """Do the work of an entry and close the run in the manifest."""
    entry, begun, made = due.entry, time.monotonic(), Made()
    try:
        if clash is not None:
            made.fail(clash, can_heal=False)
        elif isinstance(entry, Task):
            made.counts, made.line = worked(entry, plan.ledger)
        elif isinstance(entry, Entry):
            _report(call, entry, plan, made, due, jobs, limits)
    except ForecastingError as error:
        made.fail(str(error), may_pass(error))
        made.counts[FAILED] += 1
    line: Line = {
        "entry": entry.name,
        "due": due.when.isoformat(),
        "status": made.status,
        "made_up": due.made_up,
        "counts": dict(made.counts),
        "seconds": round(time.monotonic() - begun, 3),
        **made.line,
    }
    if made.status == REFUSED:
        line["inputs"] = inputs_of(entry, plan.ledger)
    if isinstance(entry, Entry) and entry.keep is not None:
        line["removed"] = _prune(call, entry, entry.keep, made.pages)
    call.close(line, [f"{entry.name}: {said}" for said in made.failures])


@dataclass
class Made:
    """What a run has made so far, and what failed in it."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    can_heal: list[bool] = field(default_factory=list)
    pages: set[str] = field(default_factory=set)
    line: Line = field(default_factory=dict)

    def fail(self, said: str, can_heal: bool) -> None:
        """Note a failure."""
        self.failures.append(said)
        self.can_heal.append(can_heal)

    @property
    def status(self) -> str:
        """Done; failed if another try may succeed; refused if none can."""
        if not self.failures:
            return DONE
        return FAILED if any(self.can_heal) else REFUSED


def _report(call: Call, entry: Entry, plan: Plan, made: Made, due: Due, jobs: int, limits: Limits | None) -> None:
    """Render the reports of an entry, after issuing their forecasts where it says so."""
    fresh = freshness(entry, call.past.last_made(entry.name), call.now)
    made.line["record"] = fresh.record
    for said in fresh.faults:
        made.fail(said, can_heal=False)
    if entry.issue_first:
        made.line["issued"] = issued_first(entry, plan.ledger)
    to_sign: dict[str, str] = {}
    moved: list[dict[str, Any]] = []
    for line in _reports(entry, plan, fresh, call.manifest.folder, jobs, limits):
        made.counts[line["status"]] += 1
        call.manifest.append({"kind": "report", "entry": entry.name, "due": due.when.isoformat(), **line})
        if line["said"]:
            made.fail(line["said"], line["can_heal"])
        else:
            made.pages.add(line["page"])
            if entry.alert_points is not None and line["status"] == RENDERED:
                alert = alert_of(call.manifest.folder / line["page"], entry.alert_points)
                moved += [alert | {"page": line["page"]}] if alert is not None else []
        if line["signed"]:
            to_sign[line["page"]] = line["html_sha256"]
    if to_sign:
        made.line["to_sign"] = to_sign
    if moved:
        made.line["moved"] = moved
    if not made.counts:
        said = "expected a case that goes on, got none: nothing is planned any more; correct or remove the entry"
        made.fail(said, can_heal=False)


def _reports(entry: Entry, plan: Plan, fresh: Freshness, out: Path, jobs: int, limits: Limits | None) -> Iterator[Line]:
    """The manifest line of each report of an entry, as it is ready."""
    source = requests_of(entry, plan.ledger, fresh)
    for request in each_once(source()):
        if isinstance(request, Refusal):
            yield {"status": REPORT_FAILED, "page": None, "said": str(request), "can_heal": False, "signed": None}
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
            "html_sha256": PAGE.sha256(result.page) if is_rendered and result.page else None,
            "version": forecasting.__version__,
            "seconds": round(result.seconds, 3),
            "said": result.said,
            "can_heal": result.can_heal,
            "signed": result.signed.relative_to(out).as_posix() if result.signed is not None else None,
            "issued": entries_issued(result.request.asked, result.request.day) if entry.issue_first else [],
        }


def _prune(call: Call, entry: Entry, keep: int, made: set[str]) -> list[str]:
    """Remove the entry's dated reports beyond the latest `keep` days of each subject, except approved ones."""
    own = call.past.pages.get(entry.name, set()) | made
    days: dict[Path, set[str]] = {}
    removed = []
    with locked(call.manifest.folder):  # else a page could be approved while it is being removed
        for one in reports_in(call.manifest.folder):
            if one.page.as_posix() in own:
                kept = days.setdefault(one.page.parent, set())
                if len(kept | {one.day}) <= keep:
                    kept.add(one.day)
                elif one.review["status"] != APPROVED and not one.was_signed:
                    remove(call.manifest.folder / one.page)
                    removed.append(one.page.as_posix())
    return removed


def _is_behind(index: Path, manifest: Path) -> bool:
    """Whether the manifest is newer than the index, as after a run that was interrupted."""
    return manifest.exists() and (not index.exists() or index.stat().st_mtime_ns < manifest.stat().st_mtime_ns)


def _carry_over(call: Call, plan: Plan) -> None:
    """What stands of entries that this call did not run: as their last run left it."""
    run = {line["entry"] for line in call.runs}
    for entry in plan.entries:
        line = call.past.latest(entry.name)
        if line is not None and entry.name not in run:
            call.items |= standing(line)


def _notified(call: Call, plan: Plan) -> list[str]:
    """Tell what was not told before; a list of what failed in that."""
    if plan.notify is None:
        return []

    def outcome(new: Items) -> dict[str, Any]:
        failures = dict.fromkeys([*call.failures, *(item.failure for item in new.values() if item.failure)])
        to_sign = dict.fromkeys([*call.to_sign, *(item.to_sign for item in new.values() if item.to_sign)])
        return Outcome(call.now, tuple(call.runs), tuple(failures), tuple(to_sign), tuple(call.moved)).told

    return tell_once(plan.notify, call.manifest, call.past, call.items, outcome, trial=call.trial)
