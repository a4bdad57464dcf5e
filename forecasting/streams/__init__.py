"""Machine-coded event files (GDELT, ICEWS, POLECAT): dyad-month tables and features of cases as of a day.

No model reads them. Requires the extra `[streams]`: ibis and DuckDB; `[spark]` for an existing Spark cluster.
"""

from importlib.util import find_spec

from forecasting.store.errors import UsageError


def require_extra() -> None:
    """Raise `UsageError` unless the libraries of the extra `[streams]` are installed."""
    missing = [name for name in ("ibis", "duckdb", "pyarrow") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f'expected ibis and DuckDB for event files, got no {missing[0]}; pip install "forecasting[streams]"'
        )
