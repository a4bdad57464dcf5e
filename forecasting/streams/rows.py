"""One event file read: its events and their daily sums as Parquet, its broken rows as a reject file, its counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import ibis

from forecasting.store.errors import ForeignFileError
from forecasting.streams.engine import literal, small_table
from forecasting.streams.events import ACTORS, ACTS, EVENT, actors_of, acts_of, events
from forecasting.streams.expressions import days
from forecasting.streams.files import LONGEST_LINE, EventFile
from forecasting.streams.formats import Format

MOST_NAMED: Final = 5
LONGEST_PAUSE: Final = 7
"""Days: the world's news are never without an event for so long."""
TWICE: Final = "event given twice"


@dataclass(frozen=True)
class Counts:
    """What a file held.

    Attributes
    ----------
    rows, events, between : int
        Rows; events in them that are sound, an event of several pairs counted for each; and those between two
        different states of the record.
    rejects : dict of str to int
        Number of broken rows by reason.
    actors : dict of str to int
        The states of the record that stand in most events, a former one under its successor, with the number of events.
    unknown : dict of str to int
        The codes of actors that are most often not in the table, with the number of times.
    event_span, known_span : tuple of str
        First and last day of the events, and of the days on which they were known; empty without events.
    covered : tuple of (str, str)
        First and last of the days on which events were known, without pauses of more than a week: a row whose day is
        far from the others covers that day alone.
    ids : tuple of str
        Least and greatest id.
    """

    rows: int
    events: int
    between: int
    rejects: dict[str, int]
    actors: dict[str, int]
    unknown: dict[str, int]
    event_span: tuple[str, str]
    known_span: tuple[str, str]
    covered: tuple[tuple[str, str], ...]
    ids: tuple[str, str]


def read_rows(engine: Any, text: Path, file: EventFile, successors: Mapping[str, str]) -> Counts:
    """Read the text of a file into the tables `events` and `rejects` of an engine.

    Parameters
    ----------
    engine
        From `engine.embedded`; its tables of these names are replaced.
    text
        From `files.plain_text`.
    file
        The file, for messages.
    successors
        See `tables.lines`.

    Raises
    ------
    ForeignFileError
        The file has no row.
    """
    form = file.format
    _lines(engine, text, form)
    small_table(engine, "acts", acts_of(form), ACTS)
    small_table(engine, "actors", actors_of(form, successors), ACTORS)
    _raw(engine, form)
    engine.raw_sql(f"create or replace table read as {_sql_of_events(form)}")
    engine.raw_sql(f"""
        create or replace table events as select * from read where reason is null;
        create or replace table repeated as
            select distinct line from events qualify line > min(line) over (partition by event_id);
        delete from events where line in (from repeated);
        create or replace table rejects as
            select line, reason, text from lines join
                (select distinct line, reason from read where reason is not null
                 union all select line, '{TWICE}' from repeated) using (line)
            order by line;
    """)
    return _counts(engine, file)


def write_rows(engine: Any, events_path: Path, days_path: Path, rejects_path: Path) -> None:
    """Write what `read_rows` made: events, their daily sums, and broken rows with line, reason and text."""
    copies = [
        (f"select {', '.join(EVENT)} from events", events_path, "format parquet, compression zstd"),
        (sql_of_days(), days_path, "format parquet, compression zstd"),
    ]
    if engine.raw_sql("select count(*) from rejects").fetchone()[0]:
        copies.append(("from rejects order by line", rejects_path, "format csv, header"))
    for query, path, form in copies:
        engine.raw_sql(f"copy ({query}) to {literal(path)} ({form})")


def _lines(engine: Any, text: Path, form: Format) -> None:
    """The table `lines`: number, text and cells of each line that is not blank."""
    first = 2 if form.has_header else 1
    # the numbers of lines hang on the order in which they stand in the file
    engine.raw_sql("set preserve_insertion_order = true")
    engine.raw_sql(f"""
        create or replace table lines as
        select * from (
            select row_number() over () + {first - 1} as line, text
            from read_csv({literal(text)}, columns = {{'text': 'VARCHAR'}}, delim = chr(1), header = false,
                          quote = '', escape = '', auto_detect = false, max_line_size = {LONGEST_LINE + 1})
        ) where text is not null and trim(text) <> ''
    """)
    engine.raw_sql("set preserve_insertion_order = false")


def _raw(engine: Any, form: Format) -> None:
    """The view `raw`: the columns of the format as text; empty columns behind the last do not count."""
    wanted = len(form.columns)
    names = ", ".join(f"""coalesce(cells[{k}], '') as "{name}\"""" for k, name in enumerate(form.columns, 1))
    engine.raw_sql(f"""
        create or replace view raw as
        select line, {names},
            case when len(cells) > {wanted} and trim(array_to_string(cells[{wanted + 1}:], '')) = '' then {wanted}
                 else len(cells) end as n_columns
        from (select line, string_split(text, chr(9)) as cells from lines)
    """)


@cache  # thousands of files are read by the same query, and making it takes as long as reading a small one
def _sql_of_events(form: Format) -> str:
    raw = ibis.table(dict.fromkeys(form.columns, "string") | {"line": "int64", "n_columns": "int64"}, name="raw")
    made = events(raw, form, ibis.table(ACTS, name="acts"), ibis.table(ACTORS, name="actors"))
    return str(ibis.to_sql(made, dialect="duckdb"))


@cache
def sql_of_days() -> str:
    """SQL of the daily sums of the table `events`."""
    return str(ibis.to_sql(days(ibis.table(EVENT, name="events")), dialect="duckdb"))


def _counts(engine: Any, file: EventFile) -> Counts:
    rows = _one(engine, "select count(*) from lines")[0]
    if not rows:
        raise ForeignFileError(file.path, "rows of events", "none", "name another file")
    found = _one(
        engine,
        "select count(*), count(dyad), min(event_date), max(event_date), min(known_date), max(known_date), "
        "min(event_id), max(event_id) from events",
    )
    actors = """
        select code, count(*) as n from (
            select source as code from events where source is not null
            union all select target from events where target is not null and target is distinct from source
        ) group by code order by n desc, code limit """
    unknown = """
        select code, count(*) as n from (
            select source_code as code from events where source is null
            union all select target_code from events where target is null
        ) where code <> '' and code <> 'None' group by code order by n desc, code limit """
    covered = f"""
        select min(day), max(day) from (
            select day, count(*) filter (pause > {LONGEST_PAUSE}) over (order by day) as run from (
                select day, day - lag(day) over (order by day) as pause
                from (select distinct known_date as day from events)
            )
        ) group by run order by run"""
    return Counts(
        rows,
        found[0],
        found[1],
        dict(_all(engine, "select reason, count(*) from rejects group by reason order by reason")),
        dict(_all(engine, actors + str(MOST_NAMED))),
        dict(_all(engine, unknown + str(MOST_NAMED))),
        _span(found[2:4]),
        _span(found[4:6]),
        tuple((str(first), str(last)) for first, last in _all(engine, covered)),
        _span(found[6:8]),
    )


def _span(ends: tuple[Any, Any]) -> tuple[str, str]:
    return ("", "") if ends[0] is None else (str(ends[0]), str(ends[1]))


def _one(engine: Any, query: str) -> tuple[Any, ...]:
    return tuple(engine.raw_sql(query).fetchone())


def _all(engine: Any, query: str) -> list[tuple[Any, ...]]:
    return list(engine.raw_sql(query).fetchall())
