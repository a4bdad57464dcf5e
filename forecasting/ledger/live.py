"""The live record of a ledger: how many forecasts were issued before their outcomes, and what has become of them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from forecasting.ledger.chain import HEAD, HEAD_FILE
from forecasting.ledger.entries import LIVE, VOID
from forecasting.ledger.questions import question_lines
from forecasting.ledger.registration import entries_of
from forecasting.models import HEADLINE


def live_record(folder: Path, until: str | None = None) -> dict[str, Any]:
    """Counts of the headline's live forecasts, one for each case, day, target and horizon.

    Parameters
    ----------
    folder
        The folder of the ledger, which need not exist.
    until
        sha256 of the last entry to be counted, zeros for none; None for all.

    Returns
    -------
    dict
        `issued`; `resolved` of these; `scored` of these (not void and of a known state); and `first_deadline`, the
        earliest deadline, or None where nothing was issued. Where the headline was never issued live, the counts are of
        all models. `last` and `head`: name and sha256 of the last entry counted.

    Raises
    ------
    LedgerError
        The ledger has faults.
    UsageError
        It holds no entry with that sha256.

    Examples
    --------
    >>> found = live_record(Path("no-such-ledger"))
    >>> found["issued"], found["first_deadline"], found["last"]
    (0, None, '-')
    """
    head = HEAD_FILE.content(folder / HEAD) if (folder / HEAD).exists() else b""
    return dict(_counted(folder.resolve(), head, until))


@lru_cache(maxsize=8)
def _counted(folder: Path, head: bytes, until: str | None) -> dict[str, Any]:
    del head  # with another last file it is another ledger
    chain = entries_of(folder, until)
    lines = question_lines(chain)
    live = lines[lines["kind"] == LIVE]
    own = live[live["model"] == HEADLINE]
    live = (own if len(own) else live).drop_duplicates(["case_id", "as_of", "target", "horizon"])
    resolved = live[live["resolution"] != ""]
    scored = resolved[(resolved["resolution"] != VOID) & (resolved["is_state_known"] == 1)]
    return {
        "issued": len(live),
        "resolved": len(resolved),
        "scored": len(scored),
        "first_deadline": str(live["deadline"].min()) if len(live) else None,
        "last": chain.last,
        "head": chain.head,
    }
