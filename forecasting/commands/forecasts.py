"""One case: its forecast, the models behind it, what moved it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.record.months import HORIZONS, parse_day, parse_horizons

LIMIT_WORDS = {
    "abstained": "abstains, the record cannot bear its number for this case",
    "widened": "interval widened to hold the base rate's",
}

if TYPE_CHECKING:
    from forecasting.artefacts import Obtained


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
    """Print the forecast table of one case, and on standard error where the models came from and what limits them."""
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.artefacts import obtain
    from forecasting.features import DossierIndex
    from forecasting.forecasts.forecast import case_limits, forecast, open_cases
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    chosen = check_choice(target, population)
    history = load_history(data, day)
    open_cases(history, [case], target)
    obtained = obtain(artefacts, history, _model_names(models), target, chosen)
    index = DossierIndex(history, target) if obtained.fitted.support is not None else None
    table = forecast(history, case, fitted=obtained.fitted, horizons=months, index=index)
    print(f"model: {_origin(obtained, artefacts)}", file=sys.stderr)
    for name, limit in case_limits(history, [case], obtained.fitted, index)[case].items():
        if limit.reasons:
            print(f"{name}: {LIMIT_WORDS[limit.status]}: {limit}", file=sys.stderr)
    if as_json:
        print(table.to_json(orient="records", indent=1, double_precision=15))
    elif len(table):
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
    from forecasting import artefacts as artefact
    from forecasting.models import MODELS
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    chosen = check_choice(target, population)
    names = _model_names(models) or MODELS
    trained = artefact.train(load_history(data, day), names, target, chosen, artefacts)
    if as_json:
        print(json.dumps({"key": trained.key, "folder": str(trained.folder), "already": trained.already}, indent=1))
    else:
        print(f"{trained.folder}{' (already there)' if trained.already else ''}")


def print_changes(case: str, since: str, until: str, target: str, data: Path | None, as_json: bool) -> None:
    """Print what moved the model's forecast between two days."""
    days = parse_day(since), parse_day(until)
    from forecasting.documents.case.change_text import change_text
    from forecasting.documents.case.explained_values import change_values
    from forecasting.explain.changes import changes, check_days
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    check_days(*days)
    check_choice(target, "forward")
    found = change_values(changes(load_history(data, days[1]), case, days[0], target=target))
    print(json.dumps(found, indent=1, ensure_ascii=False) if as_json else change_text(found))


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
