"""Where the ledger is: one setting for issuing, resolving, the scorecard and the pages."""

import os
from pathlib import Path

from forecasting.store.settings import LEDGER_FOLDER as FOLDER
from forecasting.store.settings import LEDGER_SETTING as SETTING


def ledger_folder(given: Path | str | None = None) -> Path:
    """The folder of the ledger that is written: the one given, else that of $FORECASTING_LEDGER, else `./ledger`.

    Examples
    --------
    >>> ledger_folder("mine").as_posix()
    'mine'
    """
    return Path(given if given is not None else os.environ.get(SETTING) or FOLDER)


def ledger_read(record: Path, given: Path | str | None = None) -> Path:
    """The folder of the ledger that pages read: as `ledger_folder`, but the one beside the record where there is none.

    Parameters
    ----------
    record
        The folder of the record.
    given
        The folder of the ledger, if it is named.
    """
    own = ledger_folder(given)
    return own if given is not None or SETTING in os.environ or own.is_dir() else record / FOLDER
