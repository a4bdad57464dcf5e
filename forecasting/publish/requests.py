"""Requests for reports: from cases, from every case that goes on, or streamed from a file of parameter sets."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.artefacts.session import shared_history
from forecasting.publish.notebook import page_of
from forecasting.publish.parameters import TEMPLATES, Parameters, checked_parameters, template_named
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import ForecastingError, UsageError, shown
from forecasting.store.foreign import Foreign, parsed_json

Defaults = Mapping[str, Any]
BATCH = Foreign("a batch file", "name one with --batch FILE", most_bytes=256_000_000)


@dataclass(frozen=True)
class Request:
    """A report asked for: its template, its checked parameters, its day, and where it was asked for."""

    template: str
    asked: Parameters
    day: date
    place: str


@dataclass(frozen=True)
class Refusal:
    """A request that cannot be answered: where it stands and, in one line, what was wanted and what came."""

    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


Source = Callable[[], Iterator[Request | Refusal]]


def named_cases(template: str, cases: Iterable[str], defaults: Defaults, refuse: bool = False) -> Source:
    """One request for each case; for a template that is not about a case, `cases` must be empty.

    A case that cannot be reported is an error, or, with `refuse`, a `Refusal` beside the others.
    """
    made = _request if refuse else _answerable
    _require_taken(template, defaults)
    listed = list(cases)
    if len(set(listed)) != len(listed):
        raise UsageError(f"expected each case once, got {' '.join(listed)}")
    if "case_id" not in TEMPLATES[template_named(template)].model_fields:
        if listed:
            raise UsageError(f"expected no case for the template {template}, got {' '.join(listed)}")
        return lambda: iter([made("report", template, {}, defaults)])
    if not listed:
        raise UsageError("expected one case or more, --all or --batch FILE, got none")
    return lambda: (made(case, template, {"case_id": case}, defaults) for case in listed)


def every_case(template: str, defaults: Defaults) -> Source:
    """One request for each case of the record that goes on, by its start."""
    if "case_id" not in TEMPLATES[template_named(template)].model_fields:
        raise UsageError(f"expected --all with a template about a case, got {template}")
    parts = {name: value for name, value in defaults.items() if name in ("data", "as_of")}
    whole = checked_parameters("data_quality", parts)
    history = shared_history(whole.data, whole.as_of)
    going_on = history.open_case_ids(defaults.get("target", TARGETS[0]))
    cases = history.cases.sort_values(["start_date", "case_id"])["case_id"]
    return named_cases(template, [case for case in cases if case in going_on], defaults)


def _require_taken(template: str, defaults: Defaults) -> None:
    """`UsageError` for an option that the template does not take."""
    fields = TEMPLATES[template_named(template)].model_fields
    if unknown := [name for name in defaults if name not in fields]:
        raise UsageError(f"expected options of the template {template}, out of {', '.join(fields)}, got {unknown[0]}")


def _require_taken_somewhere(defaults: Defaults) -> None:
    """`UsageError` for an option that no template takes; one that a row's template does not take is left out there."""
    known = {name: None for kind in TEMPLATES.values() for name in kind.model_fields}
    if unknown := [name for name in defaults if name not in known]:
        raise UsageError(f"expected options out of {', '.join(known)}, got {unknown[0]}")


def from_file(path: Path, template: str, defaults: Defaults) -> Source:
    """One request for each row of a CSV (a column per parameter) or JSONL file (an object per line).

    A column or key `template` names another template for its row; an empty cell takes the default. Raises
    `UsageError` for a file that cannot be read at all; a bad row is a `Refusal` with file and row.
    """
    if path.suffix not in (".csv", ".jsonl"):
        raise UsageError(
            f"{path}: expected a batch file that ends in .csv or .jsonl, got {path.suffix or 'no ending'}; rename it"
        )
    with BATCH.opened(path):  # what is no file is refused before anything runs
        _require_taken_somewhere(defaults)
    rows = _csv_rows if path.suffix == ".csv" else _jsonl_rows

    def requests() -> Iterator[Request | Refusal]:
        try:
            with BATCH.opened(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
                for number, row in rows(lines, path, template):
                    place = f"{path} row {number}"
                    yield row if isinstance(row, Refusal) else _request(place, template, row, defaults)
        except UnicodeDecodeError as error:
            yield Refusal(str(path), f"expected text in UTF-8, got byte 0x{error.object[error.start]:02x}")

    return requests


def _csv_rows(lines: Iterable[str], path: Path, template: str) -> Iterator[tuple[int, dict[str, Any] | Refusal]]:
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, [])
        _check_header(header, path, template)
        before = reader.line_num
        for line in reader:
            number, before = before + 1, reader.line_num
            if not line:
                continue
            if len(line) != len(header):
                yield number, Refusal(f"{path} row {number}", f"expected {len(header)} cells, got {len(line)}")
            else:
                yield number, {name: cell for name, cell in zip(header, line, strict=True) if cell}
    except csv.Error as error:
        number = reader.line_num
        yield number, Refusal(f"{path} row {number}", f"expected well-formed CSV, got {error}; no later row was read")


def _check_header(header: list[str], path: Path, template: str) -> None:
    fields = list(TEMPLATES[template_named(template)].model_fields)
    unknown = [] if "template" in header else [name for name in header if name not in fields]
    if not header or unknown or len(set(header)) != len(header):
        got = ",".join(header) or "an empty file"
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
    """The request of a row, or its refusal."""
    try:
        return _answerable(place, template, row, defaults)
    except ForecastingError as error:
        said = str(error).splitlines()
        return Refusal(place, said[0] + (f" (and {len(said) - 1} more faults)" if len(said) > 1 else ""))


def _answerable(place: str, template: str, row: dict[str, Any], defaults: Defaults) -> Request:
    """A request that can be answered from the record; raises what says why it cannot."""
    name = template_named(row.get("template", template))
    fields = TEMPLATES[name].model_fields
    own = {key: value for key, value in row.items() if key != "template"}
    asked = checked_parameters(name, {key: value for key, value in defaults.items() if key in fields} | own)
    return Request(name, asked, asked.checked(), place)


def each_once(requests: Iterable[Request | Refusal]) -> Iterator[Request | Refusal]:
    """The same requests, with one that would write a page asked for already as a `Refusal`."""
    seen: dict[int, str] = {}
    for request in requests:
        if isinstance(request, Request):
            page = page_of(request.asked, request.day)
            earlier = seen.setdefault(hash(page), request.place)
            if earlier != request.place:
                yield Refusal(request.place, f"wanted each report once; {earlier} writes {page} too")
                continue
        yield request
