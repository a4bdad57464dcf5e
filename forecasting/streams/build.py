"""Event files made into features of cases and the table of dyads and months."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from pyarrow.parquet import write_table

from forecasting.record.history import History
from forecasting.store.errors import UsageError, unwritable
from forecasting.store.files import require_writable
from forecasting.store.lock import locked
from forecasting.streams.case_days import case_days_table, month_ends, successors_of
from forecasting.streams.coverage import masked
from forecasting.streams.engine import embedded, frame, small_table
from forecasting.streams.expressions import CASE_DAYS, case_features, dyad_months, feature_names
from forecasting.streams.files import EventFile, event_file
from forecasting.streams.formats import FORMATS
from forecasting.streams.spark import collected, spark
from forecasting.streams.store import Added, Store, add_files, open_store

STORE: Final = ".store"


@dataclass(frozen=True)
class Built:
    """What a build made.

    Attributes
    ----------
    added : tuple of Added
        What became of each file.
    store : Store
        All files that the features rest on.
    case_days : int
        Rows of the features.
    """

    added: tuple[Added, ...]
    store: Store
    case_days: int


def build(
    history: History,
    paths: Sequence[Path],
    out: Path,
    form: str | None = None,
    *,
    store: Path | None = None,
    months: Path | None = None,
    days: Sequence[tuple[str, date]] | None = None,
    master: str | None = None,
    told: Callable[[int], object] = lambda _: None,
) -> Built:
    """Read event files that are new or changed, and write features of cases.

    Parameters
    ----------
    history : History
        The record: its cases and parties.
    paths : sequence of Path
        Event files, plain, gzipped or zipped; none for what the store holds already.
    out : Path
        Parquet file for the features, see `expressions.case_features`; missing where the files do not cover the days.
    form : str, optional
        Format that the files should have, see `formats.FORMATS`.
    store : Path, optional
        Folder of what was read; by default beside `out`, with `.store` at its end.
    months : Path, optional
        Parquet file for the table of dyads and months.
    days : sequence of (str, date), optional
        Cases and days; by default the ends of all months that the files cover, for each case known by then.
    master : str, optional
        Address of a Spark cluster that works the tables out, and that sees the store under its path; by default DuckDB
        does on this machine.
    told : callable, optional
        Called with the number of bytes read since the last call.

    Returns
    -------
    Built
        What was made.

    Raises
    ------
    UsageError
        A file cannot be read, or the output cannot be written; the tables are written whole or not at all.
    """
    files = checked(paths, form)
    for path in filter(None, (out, months)):
        require_writable(path.parent)
        if path.is_dir():
            raise unwritable(path, "a folder", "--out")
    folder = store or out.with_name(out.name + STORE)
    if not files and not open_store(folder).listed.files:
        raise UsageError(f"expected event files, or a store that holds some, got none in {folder}; name files")
    with ExitStack() as stack:
        if master is not None:  # before anything is read: a cluster that is not there costs no work
            cluster = stack.enter_context(spark(master))
        stack.enter_context(locked(folder, work="build", option="--store"))
        engine = stack.enter_context(embedded())
        held, added = open_store(folder), list[Added]()
        if files:
            held, added = add_files(engine, held, files, successors_of(history), told)
        wanted = case_days_table(history, month_ends(history, held.spans()) if days is None else days)
        daily, cases = on_spark(cluster, held, wanted) if master is not None else on_this_machine(engine, held, wanted)
        made = case_features(daily, cases)
        table = frame(made) if master is None else collected(cluster, made).to_pandas()
        features = masked(table, held.spans(), feature_names())
        if months is not None:
            by_month = dyad_months(daily).order_by("dyad", "month")
            if master is None:
                _write(partial(engine.to_parquet, by_month), months)
            else:  # from a cluster it comes as a whole
                _write(partial(write_table, collected(cluster, by_month)), months)
        _write(partial(write_table, _by_case_and_day(features)), out)
    return Built(tuple(added), held, len(features))


def checked(paths: Sequence[Path], form: str | None = None) -> list[EventFile]:
    """Files of one format, each name once, before any is read.

    Parameters
    ----------
    paths
        The files.
    form
        The format that they should have; by default that of the first.

    Raises
    ------
    UsageError
        For an unknown format, two files of one name, and a file that is empty, broken or of another format.
    """
    if form is not None and form not in FORMATS:
        raise UsageError(f"expected --format as one of {', '.join(FORMATS)}, got {form!r}; choose one of them")
    files: dict[str, EventFile] = {}
    for path in paths:
        file = event_file(path, form)
        form = file.format.name
        if file.name in files:
            raise UsageError(
                f"expected each file once, got {files[file.name].path} and {path}, which have one name; name the one "
                "that is right"
            )
        files[file.name] = file
    return list(files.values())


def on_this_machine(engine: Any, store: Store, wanted: pd.DataFrame) -> tuple[ir.Table, ir.Table]:
    """The daily sums of a store and the days of cases as tables of DuckDB.

    Parameters
    ----------
    engine
        From `engine.embedded`.
    store
        What was read.
    wanted
        From `case_days.case_days_table`.
    """
    columns = {name: list(wanted[name]) for name in wanted}
    daily = engine.read_parquet([str(path) for path in store.paths("days")], table_name="daily")
    return daily, small_table(engine, "wanted", columns, CASE_DAYS)


def on_spark(cluster: Any, store: Store, wanted: pd.DataFrame) -> tuple[ir.Table, ir.Table]:
    """The same as tables of Spark; parameters as for `on_this_machine`, with the cluster from `spark.spark`."""
    session = cluster._session
    paths = [str(path.resolve()) for path in store.paths("days")]
    session.read.parquet(*paths).createOrReplaceTempView("daily")
    session.createDataFrame(wanted.astype({"as_of_day": "int64"})).createOrReplaceTempView("wanted")
    return cluster.table("daily"), cluster.table("wanted")


def _by_case_and_day(features: pd.DataFrame) -> pa.Table:
    as_of = pd.to_datetime(features["as_of_day"], unit="D").dt.date
    dated = features.assign(as_of_day=as_of).rename(columns={"as_of_day": "as_of"})
    return pa.Table.from_pandas(dated.sort_values(["case_id", "as_of"]), preserve_index=False)


def _write(write: Callable[[Path], object], path: Path) -> None:
    """Write a Parquet file whole or not at all."""
    staged = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(staged)
        staged.replace(path)
    except OSError as error:
        raise unwritable(path, error.strerror, "--out") from None
    finally:
        staged.unlink(missing_ok=True)
