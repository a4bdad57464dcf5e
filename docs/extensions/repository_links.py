"""Rewrites links as Markdown is read, and warns of a name of the code that the reference does not have."""

from pathlib import Path
from posixpath import normpath

from docutils import nodes
from links import DOCS, on_the_site
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    if Path(app.env.doc2path(docname)).suffix == ".md":
        source[0] = on_the_site(source[0], f"{DOCS}/{docname}.md", docname)


def _included(app: Sphinx, relative_path: Path, _parent: str, content: list[str]) -> None:
    origin = normpath(f"{DOCS}/{Path(relative_path).as_posix()}")
    content[0] = on_the_site(content[0], origin, app.env.docname)


def _missing(_app: Sphinx, env: BuildEnvironment, node: pending_xref, _shown: nodes.TextElement) -> None:
    """A name of the code on a page written by hand; types in docstrings are not meant to lead anywhere."""
    page = Path(env.doc2path(node.get("refdoc", env.docname)))
    if node.get("refdomain") == "py" and page.suffix == ".md":
        LOGGER.warning("expected a name of the API reference, got %s", node["reftarget"], location=node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the events of reading and of resolving."""
    app.connect("source-read", _read)
    app.connect("include-read", _included)
    app.connect("missing-reference", _missing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
