"""One case: its forecast, the fitted models, and the changes of its forecast."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import (
    Artefacts,
    AsOf,
    Case,
    Data,
    Horizons,
    Json,
    Ledger,
    Models,
    Overlay,
    Population,
    Target,
    names_in,
    print_rows,
    tell,
)
from forecasting.record.months import HORIZONS, parse_day, parse_horizons
from forecasting.store.errors import UsageError
from forecasting.store.settings import LEDGER_FOLDER

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
    overlay: Overlay = None,
    artefacts: Artefacts = Path("artefacts"),
    ledger: Ledger = Path(LEDGER_FOLDER),
    as_json: Json = False,
) -> None:
    """Print the probability of each outcome of a case within each horizon; people's entries count in `pool` alone."""
    day = parse_day(as_of) if as_of is not None else None
    months = parse_horizons(horizons) if horizons is not None else HORIZONS
    from forecasting.artefacts import obtain
    from forecasting.features import DossierIndex
    from forecasting.forecasts import case_limits, forecast, open_cases
    from forecasting.ledger import fitted_for, with_pool
    from forecasting.models import HEADLINE
    from forecasting.record.history import load_history
    from forecasting.record.overlays import hashes_line
    from forecasting.record.panel import check_choice

    chosen = check_choice(target, population)
    asked = names_in(models) if models is not None else None
    history = load_history(data, day, overlay)
    open_cases(history, [case], target)
    obtained = obtain(artefacts, history, fitted_for(asked) if asked else None, target, chosen)
    index = DossierIndex(history, target) if obtained.fitted.support is not None else None
    table = forecast(history, case, fitted=obtained.fitted, horizons=months, index=index)
    if asked:
        table = with_pool(table, asked, ledger, target)
    print(f"model: {_origin(obtained, artefacts)}", file=sys.stderr)
    for name, limit in case_limits(history, [case], obtained.fitted, index)[case].items():
        if limit.reasons and (not asked or name in {*asked, HEADLINE}):
            print(f"{name}: {LIMIT_WORDS[limit.status]}: {limit}", file=sys.stderr)
    if as_json:
        print_rows(table, history.record)
    elif len(table):
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
        if history.record.overlays:
            print(hashes_line(history.record))


@app.command()
def brief(
    case: Case,
    as_of: AsOf = None,
    target: Target = "concluded",
    data: Data = None,
    overlay: Overlay = None,
    artefacts: Artefacts = Path("artefacts"),
    ledger: Annotated[Path | None, typer.Option("--ledger", help="Folder of the ledger named on the page.")] = None,
    streams: Annotated[
        Path | None, typer.Option("--streams", help="Folder of `streams build`: unusual activity in event files.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print one page on a case: verdict, all endings, where it stands, what changed and what to watch."""
    from forecasting.documents.brief import BriefReport

    found = BriefReport(
        case, as_of, target=target, data=data, artefacts=artefacts, ledger=ledger, overlay=overlay, streams=streams
    )
    print(json.dumps(found.content, indent=1, ensure_ascii=False) if as_json else found.text())


@app.command()
def history(
    case: Case,
    since: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD. Default: a year before.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD. Default: the record's end.")] = None,
    horizon: Annotated[int, typer.Option("--horizon", help="Months after each day.")] = 60,
    target: Target = "concluded",
    data: Data = None,
    overlay: Overlay = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Print the headline of a case day by day, each point from what was known on its day, and what moved it most."""
    days = [parse_day(day) if day is not None else None for day in (since, until)]
    from forecasting.documents.case.history_text import history_text, history_values
    from forecasting.explain.number_history import marks, number_history
    from forecasting.record.history import load_history
    from forecasting.record.months import check_horizons
    from forecasting.record.panel import check_choice

    check_choice(target, "forward")
    check_horizons([horizon])
    known = load_history(data, days[1], overlay)
    points = number_history(known, case, days[0], horizon=horizon, target=target, artefacts=artefacts)
    found = history_values(case, horizon, points, marks(known.case(case, target), points))
    tell(found, history_text(found), known.record, as_json)


@app.command()
def compare(
    cases: Annotated[list[str], typer.Argument(metavar="CASE...", help="Case ids.")],
    as_of: Annotated[
        list[str] | None, typer.Option("--as-of", help="A day, YYYY-MM-DD; may be given several times.")
    ] = None,
    horizon: Annotated[int, typer.Option("--horizon", help="Months after each day.")] = 60,
    target: Target = "concluded",
    data: Data = None,
    overlay: Overlay = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Print the forecasts of several cases, or of several days, side by side: all endings, base rates and ladders."""
    from forecasting.explorer.comparison import compare as side_by_side

    days = list(as_of) if as_of else None
    place = {"data": data, "artefacts": artefacts}
    found = side_by_side(cases, days, horizon=horizon, target=target, overlay=overlay, **place)
    if as_json:
        print_rows(found.to_frame(), found.outlooks[0].session.history.record)
    else:
        print(found)


@app.command("what-if")
def what_if(
    case: Case,
    scenarios: Annotated[
        Path | None, typer.Option("--scenarios", help="JSON file of scenarios; without it, the acts are listed.")
    ] = None,
    as_of: AsOf = None,
    horizon: Annotated[int, typer.Option("--horizon", help="Months after the day.")] = 60,
    target: Target = "concluded",
    data: Data = None,
    overlay: Overlay = None,
    artefacts: Artefacts = Path("artefacts"),
    as_json: Json = False,
) -> None:
    """Print a case as it stands beside saved scenarios of several acts and facts, or the acts that may be supposed."""
    from forecasting.explain.scenarios import read_scenarios
    from forecasting.explorer.comparison import possible_acts
    from forecasting.explorer.comparison import what_if as supposed

    if scenarios is None:
        told = possible_acts(case, as_of, data=data, overlay=overlay)
        print(json.dumps(told, indent=1) if as_json else "\n".join(told))
        return
    read = read_scenarios(scenarios, case)
    place = {"data": data, "artefacts": artefacts}
    found = supposed(case, read, as_of, horizon=horizon, target=target, overlay=overlay, **place)
    if as_json:
        print_rows(found.to_frame(), found.outlook.session.history.record)
    else:
        print(found)


@app.command()
def acts(
    case: Case,
    as_of: AsOf = None,
    data: Data = None,
    overlay: Overlay = None,
    as_json: Json = False,
) -> None:
    """Print the timeline of a case: every act known on a day, with its standing and sources, the latest first."""
    day = parse_day(as_of) if as_of is not None else None
    from forecasting.documents.case.history_text import acts_text, acts_values
    from forecasting.record.history import load_history

    known = load_history(data, day, overlay)
    found = acts_values(known, case)
    tell(found, acts_text(found), known.record, as_json)


@app.command()
def train(
    as_of: AsOf = None,
    target: Target = "concluded",
    population: Population = "forward",
    models: Models = None,
    data: Data = None,
    overlay: Overlay = None,
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
    trained = store.train(load_history(data, day, overlay), names, target, chosen, artefacts)
    if as_json:
        print(json.dumps({"key": trained.key, "folder": str(trained.folder), "already": trained.already}, indent=1))
    else:
        print(f"{trained.folder}{' (already there)' if trained.already else ''}")


@app.command()
def changes(
    case: Case,
    since: Annotated[str | None, typer.Option("--from", help="The earlier day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The later day, YYYY-MM-DD.")] = None,
    entries: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--entries", metavar="A B", help="Instead of days: two issued ledger entries of one model."),
    ] = None,
    reports: Annotated[
        Path | None,
        typer.Option("--reports", help="Instead of --from: folder of reports; since the case's last page."),
    ] = None,
    horizon: Annotated[int, typer.Option("--horizon", help="Months after each day.")] = 60,
    state: Annotated[str, typer.Option("--state", help="State, with --entries.")] = "formalized",
    target: Target = "concluded",
    data: Data = None,
    overlay: Overlay = None,
    as_json: Json = False,
) -> None:
    """Print why the headline of a case changed between two days, or a forecast between two issued ledger entries."""
    if entries is not None:
        if since is not None or until is not None or reports is not None:
            raise UsageError(
                "expected two days or two entries, got both; give --from or --reports and --to, or --entries"
            )
        _print_entry_changes(case, entries, horizon, state, data, as_json)
        return
    if reports is not None and since is not None:
        raise UsageError("expected the earlier day from --from or --reports, got both; leave one out")
    if reports is not None and until is not None:
        from forecasting.publish.site import last_page

        since = last_page(reports, case, parse_day(until)).day
    if since is None or until is None:
        raise UsageError("expected --from and --to, or --entries, got neither whole; give one of the two")
    first, last = parse_day(since), parse_day(until)
    from forecasting.documents.case.change_text import change_text
    from forecasting.documents.case.explanation_values import change_values
    from forecasting.explain.changes import changes as changes_between
    from forecasting.explain.changes import check_days
    from forecasting.record.history import load_history
    from forecasting.record.panel import check_choice

    check_days(first, last)
    check_choice(target, "forward")
    history = load_history(data, last, overlay)
    found = change_values(changes_between(history, case, first, horizons=(horizon,), target=target), horizon)
    tell(found, change_text(found), history.record, as_json)


def _print_entry_changes(
    case: str, entries: tuple[Path, Path], horizon: int, state: str, data: Path | None, as_json: bool
) -> None:
    from forecasting.ledger.chain import read_link
    from forecasting.ledger.changes import entry_changes
    from forecasting.record.history import load_history

    first, second = map(read_link, entries)
    found = entry_changes(first, second, load_history(data), case, horizon=horizon, state=state)
    if as_json:
        print(json.dumps(asdict(found), indent=1, ensure_ascii=False))
        return
    print(f"{found.model}: {case} {state} within {horizon} months")
    for name, day, value in zip(found.entries, found.days, (found.before, found.after), strict=True):
        print(f"{value:8.2%}  as of {day}, {name}")
    for title, parts in (("why", found.parts), ("by step, as the entries say", found.steps)):
        if parts:
            print(title)
        for part in parts:
            print(f"{100 * part.points:+8.2f}  {part.name}: {part.why}")


def _origin(obtained: "Obtained", artefacts: Path) -> str:
    from forecasting.models import MODELS

    if obtained.key is not None:
        return f"artefact {obtained.key[:12]}"
    left_out = [name for name in MODELS if name not in obtained.fitted.models]
    without = f"; without {', '.join(left_out)}" if left_out else ""
    return (
        f"refitted{without} (no artefact for this record, day and code in {artefacts}; `forecasting train` writes one)"
    )
