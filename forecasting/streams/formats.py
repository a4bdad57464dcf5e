"""The formats of event files, and how a file is recognised by its first lines."""

from dataclasses import dataclass
from typing import Final

from forecasting.store.errors import shown

TAB: Final = "\t"
_ACTOR: Final = (
    "Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code", "Type1Code",
    "Type2Code", "Type3Code",
)  # fmt: skip
_PLACE: Final = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
_EVENT: Final = (
    "IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale", "NumMentions",
    "NumSources", "NumArticles", "AvgTone",
)  # fmt: skip


def _gdelt(version: int) -> tuple[str, ...]:
    """Columns of GDELT's events: 58 in version 1.0, 61 in 2.0, which adds the second administrative division."""
    place = [part for part in _PLACE if version == 2 or part != "ADM2Code"]
    return (
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(f"Actor{k}{part}" for k in (1, 2) for part in _ACTOR),
        *_EVENT,
        *(f"{who}Geo_{part}" for who in ("Actor1", "Actor2", "Action") for part in place),
        *("DATEADDED", "SOURCEURL"),
    )


ICEWS: Final = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code",
    "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher", "City",
    "District", "Province", "Country", "Latitude", "Longitude",
)  # fmt: skip
POLECAT: Final = (
    "Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts", "Actor Name",
    "Actor Country", "Actor COW", "Primary Actor Sector", "Actor Sectors", "Actor Title", "Actor Name Raw",
    "Wikipedia Actor ID", "Recipient Name", "Recipient Country", "Recipient COW", "Primary Recipient Sector",
    "Recipient Sectors", "Recipient Title", "Recipient Name Raw", "Wikipedia Recipient ID", "Placename", "City",
    "District", "Province", "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename", "Feature Type",
    "Source", "Publication Date", "Story People", "Story Organizations", "Story Locations", "Language", "Version",
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A format of event files.

    Attributes
    ----------
    name, title : str
        The name for `--format`, and what it is.
    columns : tuple of str
        In order.
    has_header : bool
        Whether each file begins with the names of its columns.
    scheme : str
        Scheme of the actors' codes, see `tables.actors`.
    acts : {"cameo", "plover"}
        What acts are coded in.
    key : tuple of str
        Columns that name an event.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    has_header: bool
    scheme: str
    acts: str
    key: tuple[str, ...]

    @property
    def header(self) -> str:
        """The first line of a file."""
        return TAB.join(self.columns)


FORMATS: Final = {
    one.name: one
    for one in (
        Format("gdelt1", "GDELT 1.0", _gdelt(1), False, "gdelt", "cameo", ("GLOBALEVENTID",)),
        Format(
            "gdelt1-backfile",
            "GDELT 1.0 before April 2013, without the address of the source",
            _gdelt(1)[:-1],
            False,
            "gdelt",
            "cameo",
            ("GLOBALEVENTID",),
        ),
        Format("gdelt2", "GDELT 2.0", _gdelt(2), False, "gdelt", "cameo", ("GLOBALEVENTID",)),
        # the number alone is not unique over the years
        Format("icews", "ICEWS", ICEWS, True, "icews", "cameo", ("Event ID", "Event Date")),
        Format("polecat", "POLECAT", POLECAT, True, "cow", "plover", ("Event ID",)),
    )
}


def recognised(lines: list[str]) -> tuple[str | None, str]:
    r"""The format of a file by its first lines, and what the file is in words.

    Parameters
    ----------
    lines
        The first lines, without their ends.

    Returns
    -------
    tuple of (str or None, str)
        Name of the format, None if it is none of them; and the words for a message.

    Examples
    --------
    >>> recognised([FORMATS["icews"].header])
    ('icews', 'ICEWS')
    >>> recognised(["a\tb"])
    (None, "2 columns separated by tabs, beginning with 'a'")
    """
    filled = [line for line in lines if line.strip()]
    if not filled:
        return None, "an empty file"
    first = filled[0]
    for one in FORMATS.values():
        if one.has_header and first.rstrip(TAB).split(TAB) == list(one.columns):
            return one.name, one.title
    counts = [line.count(TAB) + 1 for line in filled]
    most = max(set(counts), key=counts.count)
    for one in FORMATS.values():
        # a file of GDELT has no header: its first column is a number
        if not one.has_header and most == len(one.columns) and filled[counts.index(most)].split(TAB)[0].isdigit():
            return one.name, one.title
    words = f"{most} columns separated by tabs" if most > 1 else "one column without tabs"
    return None, f"{words}, beginning with {shown(first.split(TAB)[0], 40)}"
