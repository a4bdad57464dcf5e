"""Verification: every number derived again, or its lineage printed from source to page."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Artefacts, Data, Json

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
    artefacts: Artefacts = Path("artefacts"),
    refit: Annotated[bool, typer.Option("--refit", help="Refit the models even where there is an artefact.")] = False,
    as_json: Json = False,
) -> None:
    """Derive every number of a page or a ledger again from record and code, and print the first difference."""
    from forecasting.verify import Trusted
    from forecasting.verify import explain as lineage_of
    from forecasting.verify import verify as derive
    from forecasting.verify.lineage_text import lineage_text

    trusted = Trusted(data, None if refit else artefacts)
    if explain is not None:
        lineage = lineage_of(path, explain, trusted)
        print(json.dumps(lineage, indent=1, ensure_ascii=False) if as_json else lineage_text(lineage))
        return
    found = derive(path, trusted)
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
