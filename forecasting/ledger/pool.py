"""Linear opinion pool of what models and people have said in a ledger about the same questions."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts.uncertain import MARGINAL
from forecasting.ledger.chain import Chain, read_chain
from forecasting.ledger.entries import Added, Issue
from forecasting.ledger.questions import retractions
from forecasting.models import BASE_RATES, HEADLINE
from forecasting.models.register import POOL, REGISTER
from forecasting.record.panel import check_choice
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, shown

Said = dict[tuple[int, str], float]
COLUMNS = ("case_id", "as_of", "horizon", "cause", "probability")
POOLED_MODELS = (HEADLINE, *BASE_RATES)
"""Models of the pool that is asked for by name."""


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


def pool_forecast(table: pd.DataFrame, folder: Path | str | None = None, target: str = TARGETS[0]) -> pd.DataFrame:
    """The opinion pool of a forecast table and of what people have entered about the same cases and day.

    Parameters
    ----------
    table
        Forecast table with rows of `POOLED_MODELS`; a model that abstains from a case is not in the pool of it.
    folder
        The folder of the ledger; None, or one that is not there, for models alone.
    target
        `concluded` or `in_force`.

    Returns
    -------
    DataFrame
        Rows of the model `pool` with the columns of `forecast`, marginal, for every case, horizon and state. Everybody
        has the same weight. What a person left open at a horizon goes by the headline's odds between the states left;
        at a horizon without a word of hers she is not in the pool. Bounds are the means of those of the models, a
        person's probability standing for both of hers: people state no interval. Retracted entries are left out.

    Raises
    ------
    UsageError
        The table has no row of the headline, or the target is unknown.
    LedgerError
        The ledger has faults.

    References
    ----------
    Stone 1961, Ann. Math. Stat. 32:1339-1342. Lichtendahl, Grushka-Cockayne and Winkler 2013, Manag. Sci. 59:1594-1611
    (means of quantiles).

    Examples
    --------
    >>> from forecasting import fit_models, forecast, load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> fitted = fit_models(history, ["ladder", "base_rate"])
    >>> table = forecast(history, "new-start-post-expiry-2026", fitted=fitted, horizons=[12])
    >>> found = pool_forecast(table)
    >>> found["model"].unique().tolist(), found["cause"].tolist()
    (['pool'], ['formalized', 'collapsed', 'faded', 'ongoing'])
    """
    check_choice(target, "forward")
    marginal = table[table["model"].isin(POOLED_MODELS) & table["given"].eq(MARGINAL)]
    if not marginal["model"].eq(HEADLINE).any():
        raise UsageError(f"expected a forecast by {HEADLINE}, got none: the pool is made of it; it may abstain here")
    chain = read_chain(folder) if folder is not None and Path(folder).is_dir() else None
    rows: list[pd.DataFrame] = []
    for (case_id, day), own in marginal.groupby(["case_id", "as_of"], sort=False):
        people = _people(chain, str(case_id), date.fromisoformat(str(day)), target) if chain else []
        for horizon, said in own.groupby("horizon", sort=False):
            voices = [part.set_index("cause").loc[list(STATES)] for _, part in said.groupby("model", sort=False)]
            head = said[said["model"].eq(HEADLINE)].set_index("cause")["probability"].loc[list(STATES)].to_numpy()
            words = [_completed({c: p for (h, c), p in each.items() if h == horizon}, head) for each in people]
            spoken = [np.array(each) for each in words if each is not None]
            pooled = voices[0].reset_index().assign(model=POOL)
            for column in ("probability", "lower", "upper"):
                pooled[column] = np.mean([*(voice[column].to_numpy() for voice in voices), *spoken], axis=0)
            rows.append(pooled)
    return pd.concat(rows, ignore_index=True)[list(FORECAST_COLUMNS)]


def fitted_for(names: Sequence[str]) -> list[str]:
    """Models that have to be fitted where some are asked for by name.

    Parameters
    ----------
    names
        Names of models, `pool` among them or not.

    Returns
    -------
    list of str
        The names without `pool`, and in its place those that it is made of.

    Examples
    --------
    >>> fitted_for(["primary"]), fitted_for(["base_rate", "pool"])[:2]
    (['primary'], ['base_rate', 'ladder'])
    """
    own = [name for name in names if name != POOL]
    return list(dict.fromkeys([*own, *POOLED_MODELS])) if POOL in names else own


def with_pool(
    table: pd.DataFrame, names: Sequence[str], folder: Path | str | None = None, target: str = TARGETS[0]
) -> pd.DataFrame:
    """The rows of a forecast table that were asked for by name, with those of `pool`.

    Parameters
    ----------
    table
        Forecast table of the models of `fitted_for(names)`.
    names
        Names of models, `pool` among them or not.
    folder, target
        As of `pool_forecast`.

    Returns
    -------
    DataFrame
        In the order of the names. Errors as of `pool_forecast`.

    Examples
    --------
    >>> from forecasting import fit_models, forecast, load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> names = ["pool", "base_rate"]
    >>> table = forecast(history, "new-start-post-expiry-2026", fitted=fit_models(history, fitted_for(names)))
    >>> with_pool(table, names)["model"].unique().tolist()
    ['pool', 'base_rate']
    """
    found = pd.concat([table, pool_forecast(table, folder, target)]) if POOL in names else table
    return pd.concat([found[found["model"].eq(name)] for name in dict.fromkeys(names)], ignore_index=True)


def _people(chain: Chain, case_id: str, day: date, target: str) -> list[Said]:
    return [said for name, said in _spoken(chain, case_id, day, target).items() if name not in REGISTER]


def _completed(said: Mapping[str, float], head: NDArray[np.float64]) -> list[float] | None:
    """Probabilities of all states by a person, those left open by the odds of the headline; None without any."""
    if not said:
        return None
    left = max(1.0 - sum(said.values()), 0.0)
    open_ = {state: p for state, p in zip(STATES, head, strict=True) if state not in said}
    whole = sum(open_.values())
    shares = {state: p / whole if whole else 1.0 / len(open_) for state, p in open_.items()}
    return [said[state] if state in said else left * shares[state] for state in STATES]


def _is_default(name: str) -> bool:
    return name not in REGISTER or name in POOLED_MODELS


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
