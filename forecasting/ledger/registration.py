"""Registration: forecasts issued once each, however often it is asked for, and the entry that holds a published one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecasting.ledger.chain import ENTRY_FILE, Chain, read_chain
from forecasting.ledger.entries import Issue
from forecasting.ledger.issue import MODELS_ISSUED, issue, open_lineage
from forecasting.ledger.writer import Written
from forecasting.models import HEADLINE
from forecasting.record.history import History
from forecasting.record.months import HORIZONS
from forecasting.record.vocabulary import TARGETS


@dataclass(frozen=True)
class Registered:
    """The entry of a ledger that holds a forecast: its file, its sha256, and whether it is live or a replay."""

    entry: str
    sha256: str
    kind: str


def entries_of(folder: Path, until: str | None = None) -> Chain:
    """The chain of a ledger that may not have been begun.

    Parameters
    ----------
    folder
        The folder of the ledger, which need not exist.
    until
        sha256 of the last entry to be read, zeros for none: the ledger as it once was; None for all of it.

    Raises
    ------
    LedgerError
        The ledger has faults.
    UsageError
        It holds no entry with that sha256.

    Examples
    --------
    >>> entries_of(Path("no-such-ledger")).last
    '-'
    """
    begun = folder.is_dir() and any(ENTRY_FILE.fullmatch(path.name) for path in folder.iterdir())
    return (read_chain(folder) if begun else Chain(())).until(until)


def issue_once(
    history: History,
    folder: Path,
    *,
    models: Sequence[str] = MODELS_ISSUED,
    target: str = TARGETS[0],
    cases: Sequence[str] | None = None,
    horizons: Sequence[int] = HORIZONS,
    issued_on: date | None = None,
) -> Written:
    """Issue the forecasts of open cases that were not issued before; what was issued stays as it is.

    Parameters
    ----------
    history
        The record as of the day of the forecasts.
    folder
        The folder of the ledger; it is made if it does not exist.
    models
        The models; the base rate is added.
    target
        `concluded` or `in_force`.
    cases
        The cases; default: all open ones.
    horizons
        Months after the day; forecasts issued for other horizons of that day count as issued.
    issued_on
        Day of issue; default: today in UTC.

    Returns
    -------
    Written
        The files added; none where every forecast was issued before.

    Raises
    ------
    UsageError
        A case is unknown or has ended, or too few endings were known.
    LedgerError
        The ledger has faults.
    """
    asked = sorted(cases) if cases is not None else sorted(history.open_case_ids(target))
    before: dict[str, set[str]] = defaultdict(set)
    for link in entries_of(folder).links:
        if isinstance(e := link.entry, Issue) and (e.as_of, e.target) == (history.as_of, target):
            before[e.model] |= set(e.case_ids)
    missing = {model: tuple(case for case in asked if case not in before[model]) for model in models}
    wanted = sorted({case for cases_of in missing.values() for case in cases_of})
    if not wanted:
        return Written(())
    table, silent, lineage = open_lineage(history, models, target, wanted, horizons)
    paths: list[Path] = []
    notes: list[str] = []
    for group in sorted(set(missing.values()) - {()}):
        own = [model for model in models if missing[model] == group]
        rows = table[table["case_id"].isin(group)]
        written = issue(
            rows, folder, history, target=target, models=own, issued_on=issued_on, abstained=silent, lineage=lineage
        )
        paths, notes = [*paths, *written.paths], [*notes, *written.notes]
    silence = [f"{model} abstains for {case}: {why}" for model, whys in silent.items() for case, why in whys.items()]
    return Written(tuple(paths), (*notes, *silence))


def registered(folder: Path, as_of: date, case_id: str, target: str = TARGETS[0]) -> Registered | None:
    """The first entry of a ledger with the headline's forecast of a case as of a day; None where there is none.

    Parameters
    ----------
    folder
        The folder of the ledger, which need not exist.
    as_of, case_id, target
        The forecast.

    Raises
    ------
    LedgerError
        The ledger has faults.

    Examples
    --------
    >>> registered(Path("no-such-ledger"), date(2026, 2, 5), "new-start-post-expiry-2026") is None
    True
    """
    return next(iter(headline_entries(folder, as_of, target, case_id)), None)


def headline_entries(
    folder: Path, as_of: date, target: str, case_id: str | None = None, until: str | None = None
) -> list[Registered]:
    """The entries of a ledger with the headline's forecasts as of a day, of one case if it is named, the first first.

    Of a case the first entry alone: it is what was said first, whatever was issued later. `until` as for `entries_of`.
    """
    found = [
        Registered(link.name, link.sha256, e.kind)
        for link in entries_of(folder, until).links
        if isinstance(e := link.entry, Issue)
        and (e.as_of, e.target, e.model) == (as_of, target, HEADLINE)
        and (case_id is None or any(forecast.case_id == case_id for forecast in e.forecasts))
    ]
    return found if case_id is None else found[:1]
