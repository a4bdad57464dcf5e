"""What each command does. Libraries are imported where they are needed, so that `--help` answers at once."""

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.errors import UsageError
from forecasting.months import HORIZONS, parse_day, parse_horizons

if TYPE_CHECKING:
    from forecasting.artefact import Obtained


def check(data: Path | None, as_json: bool) -> int:
    """Print every fault of the record; 1 if there is one, else 0."""
    from forecasting.errors import SchemaError
    from forecasting.history.checks import record_faults
    from forecasting.history.files import read_record
    from forecasting.places import shipped

    folder = data or shipped("data")
    try:
        record = read_record(folder)
        faults = record_faults(record)
    except SchemaError as error:
        record, faults = None, list(error.faults)
    if as_json:
        print(json.dumps([asdict(fault) for fault in faults], indent=1))
    else:
        for fault in faults:
            print(fault)
        if record is not None and not faults:
            cases, events = (len(record.tables[name].cells) for name in ("cases", "events"))
            print(f"no faults: {cases} cases, {events} events up to {record.data_end}; sha256 {record.sha256}")
            causes = record.tables["outcomes"].cells.pivot(index="case_id", columns="target", values="cause")
            unbound = causes[(causes["concluded"] == "formalized") & (causes["in_force"] != "formalized")]
            print(f"concluded but not seen in force: {len(unbound)} cases ({', '.join(unbound.index)})")
        elif faults:
            print(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {folder}")
    return 1 if faults else 0


def print_forecast(
    case: str,
    as_of: str | None,
    horizons: str | None,
    target: str,
    population: str,
    models: str | None,
    data: Path | None,
    artefacts: Path,
    as_json: bool,
) -> None:
    """Print the forecast table of one case, and on standard error where the fitted models came from."""
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.artefact import obtain
    from forecasting.forecast import forecast, open_cases
    from forecasting.history.panel import check_choice
    from forecasting.history.view import load_history

    chosen = check_choice(target, population)
    history = load_history(data, day)
    open_cases(history, [case], target)
    obtained = obtain(artefacts, history, _model_names(models), target, chosen)
    table = forecast(history, case, fitted=obtained.fitted, horizons=months)
    print(f"model: {_origin(obtained, artefacts)}", file=sys.stderr)
    if as_json:
        print(table.to_json(orient="records", indent=1, double_precision=15))
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def train(
    as_of: str | None,
    target: str,
    population: str,
    models: str | None,
    data: Path | None,
    artefacts: Path,
    as_json: bool,
) -> None:
    """Fit the models, write them as an artefact and say where it is, or that it was there already."""
    day = parse_day(as_of) if as_of is not None else None
    from forecasting import artefact
    from forecasting.history.panel import check_choice
    from forecasting.history.view import load_history
    from forecasting.models import MODELS

    chosen = check_choice(target, population)
    names = _model_names(models) or MODELS
    trained = artefact.train(load_history(data, day), names, target, chosen, artefacts)
    if as_json:
        print(json.dumps({"key": trained.key, "folder": str(trained.folder), "already": trained.already}, indent=1))
    else:
        print(f"{trained.folder}{' (already there)' if trained.already else ''}")


def _model_names(models: str | None) -> list[str] | None:
    return [name.strip() for name in models.split(",")] if models is not None else None


def _origin(obtained: "Obtained", artefacts: Path) -> str:
    from forecasting.models import MODELS

    if obtained.key is not None:
        return f"artefact {obtained.key[:12]}"
    left_out = [name for name in MODELS if name not in obtained.fitted.models]
    without = f"; without {', '.join(left_out)}" if left_out else ""
    return (
        f"refitted{without} (no artefact for this record, day and code in {artefacts}; `forecasting train` writes one)"
    )


def print_features(as_json: bool) -> None:
    """Print the catalogue of features, by family."""
    from forecasting.features import catalogue

    known = catalogue()
    if as_json:
        print(known.to_json(orient="records", indent=1))
        return
    for family, rows in known.groupby("family", sort=False):
        print(f"{family}\n")
        for row in rows.itertuples():
            print(f"  {row.name}  [{row.role}; {row.unit}, {row.minimum:.3g} to {row.maximum:.3g}]")
            print(f"    {row.what}\n    {row.reason}\n")


def add_case(case: str, data: Path) -> None:
    """Add a template and say which files it touched."""
    from forecasting.history import template

    for path in template.add_case(case, data):
        print(path)
    print(f"Fill every '?' in the rows of {case}, then run: forecasting check --data {data}")


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
) -> int:
    """Check every request, then render the good ones; 1 if one was refused in a batch or failed, else 0."""
    from forecasting.reporting.batch import check_jobs, render_all
    from forecasting.reporting.notebook import require_writable
    from forecasting.reporting.pdf import browser
    from forecasting.reporting.requests import Refusal, Request, each_once

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
    for result in render_all(good, out, jobs, force=force, pdf=pdf):
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
    from forecasting.reporting.requests import every_case, from_file, named_cases

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


def run_due(schedule: Path, now: str | None, out: Path, jobs: int, as_json: bool) -> int:
    """Run what is due; 1 if a run failed, else 0."""
    from datetime import UTC, datetime

    from forecasting.schedule.plan import read_plan
    from forecasting.schedule.run import run_due as run
    from forecasting.schedule.times import moment

    outcome = run(read_plan(schedule), out, moment(now) if now is not None else datetime.now(UTC), jobs)
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


def approve(report: Path, by: str, out: Path) -> None:
    """Sign a page off and say so."""
    from forecasting.reporting.review import approve as sign_off

    line = sign_off(report, by, out)
    print(f"{line['report']}: approved by {line['by']}, sha256 {line['sha256']}")


def publish(reports: Path, out: Path, require_approval: bool) -> int:
    """Build the public folder and name what was left out of it; 1 if a page was edited after its approval, else 0."""
    from forecasting.reporting.review import EDITED
    from forecasting.reporting.site import publish as build

    left_out = build(reports, out, require_approval)
    for said in left_out:
        print(f"left out: {said}", file=sys.stderr)
    print(out / "index.html")
    return 1 if any(said.endswith(EDITED) for said in left_out) else 0


def backtest(
    design: str,
    target: str,
    jobs: int,
    resume: Path | None,
    tables: Path | None,
    data: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print each model's skill over both base rates; write the tables and the forecasts asked for."""
    from forecasting.evaluation import backtest as run
    from forecasting.evaluation import check_design, skill_table
    from forecasting.evaluation.tables import result_tables, write_tables
    from forecasting.explain.track_record import check_kept, write_track_record
    from forecasting.history.view import load_history

    chosen = check_design(design, jobs)
    if out is not None:
        check_kept(chosen)
    history = load_history(data)
    scored = run(history, chosen, target, jobs, resume=resume)
    if tables is not None:
        write_tables(result_tables(scored), history.sha256, chosen, tables)
    if out is not None:
        write_track_record(out, scored, history, target)
    table = skill_table(scored)
    if as_json:
        print(json.dumps(_by_model(table.to_dict(orient="records")), indent=1))
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def multiverse(
    cases: list[str], as_of: str | None, n: int, jobs: int, data: Path | None, out: Path | None, as_json: bool
) -> None:
    """Print the spread of the skill and of each headline, and where it comes from; with `out`, write the tables."""
    day = parse_day(as_of) if as_of is not None else None
    from forecasting.history.view import load_history
    from forecasting.multiverse.run import multiverse as run
    from forecasting.multiverse.run import open_core_cases
    from forecasting.multiverse.summary import summary, summary_text, write_summary

    history = load_history(data, day)
    found = run(history, cases or open_core_cases(history), n, jobs)
    if out is not None:
        for path in write_summary(found, out):
            print(path)
    else:
        print(json.dumps(summary(found), indent=1) if as_json else summary_text(found))


def print_changes(case: str, since: str, until: str, target: str, data: Path | None, as_json: bool) -> None:
    """Print what moved the model's forecast between two days."""
    days = parse_day(since), parse_day(until)
    from forecasting.explain.changes import changes, check_days
    from forecasting.history.panel import check_choice
    from forecasting.history.view import load_history
    from forecasting.reporting.explained import change_text
    from forecasting.reporting.explained_values import change_values

    check_days(*days)
    check_choice(target, "forward")
    found = change_values(changes(load_history(data, days[1]), case, days[0], target=target))
    print(json.dumps(found, indent=1, ensure_ascii=False) if as_json else change_text(found))


def _by_model(rows: list[dict[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Skill over the base rate by model, with that over the type base rate and that by horizon inside."""
    models: dict[str, dict[str, Any]] = {}
    for row in rows:
        figures = {name: row[name] for name in ("brier_skill", "lower", "upper", "n", "n_groups")}
        of_model = models.setdefault(row["model"], {})
        place = of_model if row["reference"] == "base_rate" else of_model.setdefault("over_type_base_rate", {})
        place.update(figures if row["horizon"] == "all" else {f"{row['horizon']} months": figures})
    return models
