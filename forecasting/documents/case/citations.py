"""The sources that the sections of a page cite, numbered from 1 in the order of the record."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forecasting.documents.blocks import Marks, Part
from forecasting.documents.report import Maker
from forecasting.documents.values import Content, view


def with_cited_first(content: Content, makers: Iterable[Maker]) -> Content:
    """The content with the sources that its sections cite before the others, each marked whether it is cited.

    Parameters
    ----------
    content : dict
        Content of a page about a case; `sources` in the order of the record.
    makers : iterable of callables
        Makers of its sections, but that of the list of sources.

    Returns
    -------
    dict
        The same with `sources` in the new order, and `is_cited` of each.
    """
    unsorted = [source | {"is_cited": False} for source in content["sources"]]
    fields = view(content | {"sources": unsorted})
    cited = {number - 1 for make in makers for marks in _marks(make(fields)) for number in marks.numbers}
    marked = [source | {"is_cited": place in cited} for place, source in enumerate(content["sources"])]
    return content | {"sources": sorted(marked, key=lambda source: not source["is_cited"])}


def _marks(part: Any) -> Iterator[Marks]:
    if isinstance(part, Marks):
        yield part
    elif isinstance(part, Part):
        for name in type(part).model_fields:
            yield from _marks(getattr(part, name))
    elif isinstance(part, tuple | Mapping):
        for one in part.values() if isinstance(part, Mapping) else part:
            yield from _marks(one)
