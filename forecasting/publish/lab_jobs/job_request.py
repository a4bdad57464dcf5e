"""What a job asks for: the template whose cells its notebook holds, and typed parameters."""

from collections.abc import Mapping
from pathlib import Path

import nbformat

from forecasting.publish.notebook import source_of
from forecasting.publish.parameters import TEMPLATES, Parameters, checked_parameters
from forecasting.store.errors import UsageError


def template_of(notebook: Path) -> str:
    """The template whose cells a notebook holds, whatever was run in it; `UsageError` for any other notebook."""
    own = _cells(notebook)
    for name in TEMPLATES:
        if source_of(name).is_file() and own == _cells(source_of(name)):
            return name
    known = ", ".join(TEMPLATES)
    raise UsageError(
        f"expected a notebook with the cells of a report template ({known}) as shipped, got {notebook.name}"
    )


def job_request(notebook: Path, given: Mapping[str, str] | None) -> tuple[str, Parameters]:
    """The template of a job and its checked parameters; an empty text takes the default."""
    template = template_of(notebook)
    return template, checked_parameters(template, {name: value for name, value in (given or {}).items() if value})


def _cells(notebook: Path) -> list[tuple[str, str]]:
    try:
        read = nbformat.read(notebook, as_version=4)
    except Exception as error:  # nbformat raises many kinds for a file that is no notebook
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(f"expected a notebook, got {notebook.name}: {said[:80]}") from None
    return [(cell.cell_type, cell.source) for cell in read.cells]
