"""Formulas as MathML, which browsers draw by themselves: no script, no fonts, nothing from the network."""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)


def formula(tex: str, is_block: bool, place: nodes.Node) -> str:
    """A formula in TeX as MathML; what cannot be written so is a warning, and stands as TeX."""
    aligned = rf"\begin{{align}}{tex}\end{{align}}" if is_block and r"\\" in tex and r"\begin{" not in tex else tex
    try:
        return str(tex2mathml(aligned, as_block=is_block))
    except MathError as error:
        LOGGER.warning("expected a formula that MathML can hold, got %r: %s", tex, error, location=place)
        return f"<code>{nodes.unescape(tex)}</code>"


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """A formula within a line."""
    translator.body.append(formula(node.astext(), False, node))
    raise nodes.SkipNode


def block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on lines of its own, which scrolls by itself where it is too wide."""
    drawn = formula(node.astext(), True, node)
    translator.body.append(f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{drawn}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer that `html_math_renderer` names."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
