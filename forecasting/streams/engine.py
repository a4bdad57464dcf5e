"""The embedded engine: DuckDB with a limit of memory, spilling to a scratch folder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pandas as pd

from forecasting.store.scratch import scratch

MEMORY: Final = "600MB"


@contextmanager
def embedded(memory: str = MEMORY) -> Iterator[Any]:
    """DuckDB through ibis, with a database on disk in a scratch folder.

    Parameters
    ----------
    memory
        Most memory of the engine; what needs more goes to disk.

    Examples
    --------
    >>> with embedded() as engine:
    ...     int(engine.raw_sql("select 1").fetchone()[0])
    1
    """
    with scratch() as folder:
        engine = ibis.duckdb.connect(folder / "streams.duckdb", memory_limit=memory, temp_directory=folder)
        # the order of rows is asked for where it matters; keeping it everywhere holds whole files in memory
        engine.raw_sql("set preserve_insertion_order = false; set enable_progress_bar = false")
        try:
            yield engine
        finally:
            engine.disconnect()


def small_table(engine: Any, name: str, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> ir.Table:
    """A table of the engine with rows of this process.

    Parameters
    ----------
    engine
        From `embedded`.
    name
        Name of the table.
    columns, types
        Values and type of each column.
    """
    # rows are appended, not created: ibis 12 cannot drop the view of rows that it creates a table from
    engine.create_table(name, schema=ibis.schema(dict(types)), overwrite=True)
    engine.con.append(
        name, pd.DataFrame({column: pd.Series(values, dtype=object) for column, values in columns.items()})
    )
    return engine.table(name)


def literal(path: Path | str) -> str:
    """A path as text of SQL.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(path).replace("'", "''") + "'"
