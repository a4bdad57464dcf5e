"""Cases found by words and filters, in the record and in overlays on it."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.artefacts.session import shared_history
from forecasting.record.finding import find_cases
from forecasting.record.overlays import Folders


def find(
    words: str = "",
    *,
    as_of: str | date | None = None,
    data: str | Path | None = None,
    overlay: Folders = None,
    **filters: Any,
) -> pd.DataFrame:
    """Cases that have every word in their name, id, parties, type, domain or summary.

    Parameters
    ----------
    words : str
        Words or parts of them; empty for every case.
    as_of : str or date, optional
        The day; by default the record's end.
    data : path, optional
        Folder of the record; by default the one shipped.
    overlay : path or sequence of paths, optional
        Folders with rows of one's own, laid over the record.
    **filters
        `party`, `domain`, `rung`, `outcome`, `target`, as of `record.finding.find_cases`.

    Returns
    -------
    pandas.DataFrame
        See `record.finding.find_cases`.

    Examples
    --------
    >>> find("new start", outcome="ongoing")["case_id"].tolist()
    ['new-start-post-expiry-2026', 'new-start-russian-moratorium-2026']
    """
    return find_cases(shared_history(data, as_of, overlay), words, **filters)
