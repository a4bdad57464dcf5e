"""How large the shipped record is, for the words of a page."""

from forecasting.record.reading import read_record
from forecasting.store.package_data import shipped


def record_size() -> dict[str, str]:
    """Numbers of cases and acts, and the year of the first case, as words of a page."""
    tables = {name: raw.cells for name, raw in read_record(shipped("data")).tables.items()}
    return {
        "n_cases": f"{len(tables['cases']):,}",
        "n_acts": f"{len(tables['events']):,}",
        "first_year": tables["cases"]["start_date"].min()[:4],
    }
