"""Template rows for a new case in a record of the user's own."""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forecasting.record.croissant import FILE as CROISSANT
from forecasting.record.describing import as_json, described
from forecasting.record.descriptor import FILE as DESCRIPTOR
from forecasting.record.forms import PLACEHOLDER, SLUG, Column
from forecasting.record.reading import read_record
from forecasting.record.schema import EVALUATION, TABLES
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole
from forecasting.store.package_data import shipped

ABOUT_SHIPPED = (
    "REGISTRATION.md", "DEVELOPMENT.md", EVALUATION, "DATASHEET.md", "SAMPLING.md", "sampling.csv", "card", CROISSANT,
)  # fmt: skip
DEFAULTS = {
    "start_precision": "day",
    "start_known_assumed": "0",
    "end_known_assumed": "0",
    "publicity": "public",
    "background_treaty": "none",
    "imposed_by_legislature": "0",
    "sampled_via": "forward",
    "in_core": "1",
    "confidence": "low",
    "date_precision": "day",
    "known_late": "0",
    "standing": "confirmed",
    "is_ending": "0",
    "known_assumed": "0",
    "added_for_ladder": "0",
    "seen": "1",
}


def add_case(case_id: str, folder: Path, cells: Mapping[str, Mapping[str, str]] | None = None) -> list[Path]:
    """Add template rows for a case to a record.

    Parameters
    ----------
    case_id : str
        Lower-case words joined by hyphens, at most 70 characters, not yet in the record.
    folder : Path
        Folder of the record; made as a copy of the shipped record if it does not exist.
    cells : mapping of str to mapping of str to str, optional
        Values by table and column. Required cells without a value or a default get '?'.

    Returns
    -------
    list of Path
        Files changed.

    Raises
    ------
    UsageError
        For another case_id, for the shipped record itself, and for a folder that cannot be written; the record is
        unchanged then.
    SchemaError
        For a record that cannot be read.
    """
    if not re.fullmatch(SLUG, case_id) or len(case_id) > 70:
        raise UsageError(
            "expected a case_id of lower-case words joined by hyphens, at most 70 characters, such as "
            f"my-case-2026, got {case_id!r}"
        )
    require_own(folder)
    record = read_record(folder if folder.exists() else shipped("data"))
    if case_id in set(record.tables["cases"].cells["case_id"]):
        raise UsageError(f"expected a case_id that the record in {folder} does not have, got {case_id!r}")
    if not folder.exists():
        copy_record(shipped("data"), folder)
    source = f"{case_id}-s1"
    keys = {"case_id": case_id, "source_id": source, "cluster_id": case_id, "event_id": f"{case_id}-e01"}
    rows = {
        "cases": [keys],
        "outcomes": [{**keys, "target": target, "last_observed_date": PLACEHOLDER} for target in TARGETS],
        "coding": [keys],
        "sources": [keys],
        "case_sources": [keys],
    }
    own = cells or {}
    contents = {
        folder / TABLES[name].path: _appended(folder, name, [{**line, **own.get(name, {})} for line in lines])
        for name, lines in rows.items()
    }
    events = folder / TABLES["events"].path.replace("*", case_id)
    contents[events] = _lines([TABLES["events"].names, _row("events", {**keys, **own.get("events", {})})]).encode()
    listed = events.relative_to(folder).as_posix()
    contents[folder / DESCRIPTOR] = as_json(described(folder, also={"events": listed}))
    write_whole(contents)
    return list(contents)


def require_own(folder: Path) -> None:
    """Raise `UsageError` for the shipped record and folders inside it."""
    if folder.resolve().is_relative_to(shipped("data").resolve()):
        raise UsageError(f"expected a folder of your own (the shipped record is read-only), got {folder}")


def copy_record(source: Path, folder: Path) -> None:
    """Copy a record, without the files that describe the shipped one alone; the folder appears whole or not at all."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise UsageError(f"expected a folder that can be made, got {folder}: {error.strerror}") from None
    try:
        shutil.copytree(
            source,
            staging,
            dirs_exist_ok=True,
            copy_function=shutil.copyfile,
            ignore=shutil.ignore_patterns(*ABOUT_SHIPPED),
        )
        staging.chmod(0o755)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _appended(folder: Path, name: str, rows: list[dict[str, str]]) -> bytes:
    old = (folder / TABLES[name].path).read_bytes().decode("utf-8-sig")
    return (old.rstrip("\n") + "\n" + _lines([_row(name, row) for row in rows])).encode()


def _row(name: str, given: dict[str, str]) -> list[str]:
    return [given.get(column.name, _default(column)) for column in TABLES[name].columns]


def _default(column: Column) -> str:
    return DEFAULTS.get(column.name, PLACEHOLDER if column.required else "")


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
