"""API reference: the public names of a page, from their docstrings."""

from importlib import import_module

from docutils import nodes
from public_names import pages
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Room(SphinxDirective):
    """`.. room:: NAME`: the documented names of a page, below the module from which to import them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Sections that autodoc fills."""
        lines = []
        groups = pages()[self.arguments[0]]
        for module, entries in groups.items():
            if len(groups) > 1:
                told = (import_module(module).__doc__ or "").strip().splitlines()[0]
                lines += [module, "-" * len(module), "", told, ""]
            for one in entries:
                lines += [f".. {one.directive}:: {one.module}::{one.name}", ""]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("room", Room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
