"""Requests for reports: for named cases, for all open cases, or streamed from a file of parameter sets."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.artefacts.session import shared_history
from forecasting.publish.notebook import page_of
from forecasting.publish.parameters import TEMPLATES, Parameters, checked_parameters, template_named
from forecasting.record.vocabulary import TARGETS
from forecasting.store.csv_rows import CsvRow, csv_rows, header_text
from forecasting.store.errors import ForecastingError, ForeignFileError, UsageError, shown
from forecasting.store.foreign import Foreign, parsed_json

Defaults = Mapping[str, Any]
BATCH = Foreign("a batch file", "name one with --batch FILE", most_bytes=256_000_000)


@dataclass(frozen=True)
class Request:
    """A request that can be answered: template, checked parameters, as_of day, and source (a case, or file and row)."""

    template: str
    asked: Parameters
    day: date
    place: str


@dataclass(frozen=True)
class Refusal:
    """A request that cannot be answered: its source, and in one line what was expected and found."""

    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


Source = Callable[[], Iterator[Request | Refusal]]


def named_cases(template: str, cases: Iterable[str], defaults: Defaults, refuse: bool = False) -> Source:
    """Requests for named cases, or for the one report of a template that is not about a case.

    Parameters
    ----------
    template
        Name of the template.
    cases
        Case ids, each once; empty for a template that is not about a case.
    defaults
        Other parameters of the template.
    refuse
        Yield a `Refusal` for a case that cannot be reported, instead of raising its error.

    Returns
    -------
    callable
        Each call gives an iterator over the requests.

    Raises
    ------
    UsageError
        Cases are repeated, missing or superfluous, or the template does not take a parameter.
    """
    made = _request if refuse else _answerable
    _require_taken(template, defaults)
    listed = list(cases)
    if len(set(listed)) != len(listed):
        raise UsageError(f"expected each case once, got {' '.join(listed)}; leave out the repeated one")
    if "case_id" not in TEMPLATES[template_named(template)].model_fields:
        if listed:
            raise UsageError(f"expected no case for the template {template}, got {' '.join(listed)}; leave it out")
        return lambda: iter([made("report", template, {}, defaults)])
    if not listed:
        raise UsageError("expected one case or more, --all or --batch FILE, got none; give one of them")
    return lambda: (made(case, template, {"case_id": case}, defaults) for case in listed)


def every_case(template: str, defaults: Defaults) -> Source:
    """Requests for all open cases of the record, in the order of their starts.

    Parameters
    ----------
    template
        Name of a template about a case.
    defaults
        Other parameters of the template; `data`, `as_of` and `target` decide which cases are open.

    Returns
    -------
    callable
        Each call gives an iterator over the requests.

    Raises
    ------
    UsageError
        The template is not about a case, or does not take a parameter.
    """
    if "case_id" not in TEMPLATES[template_named(template)].model_fields:
        raise UsageError(f"expected --all with a template about a case, got {template}; leave --all out")
    parts = {name: value for name, value in defaults.items() if name in ("data", "overlay", "as_of")}
    whole = checked_parameters("data_quality", parts)
    history = shared_history(whole.data, whole.as_of, whole.overlay)
    open_cases = history.open_case_ids(defaults.get("target", TARGETS[0]))
    cases = history.cases.sort_values(["start_date", "case_id"])["case_id"]
    asked = [case for case in cases if case in open_cases]
    if not asked:
        raise UsageError(
            f"expected a case that goes on as of {history.as_of}, got none: nothing is planned any more; name an "
            "earlier day, or leave these reports out"
        )
    return named_cases(template, asked, defaults)


def _require_taken(template: str, defaults: Defaults) -> None:
    """`UsageError` for a parameter that the template does not take."""
    fields = TEMPLATES[template_named(template)].model_fields
    if unknown := [name for name in defaults if name not in fields]:
        raise UsageError(
            f"expected options of the template {template}, out of {', '.join(fields)}, got {unknown[0]}; leave it out"
        )


def _require_taken_somewhere(defaults: Defaults) -> None:
    """`UsageError` for a parameter that no template takes; a row ignores those that its own template does not take."""
    known = {name: None for kind in TEMPLATES.values() for name in kind.model_fields}
    if unknown := [name for name in defaults if name not in known]:
        raise UsageError(f"expected options out of {', '.join(known)}, got {unknown[0]}; leave it out")


def from_file(path: Path, template: str, defaults: Defaults) -> Source:
    """Requests from the rows of a CSV file (a column per parameter) or a JSONL file (an object per line).

    Parameters
    ----------
    path
        A file in UTF-8, at most 256 MB, whose name ends in .csv or .jsonl. An empty cell takes the default; a column
        or key `template` names the template of its row.
    template
        Name of the template of rows that name none.
    defaults
        Parameters for every row whose template takes them.

    Returns
    -------
    callable
        Each call reads the file as a stream; a faulty row is a `Refusal` with file and row.

    Raises
    ------
    UsageError
        The file cannot be read, its header is faulty, or no template takes a parameter of `defaults`.
    """
    if path.suffix not in (".csv", ".jsonl"):
        raise UsageError(
            f"{path}: expected a batch file that ends in .csv or .jsonl, got {path.suffix or 'no ending'}; rename it"
        )
    with BATCH.opened(path):  # a file that cannot be read is refused before anything runs
        _require_taken_somewhere(defaults)
    rows = _csv_rows if path.suffix == ".csv" else _jsonl_rows

    def requests() -> Iterator[Request | Refusal]:
        try:
            for number, row in rows(BATCH.text_lines(path), path, template):
                place = f"{path} row {number}"
                yield row if isinstance(row, Refusal) else _request(place, template, row, defaults)
        except ForeignFileError as error:
            yield Refusal(str(path), f"expected {error.expected}, got {error.got}; no later row was read")

    return requests


def _csv_rows(lines: Iterable[str], path: Path, template: str) -> Iterator[tuple[int, dict[str, Any] | Refusal]]:
    rows = csv_rows(lines)
    header = next(rows, CsvRow(1, []))
    if header.fault:
        yield header.number, _refused(path, header)
        return
    _check_header(header.cells, path, template)
    for row in rows:
        if row.fault:
            yield row.number, _refused(path, row)
        else:
            yield row.number, {name: cell for name, cell in zip(header.cells, row.cells, strict=True) if cell}


def _refused(path: Path, row: CsvRow) -> Refusal:
    expected, got = row.fault or ("", "")
    later = "" if row.cells else "; no later row was read"
    return Refusal(f"{path} row {row.number}", f"expected {expected}, got {got}{later}")


def _check_header(header: list[str], path: Path, template: str) -> None:
    fields = list(TEMPLATES[template_named(template)].model_fields)
    unknown = [] if "template" in header else [name for name in header if name not in fields]
    if not header or unknown or len(set(header)) != len(header):
        got = header_text(header)
        raise UsageError(
            f"{path} row 1: expected a header of parameters out of {', '.join(fields)}, each once, got {got}; mend it"
        )


def _jsonl_rows(lines: Iterable[str], path: Path, _: str) -> Iterator[tuple[int, dict[str, Any] | Refusal]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parsed_json(line)
        except ValueError:
            row = None
        said = f"expected a JSON object on one line, got {shown(line.strip())}"
        yield number, row if isinstance(row, dict) else Refusal(f"{path} row {number}", said)


def _request(place: str, template: str, row: dict[str, Any], defaults: Defaults) -> Request | Refusal:
    """The request of a row, or a refusal with the first line of the error."""
    try:
        return _answerable(place, template, row, defaults)
    except ForecastingError as error:
        said = str(error).splitlines()
        return Refusal(place, said[0] + (f" (and {len(said) - 1} more faults)" if len(said) > 1 else ""))


def _answerable(place: str, template: str, row: dict[str, Any], defaults: Defaults) -> Request:
    """The request of a row; raises `UsageError` or `SchemaError` if the record cannot answer it."""
    name = template_named(row.get("template", template))
    fields = TEMPLATES[name].model_fields
    own = {key: value for key, value in row.items() if key != "template"}
    asked = checked_parameters(name, {key: value for key, value in defaults.items() if key in fields} | own)
    return Request(name, asked, asked.checked(), place)


def each_once(requests: Iterable[Request | Refusal]) -> Iterator[Request | Refusal]:
    """The same requests, with those for a page requested before replaced by a `Refusal`.

    Parameters
    ----------
    requests
        Requests and refusals; memory grows by a few bytes for each.
    """
    seen: dict[int, str] = {}
    for request in requests:
        if isinstance(request, Request):
            page = page_of(request.asked, request.day)
            earlier = seen.setdefault(hash(page), request.place)
            if earlier != request.place:
                yield Refusal(
                    request.place, f"expected each report once, got {page} again, as in {earlier}; leave it out"
                )
                continue
        yield request
