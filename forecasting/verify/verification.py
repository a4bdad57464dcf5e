"""What a verification rests on, and its result."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.documents.difference import Difference
from forecasting.store.foreign import Foreign

SUBJECT: Final = Foreign("a file", "name the page, card or entry to verify")


@dataclass(frozen=True)
class Trusted:
    """What a document is derived from again.

    Parameters
    ----------
    data
        Folder of the record; None for the one shipped.
    artefacts
        Folder of fitted models that are taken as given; None to fit them anew, which is what proves a number.
    ledger
        Folder of the ledger; None for the one that pages read by default.
    overlay
        Folders with rows of one's own, laid over the record.
    streams
        Folder of event files, for pages that looked there.

    Examples
    --------
    >>> Trusted(data=Path("data")).artefacts is None
    True
    """

    data: Path | None = None
    artefacts: Path | None = None
    ledger: Path | None = None
    overlay: tuple[Path, ...] = ()
    streams: Path | None = None


def models_note(key: str | None) -> str:
    """Where the fitted models came from, in words.

    Examples
    --------
    >>> models_note(None)
    'models fitted anew'
    """
    if key is None:
        return "models fitted anew"
    return f"models from artefact {key[:12]}, taken as given: its numbers were not derived from the record"


def results_note(files: Iterable[str]) -> tuple[str, ...]:
    """What files of results a document reads, which were read again and not worked out again, in words.

    Examples
    --------
    >>> results_note(["evaluation/skill.csv"])
    ('taken as given, read again and not worked out again: evaluation/skill.csv',)
    >>> results_note([])
    ()
    """
    named = ", ".join(sorted(set(files)))
    return (f"taken as given, read again and not worked out again: {named}",) if named else ()


@dataclass(frozen=True)
class Verification:
    """The result of deriving a document again.

    Parameters
    ----------
    subject
        Path of the document.
    n
        Number of values compared.
    made_from
        In which record, code or models, if any, the document was made from others than those at hand.
    notes
        Where fitted models came from, and what was not checked.
    differences
        In the order of the document.

    Examples
    --------
    >>> Verification("reports/page.html", n=12).differences
    ()
    """

    subject: str
    n: int
    made_from: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
