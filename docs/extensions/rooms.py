"""API reference: the public names of a page, from their docstrings."""

from docutils import nodes
from docutils.statemachine import StringList
from public_names import pages
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Room(SphinxDirective):
    """`.. room:: NAME`: the documented names of a page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Nodes that autodoc makes of every name."""
        lines = [line for kind, name in pages()[self.arguments[0]] for line in (f".. {kind}:: {name}", "")]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, "rooms"), 0, node)
        return node.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("room", Room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
