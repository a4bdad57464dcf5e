"""What each command does. Libraries are imported where they are needed, so that `--help` answers at once."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forecasting.errors import UsageError
from forecasting.months import HORIZONS, parse_day, parse_horizons


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
    as_json: bool,
) -> None:
    """Print the forecast table of one case."""
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.forecast import fit_models, forecast, open_cases
    from forecasting.history.panel import check_choice
    from forecasting.history.view import load_history
    from forecasting.models import BASE_RATES

    chosen = check_choice(target, population)
    history = load_history(data, day)
    open_cases(history, [case], target)
    names = [name.strip() for name in models.split(",")] if models is not None else BASE_RATES
    table = forecast(history, case, fitted=fit_models(history, names, target, chosen), horizons=months)
    if as_json:
        print(table.to_json(orient="records", indent=1, double_precision=15))
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


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
    as_of: str | None,
    horizons: str | None,
    target: str,
    data: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Render reports one after another and print where each was published."""
    from forecasting.reporting.notebook import render_report

    if len(set(cases)) != len(cases):
        raise UsageError(f"wanted each case once; came {' '.join(cases)}")
    parameters = {"as_of": as_of, "horizons": horizons, "target": target, "data": data}
    if len(cases) > 1:
        _require_open(cases, as_of, target, data)
    given = {name: value for name, value in parameters.items() if value is not None}
    published = [render_report("case_report", {"case_id": case, **given}, out=out) for case in cases]
    if as_json:
        print(json.dumps([str(path) for path in published], indent=1))
    else:
        for path in published:
            print(path)


def backtest(
    design: str, target: str, jobs: int, resume: Path | None, tables: Path | None, data: Path | None, as_json: bool
) -> None:
    """Print each model's skill over the base rate and over that of its type, with intervals and n."""
    from forecasting.evaluation import backtest as run
    from forecasting.evaluation import check_design, skill_table
    from forecasting.evaluation.tables import result_tables, write_tables
    from forecasting.history.view import load_history

    chosen, history = check_design(design, jobs), load_history(data)
    scored = run(history, chosen, target, jobs, resume=resume)
    if tables is not None:
        write_tables(result_tables(scored), history.sha256, chosen, tables)
    table = skill_table(scored)
    if as_json:
        print(json.dumps(_by_model(table.to_dict(orient="records")), indent=1))
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def _by_model(rows: list[dict[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Skill over the base rate by model, with that over the type base rate and that by horizon inside."""
    models: dict[str, dict[str, Any]] = {}
    for row in rows:
        figures = {name: row[name] for name in ("brier_skill", "lower", "upper", "n", "n_groups")}
        of_model = models.setdefault(row["model"], {})
        place = of_model if row["reference"] == "base_rate" else of_model.setdefault("over_type_base_rate", {})
        place.update(figures if row["horizon"] == "all" else {f"{row['horizon']} months": figures})
    return models


def _require_open(cases: list[str], as_of: str | None, target: str, data: Path | None) -> None:
    """Refuse every case that cannot be reported before any is."""
    from forecasting.forecast import open_cases
    from forecasting.history.panel import check_choice
    from forecasting.history.view import load_history

    day = parse_day(as_of) if as_of is not None else None
    check_choice(target, "forward")
    open_cases(load_history(data, day), cases, target)
