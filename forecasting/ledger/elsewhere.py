"""Probabilities that others published: an export of Metaculus, and the folder of a model in a hub (hubverse)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from forecasting.ledger.additions import COLUMNS as OPINION
from forecasting.ledger.additions import opinion
from forecasting.ledger.hubverse import COLUMNS as OF_HUB
from forecasting.store.csv_rows import CsvRow, csv_rows, header_text
from forecasting.store.errors import UsageError, shown
from forecasting.store.foreign import Foreign

METHOD: Final = "recency_weighted"
"""Metaculus' name of the community's prediction that it shows."""
QUESTIONS: Final = ("question_id", *OPINION[:-1])
FORECASTS: Final = ("Question ID", "Start Time", "End Time", "Probability Yes")
FORECASTERS: Final = ("Forecaster Username", "Forecaster (Anonymized)")
EXPORT: Final = Foreign(
    "forecast_data.csv of an export of Metaculus", "unpack the export again", most_bytes=256_000_000
)
ASKED: Final = Foreign("a CSV file of questions", "correct it, or name another", most_bytes=4_000_000)
OUTPUT: Final = Foreign("the output of a model in a hub", "correct it, or name another", most_bytes=64_000_000)


def metaculus_opinions(folder: Path, questions: Path, as_of: date, method: str = METHOD) -> list[dict[str, Any]]:
    """The community's probabilities as they stood at the end of a day, from an export of Metaculus.

    Parameters
    ----------
    folder
        The unpacked export, with `forecast_data.csv`.
    questions
        CSV with the columns question_id, case_id, horizon, cause: which binary question asks whether a case is in a
        state at a horizon.
    as_of
        The day; of each question the probability in force at its end (UTC) is taken, never a later one.
    method
        Whose forecasts: a method of aggregation, or a user's name.

    Returns
    -------
    list of dict
        One for each question, as `add` takes them.

    Raises
    ------
    UsageError
        A file cannot be read, a cell is not of its form, or a question had no probability on that day.

    References
    ----------
    Columns as in the README that Metaculus puts into its exports.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     head = "Question ID,Forecaster ID,Forecaster Username,Start Time,End Time,Forecaster Count,Probability Yes"
    ...     row = "7,,recency_weighted,2026-01-31 10:00:00+00:00,,12,0.08"
    ...     _ = Path(folder, "forecast_data.csv").write_text(f"{head}{chr(10)}{row}{chr(10)}")
    ...     asked = Path(folder, "questions.csv")
    ...     rows = ["question_id,case_id,horizon,cause", "7,salt2-observance-1979,12,formalized"]
    ...     _ = asked.write_text(chr(10).join(rows))
    ...     metaculus_opinions(Path(folder), asked, date(2026, 2, 5))[0]["probability"]
    0.08
    """
    asked = [(place, row) for place, row in _rows(ASKED, questions, QUESTIONS) if row]
    until = datetime.combine(as_of, time.max, UTC)
    path = folder / "forecast_data.csv"
    standing: dict[str, list[tuple[str, str]]] = {}
    for place, row in _rows(EXPORT, path, FORECASTS, FORECASTERS):
        by = next(row[name] for name in FORECASTERS if name in row)
        if by == method and _moment(place, row["Start Time"]) <= until:
            end = row["End Time"]
            if not end or _moment(place, end) > until:
                standing.setdefault(row["Question ID"], []).append((place, row["Probability Yes"]))
    said = []
    for place, row in asked:
        found = standing.get(row["question_id"], [])
        if len(found) != 1:
            raise UsageError(
                f"{place}: expected one probability by {method} in force at the end of {as_of} for question "
                f"{shown(row['question_id'])}, got {len(found)} in {path}; leave it out, or choose another day"
            )
        ((where, probability),) = found
        said.append(opinion(f"{where}: ", row["case_id"], row["horizon"], row["cause"], probability))
    return said


def hub_opinions(folder: Path, model: str, as_of: date, target: str) -> list[dict[str, Any]]:
    """The probabilities of a model in a hub as of a day.

    Parameters
    ----------
    folder
        The folder of the hub.
    model
        Name of the model's folder below `model-output/`, such as TEAM-MODEL.
    as_of
        Day of the round, `origin_date`.
    target
        `concluded` or `in_force`.

    Returns
    -------
    list of dict
        One for each question, as `add` takes them.

    Raises
    ------
    UsageError
        There is no such file, it has other columns or another type of output than `pmf`, or none of its rows is about
        the day and target.

    References
    ----------
    https://docs.hubverse.io, the layout that `forecasting ledger export` writes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "model-output", "team-model", "2026-02-05-team-model.csv")
    ...     path.parent.mkdir(parents=True)
    ...     row = "2026-02-05,concluded,12,salt2-observance-1979,pmf,formalized,0.1"
    ...     _ = path.write_text(f"{','.join(OF_HUB)}{chr(10)}{row}{chr(10)}")
    ...     hub_opinions(Path(folder), "team-model", date(2026, 2, 5), "concluded")[0]["cause"]
    'formalized'
    """
    if Path(model).name != model or model in ("", ".", ".."):
        raise UsageError(f"expected the name of a folder below model-output, got {shown(model)}; correct it")
    path = folder / "model-output" / model / f"{as_of}-{model}.csv"
    said = []
    for place, row in _rows(OUTPUT, path, OF_HUB):
        if row["output_type"] != "pmf":
            raise UsageError(
                f"{place}: expected the output_type pmf, got {shown(row['output_type'])}; leave the row out"
            )
        if (row["origin_date"], row["target"]) == (as_of.isoformat(), target):
            said.append(opinion(f"{place}: ", row["case_id"], row["horizon"], row["output_type_id"], row["value"]))
    if not said:
        raise UsageError(f"{path}: expected rows as of {as_of} under {target}, got none; choose another day or target")
    return said


def _rows(
    reader: Foreign, path: Path, columns: Sequence[str], one_of: Sequence[str] = ()
) -> list[tuple[str, Mapping[str, str]]]:
    """Rows of a file by column, with their places; the columns may stand in any order, beside others."""
    header, *rows = list(csv_rows(reader.text_lines(path))) or [CsvRow(1, [])]
    names = header.cells
    missing = [name for name in columns if name not in names]
    if missing or (one_of and not set(one_of) & set(names)):
        wanted = ", ".join([*columns, *([" or ".join(one_of)] if one_of else [])])
        raise UsageError(f"{path} row 1: expected the columns {wanted}, got {header_text(names)}; correct it")
    found: list[tuple[str, Mapping[str, str]]] = []
    for row in rows:
        place = f"{path} row {row.number}"
        if row.fault:
            raise reader.error(place, *row.fault)
        found.append((place, dict(zip(names, row.cells, strict=True))))
    return found


def _moment(place: str, text: str) -> datetime:
    moment: datetime | None = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"{place}: expected a time with its zone, 2026-02-05 10:00:00+00:00, got {shown(text)}; correct it"
        )
    return moment
