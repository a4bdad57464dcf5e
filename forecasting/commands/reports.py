"""Reports: rendered by the thousand, on schedule, signed off and published."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from forecasting.store.errors import UsageError, shown


def with_settings(defaults: dict[str, Any], settings: list[str]) -> dict[str, Any]:
    """The options given, with each `NAME=VALUE` added; `UsageError` for one that is none or comes twice."""
    given = {name: value for name, value in defaults.items() if value is not None}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name:
            raise UsageError(f"wanted --set NAME=VALUE; came {shown(setting)}")
        if name in given:
            raise UsageError(f"wanted each parameter once; came {name} twice")
        given[name] = value
    return given


def limits_of(cell_seconds: int | None, run_seconds: int | None, memory: int | None) -> Any:
    """What a report may take, the memory in MiB; `UsageError` for less than 1."""
    from forecasting.publish.engine import Limits

    given = {"cell_seconds": cell_seconds, "run_seconds": run_seconds, "memory": memory and memory * 2**20}
    for option, value in (("--cell-seconds", cell_seconds), ("--run-seconds", run_seconds), ("--memory", memory)):
        if value is not None and value < 1:
            raise UsageError(f"wanted {option} from 1; came {value}")
    return Limits(**{name: value for name, value in given.items() if value is not None})


def report(
    cases: list[str],
    every: bool,
    batch: Path | None,
    template: str,
    defaults: dict[str, Any],
    out: Path,
    jobs: int,
    force: bool,
    pdf: bool,
    as_json: bool,
    limits: Any = None,
) -> int:
    """Check every request, then render the good ones; 1 if one was refused in a batch or failed, else 0."""
    from forecasting.publish.batch import check_jobs, render_all
    from forecasting.publish.pdf import browser
    from forecasting.publish.requests import Refusal, Request, each_once
    from forecasting.store.files import require_writable

    check_jobs(jobs)
    require_writable(out)
    if pdf:
        browser()
    source = _asked(cases, every, batch, template, {k: v for k, v in defaults.items() if v is not None})
    counts = Counter[str]()
    for request in each_once(source()):
        if isinstance(request, Refusal):
            print(f"refused: {request}", file=sys.stderr)
        counts["refused" if isinstance(request, Refusal) else "asked"] += 1
    good = (request for request in each_once(source()) if isinstance(request, Request))
    pages: list[str] = []
    for result in render_all(good, out, jobs, force=force, pdf=pdf, limits=limits):
        counts[result.status] += 1
        if result.said:
            print(f"ReportError: {result.said}", file=sys.stderr)
        elif as_json:
            pages.append(str(result.page))
        else:
            print(result.page, flush=True)
        _tell_progress(result, counts)
    if as_json:
        print(json.dumps(pages, indent=1))
    if counts["asked"] + counts["refused"] > 1:
        said = ", ".join(f"{counts[name]} {name}" for name in ("rendered", "unchanged", "failed", "refused"))
        print(said, file=sys.stderr)
    return 1 if counts["refused"] or counts["failed"] else 0


def _asked(cases: list[str], every: bool, batch: Path | None, template: str, defaults: dict[str, Any]) -> Any:
    """Where the requests come from: cases named, every case, or a file; `UsageError` for more than one of them."""
    from forecasting.publish.requests import every_case, from_file, named_cases

    if sum((bool(cases), every, batch is not None)) > 1:
        raise UsageError("wanted one of CASE..., --all and --batch FILE; came more than one")
    if batch is not None:
        return from_file(batch, template, defaults)
    return every_case(template, defaults) if every else named_cases(template, cases, defaults)


def _tell_progress(result: Any, counts: Counter[str]) -> None:
    if counts["asked"] > 1:
        number = counts["rendered"] + counts["unchanged"] + counts["failed"]
        took = f"{result.status} {result.request.asked.subject()} ({result.seconds:.1f} s)"
        print(f"[{number}/{counts['asked']}] {took}", file=sys.stderr, flush=True)


def run_due(schedule: Path, now: str | None, out: Path, jobs: int, as_json: bool, limits: Any = None) -> int:
    """Run what is due; 1 if a run failed, else 0."""
    from datetime import UTC, datetime

    from forecasting.publish.schedule.plan import read_plan
    from forecasting.publish.schedule.run import run_due as run
    from forecasting.publish.schedule.times import moment

    outcome = run(read_plan(schedule), out, moment(now) if now is not None else datetime.now(UTC), jobs, limits)
    for said in (*outcome.remarks, *outcome.failures):
        print(said, file=sys.stderr)
    if as_json:
        print(json.dumps(outcome.runs, indent=1))
    else:
        for line in outcome.runs:
            counts = ", ".join(f"{count} {status}" for status, count in line["counts"].items()) or "no report"
            print(f"{line['entry']}, due {line['due']}: {line['status']} ({counts})")
        if not outcome.runs:
            print("nothing is due")
    return 1 if outcome.failures else 0


def approve(report: Path, by: str, out: Path | None, said: dict[str, Any], data: Path | None) -> None:
    """Sign a page of a report or a card off and say so."""
    if report.suffix == ".json":
        from forecasting.documents.card.home import home_of
        from forecasting.documents.card.keeping import sign_card
        from forecasting.store.package_data import shipped

        record = data or shipped("data")
        signed = sign_card(report, by, out or home_of(record), record, **said)
        print(f"{signed.document}: {signed.decision} by {signed.by}, sha256 {signed.sha256}")
        return
    if any(said.values()):
        raise UsageError("wanted a card (.json) to comment on or to request changes of; came a page of a report")
    from forecasting.review import approve as sign_off

    line = sign_off(report, by, out or Path("reports"))
    print(f"{line.document}: approved by {line.by}, sha256 {line.sha256}")


def publish(reports: Path, out: Path, require_approval: bool) -> int:
    """Build the public folder and name what was left out of it; 1 if a page was edited after its approval, else 0."""
    from forecasting.publish.site import publish as build
    from forecasting.review import EDITED

    left_out = build(reports, out, require_approval)
    for said in left_out:
        print(f"left out: {said}", file=sys.stderr)
    print(out / "index.html")
    return 1 if any(said.endswith(EDITED) for said in left_out) else 0
