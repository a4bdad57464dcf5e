"""One number told from its sources to the page: source, row, feature, fit, forecast, place."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.artefacts import Obtained, code_sha256, obtain
from forecasting.artefacts.session import shared_history
from forecasting.documents.difference import leaves, path_of
from forecasting.documents.provenance import PROVENANCE
from forecasting.documents.wording import percent
from forecasting.explain.drivers import drivers
from forecasting.explain.movers import behind
from forecasting.features import FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts import forecast
from forecasting.forecasts.forecast import case_covariates
from forecasting.forecasts.training import case_lines, training_set
from forecasting.ledger.entries import Issue
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import UsageError, shown
from forecasting.verify.entries import is_entry, line_of, read_link, split_line
from forecasting.verify.pages import derived, is_page, places_of, read_page
from forecasting.verify.rows import case_fact, facts, named_facts
from forecasting.verify.trust import Trusted

FIRST = ("/headline/probability", "/explained/drivers/probability", "/beside/forecast", "/forecast", "/headline")
OTHER = 1.5
FIELDS = ("probability", "lower", "upper")
Chain = dict[str, Any]


@dataclass(frozen=True)
class Number:
    """Which number of a forecast it is."""

    case_id: str
    as_of: date
    target: str
    model: str
    horizon: int
    cause: str
    given: str
    field: str


def explain(place: str, asked: str, trusted: Trusted) -> Chain:
    """The chain of one number of a page or an entry, named by its JSON pointer or as it is printed (33 %, 0.326).

    Keys: `number` (pointer, what is said, also), `place` (headings or the line), and for a forecast `sources` (rows of
    the record with their known dates and sources), `features`, `fit`, `forecast`; for any other value `rows`, those
    that it names; of a page also `provenance`, what the value was worked out from. Raises `UsageError` where there is
    no such number.
    """
    path, _ = split_line(place)
    if not path.exists():
        raise UsageError(f"expected a page or an entry, got {path}: no such file")
    if is_entry(path, {"entry": ""}) and path.is_file():
        return _of_entry(path, asked, trusted)
    if not is_page(path, {"rendering": {}}):
        raise UsageError(f"expected a page or an entry, got {path}")
    return _of_page(path, asked, trusted)


def _of_page(path: Path, asked: str, trusted: Trusted) -> Chain:
    printed = read_page(path)
    pointer, also = _pointer(printed.content, asked)
    way = path_of(printed.content, pointer)
    again, parameters = derived(printed, trusted)
    history = parameters.history()
    content = again.content
    other = OTHER if isinstance(way[-1], int | float) else ""
    chain: Chain = {
        "number": {"pointer": pointer, "said": way[-1], "found": _at(content, pointer), "also": also},
        "place": {"page": str(printed.page), "sections": places_of(again, content, pointer, other)},
        "provenance": provenance_of(content, pointer),
    }
    number = _number(printed.content, way, pointer)
    return chain | (_chain(history, number, trusted) if number else {"rows": named_facts(history, way)})


def _of_entry(path: Path, asked: str, trusted: Trusted) -> Chain:
    link = read_link(path)
    if not isinstance(entry := link.entry, Issue):
        raise UsageError(f"expected an entry with forecasts, got {path.name}")
    held = entry.model_dump(mode="json")
    pointer, also = _pointer(held, asked)
    found = re.fullmatch(r"/forecasts/(\d+)/(probability|lower|upper|reference)/(\d+)/(\d+)", pointer)
    if not found:
        raise UsageError(f"expected the pointer to a number of a forecast in the entry, got {shown(pointer)}")
    own, i, k = entry.forecasts[int(found[1])], int(found[3]), int(found[4])
    model, field = (entry.reference_model, FIELDS[0]) if found[2] == "reference" else (entry.model, found[2])
    number = Number(own.case_id, entry.as_of, entry.target, model, entry.horizons[i], entry.states[k], "all", field)
    history = shared_history(trusted.data, entry.as_of)
    return {
        "number": {"pointer": pointer, "said": path_of(held, pointer)[-1], "also": also},
        "place": {
            "entry": f"{path}:{line_of(link, own.case_id)}",
            "kind": entry.kind,
            "deadline": held["deadlines"][i],
        },
    } | _chain(history, number, trusted)


def provenance_of(content: Any, pointer: str) -> Chain | None:
    """What the value that a pointer leads into was worked out from; None for a setting of the page."""
    first, *rest = pointer.split("/")[1:]
    known = content.get(PROVENANCE, {})
    names = (name for name in (".".join([first, *rest[:1]]), first) if name in known)
    return next(({"value": name, **known[name]} for name in names), None)


def _at(content: Any, pointer: str) -> Any:
    try:
        return path_of(content, pointer)[-1]
    except UsageError:
        return None


def _pointer(content: Any, asked: str) -> tuple[str, list[str]]:
    """The pointer asked for, or the first to a number printed so, and the others."""
    if asked.startswith("/"):
        last = path_of(content, asked)[-1]
        if isinstance(last, dict | list):
            raise UsageError(f"expected a pointer to one value, got {shown(asked)}: it holds {len(last)}")
        return asked, []
    found = [pointer for pointer, value in leaves(content) if _is_printed(value, asked)]
    if not found:
        raise UsageError(f"expected a JSON pointer or a number that stands there, got {shown(asked)}")
    first = min(found, key=lambda pointer: _rank(content, pointer))
    return first, [pointer for pointer in found if pointer != first]


def _rank(content: Any, pointer: str) -> tuple[int, bool, bool]:
    """Points of the headline and of the model first, then other points of formalization, then the rest."""
    row = path_of(content, pointer)[-2]
    is_about = isinstance(row, dict) and row.get("cause", CAUSES[0]) == CAUSES[0] and row.get("given", "all") == "all"
    rank = next((i for i, start in enumerate(FIRST) if pointer.startswith(start)), len(FIRST))
    return rank, not pointer.endswith(FIELDS[0]), not is_about


def _is_printed(value: Any, asked: str) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    if asked.rstrip().endswith("%"):
        printed = f"{asked.rstrip()[:-1]} %".split()
        return isinstance(value, float) and 0 <= value <= 1 and percent(value).split() == printed
    try:
        digits = len(asked.partition(".")[2])
        return round(float(value), digits) == float(asked) and (digits > 0 or value == float(asked))
    except (ValueError, OverflowError):
        return False


def _number(content: Any, way: list[Any], pointer: str) -> Number | None:
    """Which number of a forecast a value of a page is; None where it is another kind of value."""
    rows = [value for value in way if isinstance(value, dict) and "horizon" in value]
    if not rows or "target" not in content or not isinstance(way[-1], float):
        return None
    row, field = rows[-1], pointer.rpartition("/")[2]
    case = row.get("case_id") or content.get("case", {}).get("case_id")
    model = row.get("model") or ("primary" if pointer.startswith("/explained") else None)
    if not isinstance(case, str) or model is None:
        return None
    return Number(
        case, date.fromisoformat(content["as_of"]), content["target"], model, int(row["horizon"]),
        row.get("cause") or row.get("state") or CAUSES[0], row.get("given", "all"),
        field if field in FIELDS else FIELDS[0],
    )  # fmt: skip


def _chain(history: History, number: Number, trusted: Trusted) -> Chain:
    view = history.case(number.case_id, number.target)
    obtained = obtain(trusted.artefacts, history, (number.model,), number.target)
    model = obtained.fitted.models[number.model]
    index = DossierIndex(history, number.target)
    table = forecast(history, number.case_id, fitted=obtained.fitted, horizons=(number.horizon,), index=index)
    row = table[(table["cause"] == number.cause) & (table["given"] == number.given)].iloc[0].to_dict()
    own = (_of_hazard if isinstance(model, HazardModel) else _of_base_rate)(history, view, obtained, index, number)
    origin = f"artefact {obtained.key}" if obtained.key else "fitted anew"
    fit = {"from": origin, "record_sha256": history.sha256, "code_sha256": code_sha256(), **own.pop("fit")}
    return {**own, "fit": fit, "forecast": row | {"field": number.field}}


def _of_base_rate(history: History, view: Dossier, obtained: Obtained, _: DossierIndex, number: Number) -> Chain:
    base, spells = obtained.fitted.models[number.model], obtained.fitted.spells
    assert isinstance(base, BaseRate)
    ended = {cause: int((spells.cause == k).sum()) for k, cause in enumerate(CAUSES, start=1)}
    rows = [fact for case in spells.case_ids for fact in _outcome(history, case, number.target)]
    at_risk = int(base.at_risk(case_covariates([view]))[0])
    fit = {
        "n_cases": len(spells.entry),
        "population": obtained.fitted.population,
        "n_at_risk_at_its_age": at_risk,
        "age_months": view.age_months,
        "ended": ended,
    }
    return {
        "sources": {"case": case_fact(history, view.case_id), "outcomes": rows},
        "features": [],
        "fit": fit | {"how": "by month of age, the share of those at risk that ended so (Aalen-Johansen)"},
    }


def _outcome(history: History, case_id: str, target: str) -> list[Chain]:
    return facts(history, "outcomes", "case_id", case_id, target=target)


def _of_hazard(history: History, view: Dossier, obtained: Obtained, index: DossierIndex, number: Number) -> Chain:
    model = obtained.fitted.models[number.model]
    assert isinstance(model, HazardModel)
    line = case_lines(index, [view], MODEL_FEATURES)
    told = drivers(model, line, number.horizon, number.cause)
    made = behind(index, history, view.case_id, MODEL_FEATURES, number.target)
    learned = training_set(history, index, MODEL_FEATURES, number.target).landmarks
    acts = {m.event_id for moved in made.values() for m in moved.movers if m.kind != "ending"}
    ends = {m.event_id for moved in made.values() for m in moved.movers if m.kind == "ending"}
    points = {row.name: row for row in told.rows}
    return {
        "sources": {
            "case": case_fact(history, view.case_id),
            "events": [fact for event in view.events if event.event_id in acts
                       for fact in facts(history, "events", "event_id", event.event_id)],
            "endings": [fact for case in sorted(ends) for fact in _outcome(history, case, number.target)],
        },
        "features": [
            {
                "name": name, "value": float(line[name].iloc[0]), "unit": FEATURES[name].unit,
                "range": [FEATURES[name].minimum, FEATURES[name].maximum], "what": FEATURES[name].what,
                "reason": FEATURES[name].reason, "points": points[name].points,
                "from": [m.event_id for m in made[name].movers] or ["the case's own row"],
            }
            for name in MODEL_FEATURES
        ],
        "fit": {
            "n_cases": int(learned["case_id"].nunique()), "population": "core, however found",
            "n_landmarks": int(learned.groupby("case_id")["age_months"].nunique().sum()),
            "points": {row.name: row.points for row in told.rows}, "sum_of_points": told.probability,
        },
    }  # fmt: skip
