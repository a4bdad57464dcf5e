"""A report as a notebook uses it: values computed once, shown section by section."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from forecasting.documents.blocks import Section
from forecasting.documents.html import NOTEBOOK_STYLE, rendered
from forecasting.documents.markdown import section_markdown
from forecasting.documents.provenance import PROVENANCE, values_read
from forecasting.documents.standing import with_standing
from forecasting.documents.text import section_text
from forecasting.documents.values import Content, Fields, PointersRead, view

MASTHEAD = "masthead"
Maker = Callable[[Fields], Section]


@dataclass(frozen=True)
class Shown:
    """A section as a notebook shows it, with the function that made it and what of the content that read.

    `values`: names of the values read. `pointers`: JSON pointers of all that was read of them.
    """

    section: Section
    made_by: str
    values: tuple[str, ...]
    pointers: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        made = rendered("section.html.j2", own=self.section, made_by=self.made_by, values=self.values)
        return NOTEBOOK_STYLE + made

    def _repr_markdown_(self) -> str:
        return section_markdown(self.section)

    def __repr__(self) -> str:
        return section_text(self.section)


def by_name(makers: Iterable[Maker]) -> dict[str, Maker]:
    """Functions that make sections by their names.

    Parameters
    ----------
    makers : iterable of callables
        Functions from the content to a section.

    Returns
    -------
    dict of str to callable
        The functions, in order.

    Examples
    --------
    >>> def masthead(content): return Section(blocks=())
    >>> list(by_name([masthead]))
    ['masthead']
    """
    return {maker.__name__: maker for maker in makers}


class Report:
    """Base of reports: `content` has every value, JSON types only; `show` makes a section of it."""

    SECTIONS: ClassVar[dict[str, Maker]] = {}
    content: Content

    def show(self, section: str) -> Shown:
        """A section with its provenance.

        Parameters
        ----------
        section : str
            A name of `SECTIONS`.

        Returns
        -------
        Shown
            The section, the function that made it, and the values of the content that it read.

        Raises
        ------
        KeyError
            For a name of no section.

        Examples
        --------
        >>> from forecasting.documents.compose import section, text
        >>> from forecasting.documents.quantities import count
        >>> def size(content): return section(text("{n} cases", n=count(content["n"])))
        >>> class Small(Report):
        ...     SECTIONS = by_name([size])
        ...     content = {"n": 3, PROVENANCE: {"n": {}}}
        >>> shown = Small().show("size")
        >>> shown, shown.values
        (3 cases, ('n',))
        """
        make, reads = self.SECTIONS[section], PointersRead()
        fields = view(self.content, reads)
        made = make(fields) if section != MASTHEAD else with_standing(make(fields), fields)
        made_by = f"{make.__module__}.{make.__name__}"
        values = tuple(values_read(reads.pointers, self.content[PROVENANCE]))
        return Shown(made, made_by, values, reads.pointers)

    def note_freshness(self, record_age: int | None = None, lost_acts: int | None = None) -> None:
        """Say below the title how old the record was when the page was made, and what it has lost since the last run.

        Parameters
        ----------
        record_age : int, optional
            Months from the record's end to the run; None to say nothing.
        lost_acts : int, optional
            Acts fewer than at the run before; None to say nothing.

        Examples
        --------
        >>> report = Report()
        >>> report.content = {"title": "A page"}
        >>> report.note_freshness(9)
        >>> report.content["record_age"]
        9
        """
        given = {"record_age": record_age, "lost_acts": lost_acts}
        self.content = {**self.content, **{name: value for name, value in given.items() if value is not None}}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/json": self.content, "text/plain": f"content of {self.content['title']}"}
