"""Features from event files beside the features of the record, by case and as-of day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from forecasting.store.errors import ForeignFileError, UsageError, shown

KEYS = ["case_id", "as_of"]


def event_features(landmarks: Sequence[tuple[str, date]], path: str | Path) -> pd.DataFrame:
    """Features from event files on landmarks; in no model.

    Parameters
    ----------
    landmarks : sequence of (str, date)
        m pairs of a case_id and a day, as for `features.feature_table`.
    path : str or Path
        File of `forecasting streams build --out`.

    Returns
    -------
    pandas.DataFrame
        m rows, in order; NaN, not 0, on days that the file does not have or that no event file covers.

    Raises
    ------
    ForeignFileError
        The file is not one of features.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> day = date(2026, 2, 5)
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "features.parquet"
    ...     pd.DataFrame({"case_id": ["a-2026"], "as_of": [day], "events_30": [4.0]}).to_parquet(path)
    ...     event_features([("a-2026", day), ("b-2026", day)], path)["events_30"].tolist()
    [4.0, nan]
    """
    if not isinstance(path, str | Path):
        raise UsageError(f"expected the file of `forecasting streams build` as a path, got {shown(path)}")
    place = Path(path)
    do = "make it with `forecasting streams build`"
    try:
        made = pd.read_parquet(place)
    except (OSError, ValueError) as error:
        raise ForeignFileError(place, "a Parquet file of features", str(error).splitlines()[0], do) from None
    if list(made.columns[:2]) != KEYS:
        raise ForeignFileError(place, "the columns case_id and as_of first", ", ".join(made.columns[:2]), do)
    wanted = pd.MultiIndex.from_tuples(list(landmarks), names=KEYS)
    return made.set_index(KEYS).astype("float64").reindex(wanted).reset_index(drop=True)
