"""Facts of one's own: an act, a step, a correction, a retraction or a look, written into an overlay with its effect."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecasting.artefacts.store import ARTEFACTS
from forecasting.explain.overlay_effect import Effect, keep
from forecasting.record.months import HORIZONS
from forecasting.record.overlays import Folders
from forecasting.record.own_facts import (
    accepted_rows,
    correction_rows,
    event_rows,
    looked_rows,
    retraction_rows,
    step_rows,
)
from forecasting.record.own_rows import Rows
from forecasting.record.reading import RawRecord
from forecasting.record.vocabulary import TARGETS


def add_event(
    case_id: str,
    date: object,
    kind: str,
    actor: object,
    target: object = "",
    source: str = "",
    standing: str = "confirmed",
    *,
    overlay: Folders,
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
    horizons: Sequence[int] = HORIZONS,
    formal: str = TARGETS[0],
    **more: Any,
) -> Effect:
    """Add an act to an overlay, and say what it does to the forecast.

    Parameters
    ----------
    case_id : str
        An open case.
    date : date or str
        When it happened: a day, or YYYY-MM or YYYY.
    kind : str
        Kind of act, one of `record.vocabulary.EVENT_KINDS`.
    actor, target : str or sequence of str
        Codes of parties: who acted, and towards whom.
    source : str
        Address of a page, or a source_id of the record.
    standing : {"confirmed", "reported", "disputed"}
        On the record, reported only, or reported and denied.
    overlay : path or sequence of paths
        Folders of overlays; the act goes to the last, which is made if it does not exist.
    data : path, optional
        Folder of the record; by default the one shipped.
    artefacts : path, optional
        Folder of fitted models.
    horizons : sequence of int
        Months after the day, 1 to 120.
    formal : {"concluded", "in_force"}
        What counts as formalized.
    **more
        `known`, `summary`, `title`, `publisher`, `published`, `opened`, `claim`, `clears`, `confidence`, as of
        `record.own_facts.event_rows`.

    Returns
    -------
    Effect
        What was written, and every state at every horizon without and with it.

    Raises
    ------
    RefusedError
        With every fact that cannot be meant; nothing is written.
    SchemaError
        With every fault by the checks of the record; nothing is written.

    Examples
    --------
    >>> add_event("mtcr-1987", "2026-05-01", "summit", "Iran", source="https://example.org/news", overlay="mine")
    Traceback (most recent call last):
    forecasting.record.own_facts.RefusedError: actor: expected actor as codes of parties.csv, got 'Iran'; did you mean \
IRN (Iran)?
    """

    def make(record: RawRecord) -> Rows:
        return event_rows(record, case_id, date, kind, actor, target, source, standing, **more)

    return keep(make, overlay, case_id, data=data, artefacts=artefacts, horizons=horizons, formal=formal)


def add_step(
    case_id: str,
    ladder: str,
    level: int | str,
    status: str,
    date: object,
    *,
    overlay: Folders,
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
    horizons: Sequence[int] = HORIZONS,
    formal: str = TARGETS[0],
    **more: Any,
) -> Effect:
    """Add a step of a ladder to an overlay, and say what it does.

    Parameters
    ----------
    case_id : str
        An open case.
    ladder : {"formalization", "strain"}
        Which ladder.
    level : int or str
        Level reached.
    status : str
        How it stands there, one of the ladder's statuses.
    date : date or str
        When it was reached: a day, or YYYY-MM or YYYY.
    overlay : path or sequence of paths
        Folders of overlays; the step goes to the last, which is made if it does not exist.
    data, artefacts, horizons, formal
        As of `add_event`.
    **more
        The act behind the step and others, as of `record.own_facts.step_rows`.

    Returns
    -------
    Effect
        What was written, and every state at every horizon without and with it.

    Raises
    ------
    RefusedError
        With every fact that cannot be meant; nothing is written.
    SchemaError
        With every fault by the checks of the record; nothing is written.

    Examples
    --------
    >>> add_step("mtcr-1987", "formal", 2, "draft", "2026-05-01", evidence="A draft.", events="x", overlay="mine")
    Traceback (most recent call last):
    forecasting.record.own_facts.RefusedError: ladder: expected ladder as one of formalization, strain, got 'formal'; \
did you mean formalization?
    """

    def make(record: RawRecord) -> Rows:
        return step_rows(record, case_id, ladder, level, status, date, **more)

    return keep(make, overlay, case_id, data=data, artefacts=artefacts, horizons=horizons, formal=formal)


def correct(
    table: str, key: str, field: str, value: str, reason: str, on: object = None, *, overlay: Folders, **settings: Any
) -> Effect:
    """Correct a cell of the record in an overlay from a day on, and say what it does.

    Parameters
    ----------
    table : str
        Name of the table, as `outcomes`.
    key : str
        Key of the row; parts of it are joined by a slash.
    field : str
        Column of the cell.
    value : str
        What the cell should have said.
    reason : str
        Why.
    on : date or str, optional
        First day on which the correction was known; by default today.
    overlay : path or sequence of paths
        Folders of overlays; the correction goes to the last.
    **settings
        `data`, `artefacts`, `horizons` and `formal`, as of `add_event`.

    Returns
    -------
    Effect
        What was written, and every state at every horizon without and with it.

    Raises
    ------
    RefusedError
        With every fact that cannot be meant; nothing is written.
    SchemaError
        With every fault by the checks of the record; nothing is written.

    Examples
    --------
    >>> correct("cases", "none-1987", "name", "Another name", "misprint", overlay="mine")
    Traceback (most recent call last):
    forecasting.record.own_facts.RefusedError: key: expected the key of a row of cases, got 'none-1987'; did you mean \
zopfan-1971, nsg-1978, zangger-1974?
    """
    return keep(lambda record: correction_rows(record, table, key, field, value, reason, on), overlay, **settings)


def retract(event_id: str, reason: str, on: object = None, *, overlay: Folders, **settings: Any) -> Effect:
    """Take an act back in an overlay from a day on, and say what it does.

    Parameters
    ----------
    event_id : str
        The act.
    reason : str
        Why it does not count any more.
    on : date or str, optional
        First day on which that was known; by default today.
    overlay : path or sequence of paths
        Folders of overlays; the retraction goes to the last.
    **settings
        `data`, `artefacts`, `horizons` and `formal`, as of `add_event`.

    Returns
    -------
    Effect
        What was written, and every state at every horizon without and with it.

    Raises
    ------
    UsageError
        The act is none of the record's; nothing is written.
    SchemaError
        With every fault by the checks of the record; nothing is written.

    Examples
    --------
    >>> retract("mtcr-1987-99", "the report was withdrawn", overlay="mine")
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected the event_id of an act in the record, got 'mtcr-1987-99'; did you \
mean mtcr-1987-e09, mtcr-1987-e15, mtcr-1987-e14?
    """
    return keep(lambda record: retraction_rows(record, event_id, reason, on), overlay, **settings)


def looked(
    case_id: str, until: object, seen: object = None, source: str = "", *, overlay: Folders, **settings: Any
) -> Effect:
    """Say in an overlay until when a case was looked at, and when it was seen to be kept.

    Parameters
    ----------
    case_id : str
        An open case.
    until : date or str
        Last day until which somebody looked.
    seen : date or str, optional
        Last day on which it was seen to be kept.
    source : str
        Address of the page that shows it, or a source_id of the record.
    overlay : path or sequence of paths
        Folders of overlays; the rows go to the last.
    **settings
        `data`, `artefacts`, `horizons` and `formal`, as of `add_event`.

    Returns
    -------
    Effect
        What was written, and every state at every horizon without and with it.

    Raises
    ------
    RefusedError
        With every fact that cannot be meant; nothing is written.
    SchemaError
        With every fault by the checks of the record; nothing is written.

    Examples
    --------
    >>> looked("mtcr-1987", "1980-01-01", overlay="mine")
    Traceback (most recent call last):
    forecasting.record.own_facts.RefusedError: until: expected until from 2025-10-31 on, until when it is looked at \
already, got 1980-01-01
    """
    return keep(lambda record: looked_rows(record, case_id, until, seen, source), overlay, case_id, **settings)


def keep_accepted(accepted: Rows, source: str, *, overlay: Folders, **settings: Any) -> Effect:
    """Add acts accepted from a text to an overlay, and say what they do.

    Parameters
    ----------
    accepted : mapping of str to sequence of mappings
        Rows of `events` and `calendar`, as of `reading.rows_of`.
    source : str
        Address of the text, or a source_id of the record.
    overlay : path or sequence of paths
        Folders of overlays; the acts go to the last.
    **settings
        `title`, `publisher` and `published` of a new source; the others as of `keep`.

    Returns
    -------
    Effect
        Of all of them together.
    """
    about = {name: settings.pop(name) for name in ("title", "publisher", "published") if name in settings}
    return keep(lambda record: accepted_rows(record, accepted, source, **about), overlay, **settings)
