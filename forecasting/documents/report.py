"""A report as a notebook uses it: values worked out once, shown section by section."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from forecasting.documents.blocks import Section
from forecasting.documents.html import NOTEBOOK_STYLE, rendered
from forecasting.documents.markdown import section_markdown
from forecasting.documents.origins import ORIGINS, SETTINGS, Origin
from forecasting.documents.text import section_text
from forecasting.documents.values import Content, Fields, Reads, view

Maker = Callable[[Fields], Section]


@dataclass(frozen=True)
class Shown:
    """A section as a notebook shows it, with the function that made it and the values of the content it read."""

    section: Section
    made_by: str
    values: tuple[str, ...]

    def _repr_html_(self) -> str:
        made = rendered("section.html.j2", own=self.section, made_by=self.made_by, values=self.values)
        return NOTEBOOK_STYLE + made

    def _repr_markdown_(self) -> str:
        return section_markdown(self.section)

    def __repr__(self) -> str:
        return section_text(self.section)


def by_name(makers: Iterable[Maker]) -> dict[str, Maker]:
    """Functions that make sections by their names."""
    return {maker.__name__: maker for maker in makers}


def values_read(pointers: Iterable[str], known: Mapping[str, Origin]) -> Iterator[str]:
    """Names of the values that JSON pointers lead to or into, each once: those of `known`, and others but settings."""
    found: dict[str, None] = {}
    for pointer in pointers:
        name = ""
        for part in pointer[1:].split("/"):
            name = f"{name}.{part}" if name else part
            if not any(value.startswith(f"{name}.") for value in known):
                if name in known or name not in SETTINGS:
                    found[name] = None
                break
    yield from found


class Report:
    """`content` holds every value, JSON types only; `show` makes a section of it."""

    SECTIONS: ClassVar[dict[str, Maker]] = {}
    content: Content

    def show(self, section: str) -> Shown:
        """A section by its name, one of `SECTIONS`; it knows which function made it and which values that read."""
        make, reads = self.SECTIONS[section], Reads()
        made = make(view(self.content, reads))
        made_by = f"{make.__module__}.{make.__name__}"
        values = tuple(values_read(reads.pointers, ORIGINS[self.content["template"]]))
        return Shown(made, made_by, values)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/json": self.content, "text/plain": f"content of {self.content['title']}"}
