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
_TYPES: Final = {"string": "varchar", "float64": "double", "int64": "bigint"}


@contextmanager
def embedded(memory: str = MEMORY) -> Iterator[Any]:
    """DuckDB through ibis; tables beyond its memory go to a scratch folder.

    Parameters
    ----------
    memory
        Most memory of the engine.

    Examples
    --------
    >>> with embedded() as engine:
    ...     int(engine.raw_sql("select 1").fetchone()[0])
    1
    """
    with scratch() as folder:
        engine = ibis.duckdb.connect(memory_limit=memory, temp_directory=folder)
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
    # not by ibis 12, which takes as long as reading a small file
    columns_of_table = ", ".join(f"{column} {_TYPES[kind]}" for column, kind in types.items())
    engine.raw_sql(f"create or replace table {name} ({columns_of_table})")
    engine.con.append(name, pd.DataFrame({column: pd.Series(columns[column], dtype=object) for column in types}))
    return engine.table(name)


def literal(path: Path | str) -> str:
    """A path as text of SQL.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(path).replace("'", "''") + "'"


def frame(expression: ir.Table) -> pd.DataFrame:
    """Rows of an expression of any engine; through Arrow, since ibis 12 asks pandas for an option that it gives up."""
    return expression.to_pyarrow().to_pandas()
