"""Linear opinion pool of what models and people have said in a ledger about the same questions."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.ledger.chain import Chain, read_chain
from forecasting.ledger.entries import Added, Issue
from forecasting.ledger.questions import retractions
from forecasting.models.register import REGISTER
from forecasting.record.panel import check_choice
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, shown

Said = dict[tuple[int, str], float]
COLUMNS = ("case_id", "as_of", "horizon", "cause", "probability")


def pool(
    folder: Path | str,
    case_id: str,
    of: Sequence[str] | None = None,
    weights: Sequence[float] | None = None,
    *,
    as_of: date | None = None,
    target: str = TARGETS[0],
) -> pd.DataFrame:
    """Weighted mean of the probabilities that models and people have entered for a case as of one day.

    Parameters
    ----------
    folder
        The folder of the ledger.
    case_id
        The case.
    of
        Names of models and of people or markets; default: the headline and the base rates that were issued, and
        everybody who entered probabilities.
    weights
        One for each name, 0 or more; they are scaled to sum to 1. Default: equal ones.
    as_of
        As_of day of the issue; default: of the last one that asked about the case.
    target
        `concluded` or `in_force`.

    Returns
    -------
    DataFrame
        One row for each horizon and state on which all of them have spoken: `case_id`, `as_of`, `horizon`, `cause`,
        `probability` (of the pool), and a column with the probability of each of them. Who stated three endings has
        stated the probability of going on. Retracted entries are left out.

    Raises
    ------
    UsageError
        Nobody has spoken about the case as of that day, a name is not among those who have, or the weights are faulty.
    LedgerError
        The ledger has faults.

    References
    ----------
    Stone 1961, Ann. Math. Stat. 32:1339-1342.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import add, issue, open_forecasts
    >>> history, case = load_history(as_of="2026-02-05"), "new-start-post-expiry-2026"
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=[case], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     opinion = {"case_id": case, "horizon": 12, "cause": "formalized", "probability": 0.0}
    ...     written = add(folder, [opinion], "A. Reader", issued_on=date(2026, 12, 1))
    ...     found = pool(folder, case, ["base_rate", "A. Reader"], [3, 1])
    >>> found["cause"].tolist(), bool(np.isclose(found["probability"], 0.75 * found["base_rate"]).all())
    (['formalized'], True)
    """
    check_choice(target, "forward")
    chain = read_chain(folder)
    day = as_of or _last_day(chain, case_id, target)
    spoken = _spoken(chain, case_id, day, target)
    names = list(of) if of is not None else [name for name in spoken if _is_default(name)]
    unknown = [name for name in names if name not in spoken]
    if unknown or not names or len(set(names)) != len(names):
        raise UsageError(
            f"expected names, each once, out of those who have spoken about {case_id} as of {day} under {target}: "
            f"{', '.join(spoken) or 'nobody'}; got {shown(unknown or names)}; issue or add it first"
        )
    share = _shares(weights, len(names))
    rows = [
        (case_id, day.isoformat(), horizon, cause, float(share @ said), *said)
        for horizon, cause in _questions(spoken)
        if all((horizon, cause) in spoken[name] for name in names)
        for said in [np.array([spoken[name][horizon, cause] for name in names])]
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *names])


def _is_default(name: str) -> bool:
    model = REGISTER.get(name)
    return model is None or model.status == "headline" or name.endswith("base_rate")


def _last_day(chain: Chain, case_id: str, target: str) -> date:
    days = [
        entry.as_of
        for link in chain.links
        if isinstance(entry := link.entry, Issue) and entry.target == target and case_id in entry.case_ids
    ]
    if not days:
        raise UsageError(f"expected a case that the ledger asks about under {target}, got {shown(case_id)}; issue it")
    return max(days)


def _spoken(chain: Chain, case_id: str, day: date, target: str) -> dict[str, Said]:
    """What each model and person has said, by horizon and state; of two issues of a model the later one."""
    withdrawn, found = retractions(chain), dict[str, Said]()
    for link in chain.links:
        entry = link.entry
        if link.name in withdrawn or not isinstance(entry, Issue | Added):
            continue
        if (entry.as_of, entry.target) != (day, target):
            continue
        if isinstance(entry, Added):
            said = {(o.horizon, str(o.cause)): o.probability for o in entry.opinions if o.case_id == case_id}
            if said:
                found[entry.by] = _with_ongoing(found.get(entry.by, {}) | said)
            continue
        for forecast in entry.forecasts:
            if forecast.case_id == case_id:
                rows = zip(entry.horizons, forecast.probability, strict=True)
                found[entry.model] = {(months, s): p for months, row in rows for s, p in zip(STATES, row, strict=True)}
    return found


def _with_ongoing(said: Said) -> Said:
    """With the probability of going on at horizons where that of every ending is stated."""
    whole = dict(said)
    for horizon in {months for months, _ in said}:
        endings = [said.get((horizon, cause)) for cause in STATES[:-1]]
        if (horizon, STATES[-1]) not in said and None not in endings:
            whole[horizon, STATES[-1]] = max(1.0 - sum(p for p in endings if p is not None), 0.0)
    return whole


def _questions(spoken: Mapping[str, Said]) -> list[tuple[int, str]]:
    asked = {question for said in spoken.values() for question in said}
    return sorted(asked, key=lambda each: (each[0], STATES.index(each[1])))


def _shares(weights: Sequence[float] | None, n: int) -> NDArray[np.float64]:
    given = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if given.shape != (n,) or not (np.isfinite(given) & (given >= 0.0)).all() or not given.any():
        raise UsageError(
            f"expected {n} weights of 0 or more, not all 0, one for each name, got {shown(weights)}; correct them"
        )
    return np.asarray(given / given.sum())
