"""Verification: every number derived again, or its lineage printed from source to page."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from forecasting.cli.options import Data, Json, Overlay
from forecasting.store.errors import UsageError

if TYPE_CHECKING:
    from forecasting.verify import Verification

app = typer.Typer()


@app.command()
def verify(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="Page (.html or .json), entry (FILE or FILE:LINE) or ledger folder.")
    ],
    explain: Annotated[
        str | None,
        typer.Option("--explain", help="JSON pointer or a number as printed: print its lineage from source to page."),
    ] = None,
    data: Data = None,
    overlay: Overlay = None,
    artefacts: Annotated[
        Path | None,
        typer.Option("--artefacts", help="Folder of fitted models to take as given. Default: fit them anew."),
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="The ledger to hold a page against that names one.")
    ] = None,
    streams: Annotated[
        Path | None, typer.Option("--streams", help="The event files to hold a page against that looked in some.")
    ] = None,
    code_of_entry: Annotated[
        bool, typer.Option("--code-of-entry", help="Make an entry again with the commit or wheel that it names.")
    ] = False,
    repository: Annotated[
        Path | None, typer.Option("--repository", help="A clone that holds the commit. Default: this one.")
    ] = None,
    commit: Annotated[
        str | None, typer.Option("--commit", help="The commit, for an older entry that names only a hash.")
    ] = None,
    wheel: Annotated[Path | None, typer.Option("--wheel", help="The wheel that the entry names.")] = None,
    as_json: Json = False,
) -> None:
    """Derive every number of a page or a ledger again from record and code, and print the first difference."""
    beside = {"--repository": repository, "--commit": commit, "--wheel": wheel}
    unasked = [name for name, value in beside.items() if value is not None]
    if unasked and not code_of_entry:
        raise UsageError(f"expected --code-of-entry with {unasked[0]}, got it alone; add it")
    if code_of_entry and explain is not None:
        raise UsageError("expected either --explain or --code-of-entry, got both; ask one after the other")
    from forecasting.verify import Trusted
    from forecasting.verify import explain as lineage_of
    from forecasting.verify import verify as derive
    from forecasting.verify.lineage_text import lineage_text

    if code_of_entry:
        from forecasting.verify.code_of_entry import verify_by_its_code

        found = verify_by_its_code(path, data=data, repository=repository, wheel=wheel, commit=commit)
        _report(found, as_json)
    trusted = Trusted(data, artefacts, ledger, tuple(overlay or ()), streams)
    if explain is not None:
        lineage = lineage_of(path, explain, trusted)
        print(json.dumps(lineage, indent=1, ensure_ascii=False) if as_json else lineage_text(lineage))
        return
    _report(derive(path, trusted), as_json)


def _report(found: "Verification", as_json: bool) -> NoReturn:
    """Print a verification, and leave with 1 where it found a difference."""
    if as_json:
        print(json.dumps(asdict(found), indent=1, ensure_ascii=False))
    else:
        _print_differences(found)
    raise typer.Exit(1 if found.differences else 0)


def _print_differences(found: "Verification") -> None:
    """Print differences in what it was made from, then the first difference and the number of all."""
    for said in (*found.made_from, *found.notes):
        print(said)
    if not found.differences:
        print(f"no difference: {found.n} values of {found.subject} derived again")
        return
    print(found.differences[0])
    count = len(found.differences)
    others = "that is the only difference" if count == 1 else f"and {count - 1} more (--json lists all)"
    print(f"{others}, of {found.n} values of {found.subject} derived again")
