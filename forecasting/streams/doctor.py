"""What event files are and hold, without writing anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecasting.record.history import History
from forecasting.store.errors import UsageError
from forecasting.store.scratch import scratch
from forecasting.streams.case_days import successors_of
from forecasting.streams.engine import embedded
from forecasting.streams.files import event_file, plain_text
from forecasting.streams.formats import Format
from forecasting.streams.rows import Counts, read_rows


@dataclass(frozen=True)
class Diagnosis:
    """What one file is.

    Attributes
    ----------
    path : Path
        The file.
    format : Format or None
        What it was recognised as.
    counts : Counts or None
        What it holds.
    said : str
        Why it cannot be read; empty if it can.
    """

    path: Path
    format: Format | None
    counts: Counts | None
    said: str = ""


def doctor(history: History, paths: Sequence[Path], form: str | None = None) -> Iterator[Diagnosis]:
    """Read each file and say what it is; one that cannot be read does not stop the others.

    Parameters
    ----------
    history
        The record: its parties.
    paths
        Event files.
    form
        Format that they should have; any by default.

    Yields
    ------
    Diagnosis
        Of each file, in order.
    """
    with embedded() as engine, scratch() as folder:
        for path in paths:
            try:
                file = event_file(path, form)
            except UsageError as error:
                yield Diagnosis(path, None, None, str(error))
                continue
            try:
                plain_text(file, folder / "text")
                yield Diagnosis(path, file.format, read_rows(engine, folder / "text", file, successors_of(history)))
            except UsageError as error:
                yield Diagnosis(path, file.format, None, str(error))
