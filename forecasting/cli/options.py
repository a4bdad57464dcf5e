"""Arguments and options that several commands share, and the values read from them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.store.errors import UsageError
from forecasting.store.settings import LEDGER_SETTING

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.publish.engine import Limits
    from forecasting.record.reading import RawRecord

Case = Annotated[str, typer.Argument(metavar="CASE", help="Case id, for example new-start-post-expiry-2026.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder with a record of your own. Default: the record shipped.")
]
Overlay = Annotated[
    list[Path] | None,
    typer.Option("--overlay", help="Folder with rows of your own, laid over the record; may be given several times."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Use only what was known on this day, YYYY-MM-DD. Default: the record's end."),
]
Horizons = Annotated[str | None, typer.Option("--horizons", help="Months after the as-of day, for example 6,12,24.")]
Target = Annotated[str, typer.Option("--target", help="Definition of formal: concluded or in_force.")]
Population = Annotated[
    str, typer.Option("--population", help="Cases that the rates are estimated from: forward, pooled or every.")
]
Models = Annotated[
    str | None,
    typer.Option(
        "--models",
        "--model",
        help="Models, such as ladder,base_rate; `pool` for that of models and people, in a forecast. Default: the "
        "headline and what stands under it.",
    ),
]
Ledger = Annotated[Path, typer.Option("--ledger", envvar=LEDGER_SETTING, help="Folder of the ledger.")]
Artefacts = Annotated[
    Path, typer.Option("--artefacts", help="Folder with the fitted models that `forecasting train` wrote.")
]
Out = Annotated[Path, typer.Option("--out", help="Folder for the reports.")]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes at once.")]
Executor = Annotated[str, typer.Option("--executor", help="local, or dask with --address: a cluster that exists.")]
Address = Annotated[
    str | None, typer.Option("--address", help="Scheduler of the Dask cluster, such as tcp://host:8786.")
]
CellSeconds = Annotated[int | None, typer.Option("--cell-seconds", help="Longest time of a cell. Default: 120.")]
RunSeconds = Annotated[int | None, typer.Option("--run-seconds", help="Longest time of a report. Default: 600.")]
Megabytes = Annotated[int | None, typer.Option("--memory", help="Most memory of a report, in MiB. Default: 4096.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def names_in(text: str) -> list[str]:
    """Names in a list with commas, such as `primary,base_rate`."""
    return [name.strip() for name in text.split(",")]


def limits_of(cell_seconds: int | None, run_seconds: int | None, memory: int | None) -> "Limits":
    """Limits of a report as the options give them.

    Parameters
    ----------
    cell_seconds, run_seconds
        Longest time of a cell and of the whole report, in seconds, from 1; None for the default.
    memory
        Most memory of a report, in MiB, from 1; None for the default.

    Returns
    -------
    Limits
        The same with the defaults filled in, the memory in bytes.

    Raises
    ------
    UsageError
        For a value below 1.
    """
    from forecasting.publish.engine import Limits

    for option, value in (("--cell-seconds", cell_seconds), ("--run-seconds", run_seconds), ("--memory", memory)):
        if value is not None and value < 1:
            raise UsageError(f"expected {option} from 1, got {value}; leave it out for the default")
    given = {"cell_seconds": cell_seconds, "run_seconds": run_seconds, "memory": memory and memory * 2**20}
    return Limits(**{name: value for name, value in given.items() if value is not None})


def tell(found: Any, text: str, record: "RawRecord", as_json: bool) -> None:
    """Print values as JSON or as text, with the hashes of the record and of what is laid over it, if anything is.

    Parameters
    ----------
    found
        Values: a mapping, or a list of rows.
    text
        The same as text.
    record
        The record that they were made from.
    as_json
        Whether to print JSON.
    """
    from forecasting.record.overlays import hashes_line, hashes_told

    told = hashes_told(record)
    if not as_json:
        print(text)
        if told:
            print(hashes_line(record))
        return
    if told:
        found = {**found, **told} if isinstance(found, dict) else [{**row, **told} for row in found]
    print(json.dumps(found, indent=1, ensure_ascii=False))


def print_rows(rows: "pd.DataFrame", record: "RawRecord") -> None:
    """Print a table as JSON; where something is laid over the record, each row has the hashes of both."""
    if record.overlays:
        laid = "+".join(one.sha256 for one in record.overlays)
        rows = rows.assign(record_sha256=record.shipped_sha256, overlay_sha256=laid)
    print(rows.to_json(orient="records", indent=1, double_precision=15))
