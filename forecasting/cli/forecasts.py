"""One case: its forecast, the fitted models, and the changes of its forecast."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Artefacts, AsOf, Case, Data, Horizons, Json, Models, Population, Target, names_in
from forecasting.record.months import HORIZONS, parse_day, parse_horizons

if TYPE_CHECKING:
    from forecasting.artefacts import Obtained

app = typer.Typer()
LIMIT_WORDS = {
    "abstained": "abstains, the case lies outside its applicability domain",
    "widened": "interval widened to contain the base rate's",
}


@app.command("forecast")
def forecast_case(
    case: Case,
    as_of: AsOf = None,
    horizons: Horizons = None,
    target: Target = "concluded",
    population: Population = "forward",
    models: Models = None,
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Print the probability of each outcome of a case within each horizon."""
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.artefacts import obtain
    from forecasting.features import DossierIndex
    from forecasting.forecasts import case_limits, forecast, open_cases
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    chosen = check_choice(target, population)
    history = load_history(data, day)
    open_cases(history, [case], target)
    obtained = obtain(artefacts, history, names_in(models) if models is not None else None, target, chosen)
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


@app.command()
def train(
    as_of: AsOf = None,
    target: Target = "concluded",
    population: Population = "forward",
    models: Models = None,
    data: Data = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Fit the models and write them, so that forecasts and reports of that record and day need not fit them again."""
    day = parse_day(as_of) if as_of is not None else None
    from forecasting import artefacts as store
    from forecasting.models import MODELS
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    chosen = check_choice(target, population)
    names = names_in(models) if models is not None else MODELS
    trained = store.train(load_history(data, day), names, target, chosen, artefacts)
    if as_json:
        print(json.dumps({"key": trained.key, "folder": str(trained.folder), "already": trained.already}, indent=1))
    else:
        print(f"{trained.folder}{' (already there)' if trained.already else ''}")


@app.command()
def changes(
    case: Case,
    since: Annotated[str, typer.Option("--from", help="The earlier day, YYYY-MM-DD.")],
    until: Annotated[str, typer.Option("--to", help="The later day, YYYY-MM-DD.")],
    target: Target = "concluded",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Print the changes of the hazard model's forecast of a case between two days, and the acts behind them."""
    first, last = parse_day(since), parse_day(until)
    from forecasting.documents.case.change_text import change_text
    from forecasting.documents.case.explanation_values import change_values
    from forecasting.explain.changes import changes as changes_between
    from forecasting.explain.changes import check_days
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    check_days(first, last)
    check_choice(target, "forward")
    found = change_values(changes_between(load_history(data, last), case, first, target=target))
    print(json.dumps(found, indent=1, ensure_ascii=False) if as_json else change_text(found))


def _origin(obtained: "Obtained", artefacts: Path) -> str:
    from forecasting.models import MODELS

    if obtained.key is not None:
        return f"artefact {obtained.key[:12]}"
    left_out = [name for name in MODELS if name not in obtained.fitted.models]
    without = f"; without {', '.join(left_out)}" if left_out else ""
    return (
        f"refitted{without} (no artefact for this record, day and code in {artefacts}; `forecasting train` writes one)"
    )
