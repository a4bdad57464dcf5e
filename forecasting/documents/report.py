"""A report as a notebook uses it: values worked out once, shown section by section."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, ClassVar

from forecasting.documents.fragments import Content, Fragment
from forecasting.documents.provenance import PROVENANCE, Reading

Section = Callable[[Content], Fragment]


def by_name(sections: Iterable[Section]) -> dict[str, Section]:
    """Sections by the names of their functions."""
    return {section.__name__: section for section in sections}


class Report:
    """`content` holds every value, JSON types only; `show` makes a section of it."""

    SECTIONS: ClassVar[dict[str, Section]] = {}
    content: Content

    def show(self, section: str) -> Fragment:
        """A section by its name, one of `SECTIONS`; it knows which function made it and which values that read."""
        make, reading = self.SECTIONS[section], Reading(self.content[PROVENANCE])
        shown = make(reading.of(self.content))
        return replace(shown, made_by=f"{make.__module__}.{make.__name__}", values=tuple(reading.found))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/json": self.content, "text/plain": f"content of {self.content['title']}"}
