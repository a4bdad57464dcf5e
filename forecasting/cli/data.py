"""The record as a data package: describe, export, compare."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The record as a data package: describe, export, compare.", no_args_is_help=True)


@app.command()
def describe(
    data: Annotated[Path, typer.Option("--data", help="Folder of the record.")],
    version: Annotated[str | None, typer.Option("--version", help="Version of the data. Default: as it is.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing: exit 1 if a file is stale.")] = False,
) -> None:
    """Make datapackage.json, croissant.json and the codebook's tables from the schema and the files."""
    from forecasting.record.describing import made_files
    from forecasting.store.files import write_whole

    made = {data / name: content for name, content in made_files(data, version).items()}
    stale = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    if not check:
        write_whole({path: made[path] for path in stale}, "--data")
    for path in stale:
        print(f"stale: {path}" if check else path)
    raise typer.Exit(1 if check and stale else 0)
