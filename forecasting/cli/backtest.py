"""Out-of-sample evaluation: the backtest and the multiverse."""

import json
from pathlib import Path
from typing import Annotated

import typer

from forecasting.cli.options import Address, AsOf, Data, Executor, Jobs, Json, Target
from forecasting.record.months import parse_day
from forecasting.store.executor import executor as run_on

app = typer.Typer()


@app.command()
def backtest(
    design: Annotated[
        str,
        typer.Option(
            "--design",
            help="cluster (related cases held out), rolling (as of each year), rolling_cluster, gap, fresh, "
            "fresh_rolling (never learning from the fresh cases), era or dyad.",
        ),
    ],
    target: Target = "concluded",
    jobs: Jobs = 1,
    executor: Executor = "local",
    address: Address = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", help="Folder of checkpoints, one per fold; an interrupted run continues from it."),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option("--tables", help="Folder for the tables of results as CSV; DATA/evaluation is what reports read."),
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Also the registered lines that bound hindsight, with --design cluster.")
    ] = False,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="CSV file for the forecasts one by one, of rolling, or of the fresh cases; "
            "DATA/evaluation/track_record.csv is what reports read.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Forecast past days out of sample, and print the skill over the base rates."""
    from forecasting.backtest import backtest as run
    from forecasting.backtest import check_design
    from forecasting.backtest.lines import lines_table, registered_lines
    from forecasting.backtest.tables import headline_table, result_tables, write_tables
    from forecasting.explain.track_record import check_kept, write_track_record
    from forecasting.record.history import load_history
    from forecasting.store.errors import UsageError

    chosen = check_design(design, jobs)
    if out is not None:
        check_kept(chosen)
    if lines and (chosen != "cluster" or tables is None):
        raise UsageError("expected --design cluster and --tables with --lines, got other options; the lines are of it")
    history = load_history(data)
    with run_on(executor, address, jobs) as at_once:
        scored = run(history, chosen, target, at_once, resume=resume)
    if tables is not None:
        found = result_tables(scored)
        if lines:
            found["lines"] = lines_table(registered_lines(history, target))
        write_tables(found, history.sha256, chosen, tables)
    if out is not None:
        write_track_record(out, scored, history, target)
    table = headline_table(scored)
    if as_json:
        print(json.dumps({"design": chosen, "skill": table.to_dict(orient="records")}, indent=1))
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


@app.command()
def multiverse(
    cases: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE...]", help="Open cases. Default: all core cases still open.")
    ] = None,
    as_of: AsOf = None,
    specifications: Annotated[int, typer.Option("--specifications", help="How many, at least 30.")] = 500,
    jobs: Jobs = 1,
    executor: Executor = "local",
    address: Address = None,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the tables and for the summary that reports read.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Refit and score the forecast under other defensible codings, definitions and settings."""
    day = parse_day(as_of) if as_of is not None else None
    from forecasting.backtest.multiverse.run import multiverse as run
    from forecasting.backtest.multiverse.run import open_core_cases
    from forecasting.backtest.multiverse.summary import summary, summary_text, write_summary
    from forecasting.record.history import load_history

    history = load_history(data, day)
    with run_on(executor, address, jobs) as at_once:
        found = run(history, cases or open_core_cases(history), specifications, at_once)
    if out is not None:
        for path in write_summary(found, out):
            print(path)
    else:
        print(json.dumps(summary(found), indent=1) if as_json else summary_text(found))
