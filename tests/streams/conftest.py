import pytest

from forecasting.streams.build import checked
from forecasting.streams.case_days import successors_of
from forecasting.streams.engine import embedded
from forecasting.streams.files import event_file, plain_text
from forecasting.streams.rows import read_rows
from forecasting.streams.store import add_files, open_store


@pytest.fixture(scope="session")
def engine():
    with embedded() as opened:
        yield opened


@pytest.fixture
def read(engine, history, tmp_path):
    """The counts of a file, its events and its rejects, as tuples."""

    def ask(path, columns="event_id, event_date, known_date, source, target, plover, quad, goldstein"):
        file = event_file(path)
        plain_text(file, tmp_path / "text")
        counts = read_rows(engine, tmp_path / "text", file, successors_of(history))
        rows = engine.raw_sql(f"select {columns} from events order by line, source, target").fetchall()
        return counts, rows, engine.raw_sql("from rejects order by line").fetchall()

    return ask


@pytest.fixture
def added(engine, history, tmp_path):
    """Add files to a store; what became of each. `added.events` counts the events between parties in it."""

    def ask(*paths):
        _, found = add_files(engine, open_store(tmp_path / "store"), checked(paths), successors_of(history))
        return {one.name: one.became for one in found}

    def events():
        paths = [str(path) for path in open_store(tmp_path / "store").paths("days")]
        return int(engine.raw_sql(f"select sum(n) from read_parquet({paths})").fetchone()[0])

    ask.events = events
    ask.folder = tmp_path / "store"
    return ask
