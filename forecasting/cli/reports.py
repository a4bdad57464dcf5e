"""Reports: one, some, or a batch of thousands."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.cli.options import (
    Address,
    AsOf,
    CellSeconds,
    Data,
    Executor,
    Horizons,
    Jobs,
    Json,
    Megabytes,
    Out,
    Overlay,
    RunSeconds,
    limits_of,
)
from forecasting.store.errors import UsageError, shown
from forecasting.store.executor import executor as run_on

if TYPE_CHECKING:
    from forecasting.publish.batch import Result
    from forecasting.publish.requests import Refusal, Request, Source

app = typer.Typer()


@app.command()
def report(
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE...]", help="Case ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All open cases.")] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="CSV (a column per parameter) or JSONL file, one report a row.")
    ] = None,
    template: Annotated[
        str, typer.Option("--template", help="case, brief, portfolio, scorecard or data-quality.")
    ] = "case",
    as_of: AsOf = None,
    horizons: Horizons = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Definition of formal: concluded (default) or in_force.")
    ] = None,
    data: Data = None,
    overlay: Overlay = None,
    out: Out = Path("reports"),
    artefacts: Annotated[
        Path | None, typer.Option("--artefacts", help="Folder of trained models. Default: artefacts, if it is there.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Any parameter of the template; `forecasting templates` lists them."
        ),
    ] = None,
    jobs: Jobs = 1,
    executor: Executor = "local",
    address: Address = None,
    force: Annotated[bool, typer.Option("--force", help="Render unchanged reports, too.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="A tagged PDF beside each page (needs Chromium).")] = False,
    cell_seconds: CellSeconds = None,
    run_seconds: RunSeconds = None,
    memory: Megabytes = None,
    as_json: Json = False,
) -> None:
    """Render reports: HTML, executed notebook and JSON sidecar of each; unchanged ones are not rendered again."""
    given: dict[str, Any] = {
        "as_of": as_of,
        "horizons": horizons,
        "target": target,
        "data": data,
        "artefacts": artefacts,
    }
    given |= {"overlay": tuple(overlay) if overlay else None, "artefacts": artefacts}
    parameters = with_settings(given, settings or [])
    limits = limits_of(cell_seconds, run_seconds, memory)
    from forecasting.publish.batch import check_jobs, render_all
    from forecasting.publish.pdf import browser
    from forecasting.store.files import require_writable

    check_jobs(jobs)
    require_writable(out)
    if pdf:
        browser()
    source = _asked(cases or [], every, batch, template, parameters)
    counts = _checked(source())
    pages = []
    with run_on(executor, address, jobs) as at_once:
        for result in render_all(_sound(source()), out, at_once, force=force, pdf=pdf, limits=limits):
            counts[result.status] += 1
            if result.said:
                print(f"ReportError: {result.said}", file=sys.stderr)
            elif as_json:
                pages.append(str(result.page))
            else:
                print(result.page, flush=True)
            _print_progress(result, counts)
    if as_json:
        print(json.dumps(pages, indent=1))
    if counts["asked"] + counts["refused"] > 1:
        said = ", ".join(f"{counts[name]} {name}" for name in ("rendered", "unchanged", "failed", "refused"))
        print(said, file=sys.stderr)
    raise typer.Exit(1 if counts["refused"] or counts["failed"] else 0)


@app.command()
def export(
    page: Annotated[Path, typer.Argument(metavar="PAGE", help="Page of a report (.html).")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")],
    form: Annotated[
        str, typer.Option("--format", help="xlsx (a sheet for each table), svg or png (a file for each chart).")
    ] = "xlsx",
    replace: Annotated[bool, typer.Option("--replace", help="Replace files that exist.")] = False,
) -> None:
    """Write the tables of a page as a workbook, or its charts as pictures."""
    from forecasting.publish.takeaway import export_page

    for path in export_page(page, out, form, replace):
        print(path)


def with_settings(given: dict[str, Any], settings: list[str]) -> dict[str, Any]:
    """Parameters of a template: the options that were given, and each `NAME=VALUE`.

    Parameters
    ----------
    given
        Values of options by name; None where the option was left out.
    settings
        Texts of the form `NAME=VALUE`; the value may hold any text.

    Returns
    -------
    dict
        Values by name, without those that are None.

    Raises
    ------
    UsageError
        For a setting of another form, and for a name that is given twice.
    """
    values = {name: value for name, value in given.items() if value is not None}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name:
            raise UsageError(
                f"expected --set NAME=VALUE, got {shown(setting)}; `forecasting templates` lists the parameters"
            )
        if name in values:
            raise UsageError(f"expected each parameter once, got {name} twice; leave one of them out")
        values[name] = value
    return values


def _asked(cases: list[str], every: bool, batch: Path | None, template: str, parameters: dict[str, Any]) -> "Source":
    """Source of the requests: named cases, every case, or a file; `UsageError` for more than one of them."""
    from forecasting.publish.requests import every_case, from_file, named_cases

    given = [name for name, one in (("CASE", cases), ("--all", every), ("--batch", batch is not None)) if one]
    if len(given) > 1:
        raise UsageError(f"expected one of CASE..., --all and --batch FILE, got {' and '.join(given)}; leave one out")
    if batch is not None:
        return from_file(batch, template, parameters)
    return every_case(template, parameters) if every else named_cases(template, cases, parameters)


def _checked(requests: "Iterable[Request | Refusal]") -> Counter[str]:
    """Numbers of requests asked and refused; each refusal is printed on standard error."""
    from forecasting.publish.requests import Refusal, each_once

    counts = Counter[str]()
    for request in each_once(requests):
        if isinstance(request, Refusal):
            print(f"refused: {request}", file=sys.stderr)
        counts["refused" if isinstance(request, Refusal) else "asked"] += 1
    return counts


def _sound(requests: "Iterable[Request | Refusal]") -> "Iterable[Request]":
    from forecasting.publish.requests import Request, each_once

    return (request for request in each_once(requests) if isinstance(request, Request))


def _print_progress(result: "Result", counts: Counter[str]) -> None:
    if counts["asked"] > 1:
        number = counts["rendered"] + counts["unchanged"] + counts["failed"]
        took = f"{result.status} {result.request.asked.subject()} ({result.seconds:.1f} s)"
        print(f"[{number}/{counts['asked']}] {took}", file=sys.stderr, flush=True)
