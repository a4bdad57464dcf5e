"""Machine-coded event files (GDELT, ICEWS, POLECAT): dyad-month tables and features of cases as of a day.

No model reads them. Requires the extra `[streams]`: ibis and DuckDB; `[spark]` for an existing Spark cluster.
"""
