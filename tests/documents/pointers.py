"""The law of documents: every figure with a pointer shows the value to which that leads in the content."""

from forecasting.documents.blocks import Figure, figures
from forecasting.verify.differences import path_of


def pointers_that_hold(report):
    """How many values and bounds of a report's sections lead by their pointer to what they show; fails for any else."""
    n = 0
    for one in map(report.show, report.SECTIONS):
        html = one._repr_html_()
        for found in figures(one.section):
            held = [(found.lower_pointer, found.lower), (found.upper_pointer, found.upper)]
            held += [(found.pointer, found.value)] if isinstance(found, Figure) else []
            assert all(path_of(report.content, pointer)[-1] == value for pointer, value in held if pointer is not None)
            n += sum(pointer is not None for pointer, _ in held)
            assert not isinstance(found, Figure) or not found.pointer or f'data-at="{found.pointer}"' in html
    return n
