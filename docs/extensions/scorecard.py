"""Sections of the scorecard on a page: words and tables as they are computed from `data/evaluation`, charts as SVG."""

from functools import cache
from typing import ClassVar

from docutils import nodes
from result_rows import FRESH, FRESH_SAMPLES, REGISTERED, fresh_lines, period_lines, results, slope_lines
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from forecasting.documents import figures
from forecasting.documents.blocks import Block, Chart, Section
from forecasting.documents.markdown import section_markdown
from forecasting.documents.report import Report


@cache
def scorecard() -> Report:
    """The scorecard of the shipped record, made once in a build."""
    from forecasting.documents.scorecard import ScorecardReport

    return ScorecardReport()


class ScorecardSection(SphinxDirective):
    """`{scorecard} NAME`: a section of the scorecard; `:only: charts`, `tables` or `words` leaves the rest out."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, object]] = {"only": str}

    def run(self) -> list[nodes.Node]:
        """Nodes of the section's blocks."""
        section = scorecard().show(self.arguments[0]).section
        only, found = self.options.get("only"), []
        for block in section.blocks:
            kind = {"chart": "charts", "table": "tables"}.get(block.kind, "words")
            if only in (None, kind):
                found += [drawing(block)] if isinstance(block, Chart) else self._told(block)
            if isinstance(block, Chart) and only in (None, "tables"):
                found += self._told(*block.tables)
        return found

    def _told(self, *blocks: Block) -> list[nodes.Node]:
        return [
            node
            for block in blocks
            for node in self.parse_text_to_nodes(section_markdown(Section(title="", blocks=(block,))))
        ]


class FreshResults(SphinxDirective):
    """`{fresh}`: the tables of the fresh test, as `docs/result_rows.py` makes them from the registered results."""

    def run(self) -> list[nodes.Node]:
        """Nodes of three tables: skill, slope, and what was said and came by period."""
        skill, slope, periods = (results(REGISTERED / f"{name}.csv") for name in ("skill", "slope", "periods"))
        tables = (fresh_lines(skill), slope_lines(slope, FRESH, FRESH_SAMPLES), period_lines(periods, "fresh"))
        return [node for lines in tables for node in self.parse_text_to_nodes("\n".join(lines))]


def drawing(chart: Chart) -> nodes.raw:
    """A chart with its text alternative below it."""
    words = section_markdown(Section(title="", blocks=(chart.text,)))
    return picture(figures.CHARTS[chart.draws](**chart.arguments), nodes.unescape(words.replace("*", "")))


def picture(svg: str, words: str) -> nodes.raw:
    """SVG with its words, for readers who see it and for those who do not."""
    said = words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return nodes.raw(
        "",
        f'<figure class="chart"><div class="drawing" role="img" aria-label="{said}">{svg}</div>'
        f"<figcaption>{said}</figcaption></figure>",
        format="html",
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("scorecard", ScorecardSection)
    app.add_directive("fresh", FreshResults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
