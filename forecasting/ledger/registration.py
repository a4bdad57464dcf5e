"""Registration: forecasts issued once each, however often it is asked for, and the entry that holds a published one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from forecasting.ledger.chain import ENTRY_FILE, Chain, read_chain
from forecasting.ledger.entries import LIVE, Issue
from forecasting.ledger.issue import MODELS_ISSUED, issue, issued_cases, kind_of, open_lineage
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
    chain, today = entries_of(folder), issued_on or datetime.now(UTC).date()
    # what was issued live needs no replay, but a replay does not stand for a live forecast
    kinds = {LIVE, kind_of(chain, history, history.as_of, today)}
    before = [issued_cases(chain, target, kind) for kind in sorted(kinds)]
    issued = {model: {case for one in before for case in one[history.as_of, model]} for model in models}
    missing = {model: tuple(case for case in asked if case not in issued[model]) for model in models}
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
            rows, folder, history, target=target, models=own, issued_on=today, abstained=silent, lineage=lineage
        )
        paths, notes = [*paths, *written.paths], [*notes, *written.notes]
    silence = [f"{model} abstains for {case}: {why}" for model, whys in silent.items() for case, why in whys.items()]
    return Written(tuple(paths), (*notes, *silence))


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
