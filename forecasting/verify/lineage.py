"""The lineage of one number of a page or a ledger entry: where it is printed, and what it was worked out from."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from forecasting.artefacts.session import shared_history
from forecasting.documents.blocks import Figure, figures
from forecasting.documents.difference import leaves, path_of
from forecasting.documents.provenance import PROVENANCE, values_read
from forecasting.documents.report import Shown
from forecasting.documents.wording import MINUS, shown
from forecasting.ledger.chain import read_link
from forecasting.ledger.entries import Issue
from forecasting.models import HEADLINE
from forecasting.record.citations import Citation, citations, source_citations
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES, STATES
from forecasting.store import errors
from forecasting.store.errors import UsageError
from forecasting.store.files import found_at
from forecasting.verify.entries import is_entry, line_of, split_line
from forecasting.verify.forecast_lineage import ForecastNumber, Lineage, forecast_lineage
from forecasting.verify.pages import derived, headings_by_pointer, is_page, read_page
from forecasting.verify.verification import SUBJECT, Trusted

FIELDS: Final = ("probability", "lower", "upper")
OF_AN_ENTRY: Final = re.compile(r"/forecasts/(\d+)/(probability|lower|upper|reference)/(\d+)/(\d+)")
TABLE_OF_ID: Final = {
    "event_id": "events", "source_id": "sources", "alternative_id": "alternatives", "case_id": "cases",
}  # fmt: skip


def explain(place: str, asked: str, trusted: Trusted) -> Lineage:
    """The lineage of one number of a page or a ledger entry.

    Parameters
    ----------
    place
        Path of the page (or of the JSON file beside it) or of the entry.
    asked
        JSON pointer to the number, or the number as printed (33 %) or with some of its decimals (0.326).
    trusted
        Record and fitted models from which it is derived again.

    Returns
    -------
    dict
        Of JSON types. `number`: its pointer, what is said, and other pointers printed the same. `place`: headings of
        the sections that read it, or the line of the entry. Of a page, `provenance` of the value: function, columns,
        files, models. For a forecast `sources`, `features`, `fit` and `forecast` (see `forecast_lineage`); for any
        other value `rows`, those of the record that it names.

    Raises
    ------
    UsageError
        There is no such file or no such number.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history()
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     entry = issue(table, folder, history, as_replay=True, issued_on=history.as_of).paths[0]
    ...     explain(str(entry), "/forecasts/0/probability/0/0", Trusted())["number"]["pointer"]
    '/forecasts/0/probability/0/0'
    """
    path, _ = split_line(place)
    if (found := found_at(path, "file")) not in ("a folder", "a file"):
        raise UsageError(f"expected a page or an entry, got {path}: {found}; name one that is there")
    if is_entry(path, {"entry": ""}) and path.is_file():
        return _of_entry(path, asked, trusted)
    if not is_page(path, {"rendering": {}}):
        raise UsageError(f"expected a page or an entry, got {path}; name the page or the JSON file beside it")
    return _of_page(path, asked, trusted)


def _of_page(path: Path, asked: str, trusted: Trusted) -> Lineage:
    printed = read_page(path)
    if is_pointer := asked.startswith("/"):
        _require_leaf(printed.content, asked)
    again, parameters = derived(printed, trusted)
    history, content, sections = parameters.history(), again.content, again.sections()
    found = [asked] if is_pointer else _printed(printed.content, asked, _figures(sections))
    pointer, way = found[0], path_of(printed.content, found[0])
    lineage: Lineage = {
        "number": {"pointer": pointer, "said": way[-1], "found": _at(content, pointer), "also": found[1:]},
        "place": {"page": str(printed.page), "sections": headings_by_pointer(sections).get(pointer, [])},
        "provenance": _provenance(content, pointer),
    }
    number = _forecast_number(printed.content, way, pointer)
    return lineage | (forecast_lineage(history, number, trusted) if number else {"rows": _rows_named(history, way)})


def _of_entry(path: Path, asked: str, trusted: Trusted) -> Lineage:
    link = read_link(path, SUBJECT)
    if not isinstance(entry := link.entry, Issue):
        raise UsageError(f"expected an entry with forecasts, got {path.name}; resolutions and notes hold no forecast")
    held = entry.model_dump(mode="json")
    if is_pointer := asked.startswith("/"):
        _require_leaf(held, asked)
    numbers = ((pointer, "chance") for pointer, _ in leaves(held) if OF_AN_ENTRY.fullmatch(pointer))
    pointer, *also = [asked] if is_pointer else _printed(held, asked, numbers)
    part = OF_AN_ENTRY.fullmatch(pointer)
    if not part:
        raise UsageError(
            f"expected the pointer to a number of a forecast in the entry, got {errors.shown(pointer)}; name one such "
            "as /forecasts/0/probability/0/0"
        )
    own, i, k = entry.forecasts[int(part[1])], int(part[3]), int(part[4])
    model, field = (entry.reference_model, FIELDS[0]) if part[2] == "reference" else (entry.model, part[2])
    number = ForecastNumber(
        own.case_id, entry.as_of, entry.target, model, entry.horizons[i], entry.states[k], "all", field
    )
    place = {"entry": f"{path}:{line_of(link, own.case_id)}", "kind": entry.kind, "deadline": held["deadlines"][i]}
    return {
        "number": {"pointer": pointer, "said": path_of(held, pointer)[-1], "also": also},
        "place": place,
    } | forecast_lineage(shared_history(trusted.data, entry.as_of), number, trusted)


def _require_leaf(content: Any, pointer: str) -> None:
    last = path_of(content, pointer)[-1]
    if isinstance(last, dict | list):
        raise UsageError(
            f"expected a pointer to one value, got {errors.shown(pointer)}: it holds {len(last)}; name one of these"
        )


def _figures(sections: Iterable[tuple[str, Shown]]) -> Iterator[tuple[str, str]]:
    """Pointers and units of the figures of a page in its order, all points before the bounds of intervals."""
    shown_there = [one for _, section in sections for one in figures(section.section)]
    points = [(one.pointer, one.unit) for one in shown_there if isinstance(one, Figure)]
    bounds = [(pointer, one.unit) for one in shown_there for pointer in (one.lower_pointer, one.upper_pointer)]
    yield from ((pointer, unit) for pointer, unit in points + bounds if pointer)


def _printed(content: Any, asked: str, numbers: Iterable[tuple[str, str]]) -> list[str]:
    """Pointers of the numbers that are printed as asked, each once; `UsageError` where there is none."""
    found = dict.fromkeys(pointer for pointer, unit in numbers if _is_printed(_at(content, pointer), unit, asked))
    if not found:
        raise UsageError(
            f"expected a JSON pointer or a number that stands there, got {errors.shown(asked)}; name it as it is "
            "printed (33 %) or by its pointer (/headline/probability)"
        )
    return list(found)


def _is_printed(value: Any, unit: str, asked: str) -> bool:
    """Whether a value of a unit reads as asked, or is the number asked to as many decimals."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        if "".join(shown(unit, value).split()) == "".join(asked.split()).replace("-", MINUS):
            return True
        decimals = len(asked.partition(".")[2])
        return value == float(asked) or (decimals > 0 and round(float(value), decimals) == float(asked))
    except (KeyError, ValueError, OverflowError):  # KeyError: an edited page has a number where words belong
        return False


def _at(content: Any, pointer: str) -> Any:
    try:
        return path_of(content, pointer)[-1]
    except UsageError:
        return None


def _provenance(content: Any, pointer: str) -> Lineage | None:
    """What the value that a pointer leads into was worked out from; None for a setting of the page."""
    known = content.get(PROVENANCE, {})
    return next(({"value": name, **known[name]} for name in values_read([pointer], known) if name in known), None)


def _forecast_number(content: Any, way: list[Any], pointer: str) -> ForecastNumber | None:
    """Which number of a forecast a value of a page is; None where it is another kind of value."""
    rows = [value for value in way if isinstance(value, dict) and "horizon" in value]
    if not rows or "target" not in content or not isinstance(way[-1], float):
        return None
    row, field = rows[-1], pointer.rpartition("/")[2]
    case = row.get("case_id") or content.get("case", {}).get("case_id")
    model = row.get("model") or (HEADLINE if pointer.startswith("/explanation") else None)
    state = next((part for part in pointer.split("/") if part in STATES), CAUSES[0])
    if not isinstance(case, str) or model is None:
        return None
    return ForecastNumber(
        case, date.fromisoformat(content["as_of"]), content["target"], model, int(row["horizon"]),
        row.get("cause") or row.get("state") or state, row.get("given", "all"),
        field if field in FIELDS else FIELDS[0],
    )  # fmt: skip


def _rows_named(history: History, way: Iterable[Any]) -> list[Citation]:
    """The rows that the values on the way to a pointer name by their ids, the innermost first."""
    found: list[Citation] = []
    for value in reversed([value for value in way if isinstance(value, dict)]):
        for key, table in TABLE_OF_ID.items():
            if isinstance(value.get(key), str):
                found += citations(history, table, **{key: value[key]})
        if isinstance(value.get("sources"), list):
            found += source_citations(history, [name for name in value["sources"] if isinstance(name, str)])
    return found
