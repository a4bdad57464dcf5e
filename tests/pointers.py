"""The law of a report: every figure shows the value of the content that its pointer leads to."""

import json

from forecasting.documents.blocks import Figure, figures
from forecasting.documents.difference import path_of


def follow_pointers(report):
    """Follow the pointers of every section; returns how many lead to their value, and fails at one that does not."""
    content, n = json.loads(json.dumps(report.content)), 0
    for shown in map(report.show, report.SECTIONS):
        html = shown._repr_html_()
        assert shown._repr_markdown_().strip()
        assert repr(shown).strip()
        for found in figures(shown.section):
            held = [(found.lower_pointer, found.lower), (found.upper_pointer, found.upper)]
            held += [(found.pointer, found.value)] if isinstance(found, Figure) else []
            for pointer, value in held:
                assert pointer is None or path_of(content, pointer)[-1] == value, pointer
            n += sum(pointer is not None for pointer, _ in held)
            assert not isinstance(found, Figure) or not found.pointer or f'data-at="{found.pointer}"' in html
    return n
