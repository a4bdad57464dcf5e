"""What an entry of a schedule asks for, what it rests on, and how fresh its record is."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from forecasting.artefacts.session import content_hash, shared_history, shared_record
from forecasting.ledger.place import ledger_folder, ledger_read
from forecasting.ledger.registration import entries_of, headline_entries, issue_once
from forecasting.ledger.resolve import resolve
from forecasting.publish.fingerprint import code_hash, files_hash
from forecasting.publish.notebook import page_of, source_of
from forecasting.publish.parameters import TEMPLATES, Parameters
from forecasting.publish.requests import Request, Source, every_case, named_cases
from forecasting.publish.schedule.plan import Entry, Task, Timed
from forecasting.record.months import calendar_months_between
from forecasting.record.vocabulary import TARGETS
from forecasting.store.code_hash import PACKAGE
from forecasting.store.errors import ForecastingError
from forecasting.store.package_data import shipped

RUNS = "forecasting.publish.schedule.run"
"""The module that runs entries: its code and all that it reaches decide what becomes of one."""


@dataclass(frozen=True)
class Freshness:
    """How old a record is and what it has lost: for the page, for the manifest, and as faults above the thresholds."""

    record: dict[str, Any]
    record_age: int | None = None
    lost_acts: int | None = None
    faults: tuple[str, ...] = ()


def record_of(entry: Timed) -> Path:
    """The folder of the record of an entry."""
    given = entry.data if isinstance(entry, Task) else getattr(entry, "parameters", {}).get("data")
    return Path(given).resolve() if given else shipped("data")


def freshness(entry: Entry, before: dict[str, Any] | None, now: datetime) -> Freshness:
    """The age of an entry's record on the day of a run, and the acts lost since its last one.

    Parameters
    ----------
    entry
        The entry; reports as of a day that it names have no age.
    before
        The closing line of its last run that was done.
    now
        The time of the run.
    """
    record = shared_record(record_of(entry))
    acts, end = len(record.tables["events"].cells), record.data_end
    told = {"sha256": record.sha256, "data_end": end.isoformat(), "acts": acts}
    age = max(int(calendar_months_between(end, now.date())), 0) if now.date() > end else 0
    age = 0 if "as_of" in entry.parameters else age
    said = (before or {}).get("record") or {}
    lost = max(int(said.get("acts", acts)) - acts, 0)
    faults = []
    if age > entry.oldest_record:
        faults.append(
            f"expected a record that ends at most {entry.oldest_record} months before the run, got {end}, "
            f"{age} months before; bring it up to date, or raise oldest_record"
        )
    if lost > entry.most_lost_acts:
        faults.append(
            f"expected a record that lost at most {entry.most_lost_acts} acts since the last run, got {lost} fewer "
            f"({acts} of {acts + lost}); restore them, or raise most_lost_acts"
        )
    return Freshness(told, age or None, lost or None, tuple(faults))


def requests_of(entry: Entry, ledger: str | None = None, fresh: Freshness | None = None) -> Source:
    """The requests of an entry; a case that has ended is a `Refusal` among the others."""
    fields = TEMPLATES[entry.template].model_fields
    own: dict[str, Any] = {"record_age": fresh.record_age, "lost_acts": fresh.lost_acts} if fresh is not None else {}
    if ledger is not None or entry.issue_first:
        own["ledger"] = str(ledger_folder(ledger))
    given = {name: value for name, value in own.items() if name in fields and value is not None}
    parameters = dict(entry.parameters) | given
    if entry.cases == "all":
        return every_case(entry.template, parameters)
    named = [parameters.pop("case_id")] if "case_id" in parameters else list(entry.cases or ())
    return named_cases(entry.template, named, parameters, refuse=True)


def clashes(entries: Iterable[Entry]) -> dict[str, str]:
    """By name, the entries that would write a page that another one writes too, with what is wrong.

    An entry whose record cannot be read has no page here: its own run says why.
    """
    owner: dict[Path, str] = {}
    found: dict[str, str] = {}
    for entry in entries:
        try:
            asked = [one for one in requests_of(entry)() if isinstance(one, Request)]
        except ForecastingError:
            continue
        for page in dict.fromkeys(page_of(one.asked, one.day) for one in asked):
            other = owner.setdefault(page, entry.name)
            if other != entry.name:
                said = f"expected each page from one entry, got {page.as_posix()} from {other} and {entry.name}"
                for name in (other, entry.name):
                    found.setdefault(name, f"{said}; neither is run: give one other parameters, or remove it")
    return found


def inputs_of(entry: Timed, ledger: str | None) -> str:
    """sha256 of everything that decides whether a refused run could succeed: entry, record, ledger, code, template."""
    parts: list[Any] = [entry.model_dump(mode="json"), code_hash(PACKAGE, RUNS)]
    parts.append(files_hash(ledger_read(record_of(entry), ledger)))
    try:
        parts.append(content_hash(record_of(entry)))
    except (ForecastingError, OSError) as error:
        parts.append(str(error))
    if isinstance(entry, Entry) and source_of(entry.template).is_file():
        parts.append(hashlib.sha256(source_of(entry.template).read_bytes()).hexdigest())
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def worked(task: Task, ledger: str | None) -> tuple[Counter[str], dict[str, Any]]:
    """Do a task on the ledger: what it has done by number, and the files it added with their hashes."""
    folder, history = ledger_folder(ledger), shared_history(task.data)
    if task.do == "resolve":
        written = resolve(folder, history) if entries_of(folder).links else None
    else:
        cases = None if task.cases == "all" else list(task.cases)
        written = issue_once(history, folder, models=task.models, target=task.target, cases=cases)
    paths = written.paths if written is not None else ()
    word = {"resolve": "resolution", "issue": "issued"}[task.do]
    return Counter({word if paths else "unchanged": len(paths) or 1}), {"entries": sealed(paths)}


def issued_first(entry: Entry, ledger: str | None) -> list[dict[str, str]]:
    """Issue the forecasts of an entry's reports that were not issued before; the files added with their hashes."""
    added: list[Path] = []
    asked: list[Any] = [one.asked for one in requests_of(entry)() if isinstance(one, Request)]
    about_cases = "case_id" in TEMPLATES[entry.template].model_fields
    cases = [one.case_id for one in asked] if about_cases else None
    if asked:
        first = asked[0]
        written = issue_once(
            first.history(), ledger_folder(ledger), target=first.target, cases=cases, horizons=first.horizons
        )
        added += written.paths
    return sealed(added)


def sealed(paths: Iterable[Path]) -> list[dict[str, str]]:
    """Files of a ledger by name and sha256."""
    return [{"entry": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in paths]


def entries_issued(asked: Parameters, day: date) -> list[dict[str, str]]:
    """The entry that holds the headline's forecast on a page, with its hash."""
    folder = getattr(asked, "ledger", None)
    if folder is None:
        return []
    found = headline_entries(folder, day, getattr(asked, "target", TARGETS[0]), getattr(asked, "case_id", None))
    return [asdict(one) for one in found]
