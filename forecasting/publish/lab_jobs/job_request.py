"""Request of a job: the template whose cells its notebook contains, and typed parameters."""

from collections.abc import Mapping
from pathlib import Path

import nbformat

from forecasting.publish.notebook import source_of
from forecasting.publish.parameters import TEMPLATES, Parameters, checked_parameters
from forecasting.store.errors import UsageError, first_line


def template_of(notebook: Path) -> str:
    """The template of a notebook, by its cells; their outputs are ignored.

    Parameters
    ----------
    notebook
        Path of the notebook.

    Raises
    ------
    UsageError
        Its cells are those of no template.
    """
    own = _cells(notebook)
    for name in TEMPLATES:
        if source_of(name).is_file() and own == _cells(source_of(name)):
            return name
    known = ", ".join(TEMPLATES)
    raise UsageError(
        f"expected a notebook with the cells of a report template ({known}) as shipped, got {notebook.name}; "
        "copy the template again"
    )


def job_request(notebook: Path, given: Mapping[str, str] | None) -> tuple[str, Parameters]:
    """The template of a job and its validated parameters.

    Parameters
    ----------
    notebook
        Path of the job's notebook.
    given
        Parameters as text by name; an empty text takes the default.

    Raises
    ------
    UsageError
        The notebook is no template, or a parameter is invalid.
    """
    template = template_of(notebook)
    return template, checked_parameters(template, {name: value for name, value in (given or {}).items() if value})


def _cells(notebook: Path) -> list[tuple[str, str]]:
    try:
        read = nbformat.read(notebook, as_version=4)
    except Exception as error:  # nbformat raises errors of many classes for a file that is no notebook
        got = f"{notebook.name}: {first_line(error)[:80]}"
        raise UsageError(f"expected a notebook, got {got}; copy the template again") from None
    return [(cell.cell_type, cell.source) for cell in read.cells]
