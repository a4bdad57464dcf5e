"""Coverage-bias audit: does the density of events around the start differ by outcome? Never a feature.

It reads outcomes and the confidence of events, which no feature may see, and compares equal windows: the 24 months
before the start, and the first 24 months after it for cases that lasted at least as long. Acts of the start day
itself belong to neither window, and ending acts to none.
"""

from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.record.history import History
from forecasting.record.months import DAYS_PER_MONTH
from forecasting.record.panel import Population, spells
from forecasting.record.vocabulary import CAUSES, ONGOING, STATES, TARGETS

Window = Literal["before", "after"]
WINDOWS: Final[tuple[Window, ...]] = ("before", "after")
WINDOW_MONTHS: Final = 24
GROUPS: Final = {
    "talks": ("talks_opened", "talks_suspended", "talks_resumed", "talks_round", "summit"),
    "words": ("leader_endorsement", "leader_rejection", "official_signal_positive", "official_signal_negative"),
    "compliance": (
        "accusation_of_violation", "compliance_step", "test_or_deployment", "inspection_or_data_exchange",
        "suspension", "withdrawal_notice",
    ),
    "legal_path": (
        "proposal", "agreed_statement", "signature", "ratification_step", "ratification_blocked", "entry_into_force",
        "extension", "lapse",
    ),
    "context": (
        "crisis_or_conflict", "leadership_change", "military_dialogue", "military_dialogue_suspended", "linkage",
        "third_party_refusal", "third_party_acceptance", "moratorium_declared", "moratorium_ended",
    ),
}  # fmt: skip
MEASURES: Final = ("acts_per_year", *GROUPS, "high_confidence")
PERMUTATIONS: Final = 5000


def case_coverage(
    history: History, window: Window, target: str = TARGETS[0], population: Population = "forward"
) -> pd.DataFrame:
    """Coverage of each case with the whole window under observation.

    Parameters
    ----------
    history : History
        The record as known on its day.
    window : {"before", "after"}
        The 24 months before the start, or the first 24 months after it.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        See `record.panel.spells`.

    Returns
    -------
    pandas.DataFrame
        One row per case: `case_id`, `state` (its ending, or ongoing), `acts_per_year` (all its acts in the window),
        and the shares of the groups of acts and of acts of high confidence among them, in [0, 1], NaN in a case
        without any.
    """
    known = spells(history, target, population)
    state = np.array([ONGOING, *CAUSES])[known.cause]
    cases = known.starts[["case_id", "start_date"]].assign(state=state)
    lasted = known.exit > WINDOW_MONTHS
    cases = cases if window == "before" else cases[lasted]
    acts = _acts_in(history.events, cases, window)
    number = cases["case_id"].map(acts[["case_id"]].groupby("case_id").size()).fillna(0.0)
    measures = {"acts_per_year": number / (WINDOW_MONTHS / 12)}
    for name, kinds in GROUPS.items():
        measures[name] = _share(acts["kind"].isin(kinds), acts["case_id"], cases["case_id"])
    measures["high_confidence"] = _share(acts["confidence"] == "high", acts["case_id"], cases["case_id"])
    return cases[["case_id", "state"]].assign(**measures).reset_index(drop=True)


def coverage_by_state(
    history: History,
    target: str = TARGETS[0],
    population: Population = "forward",
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> pd.DataFrame:
    """Coverage-bias audit: one row per window and measure.

    Parameters
    ----------
    history : History
        The record as known on its day.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        See `record.panel.spells`.
    permutations : int
        Number of permutations of each test, 1 or more.
    seed : int
        Seed of the permutations.

    Returns
    -------
    pandas.DataFrame
        `window`, `measure`, `n` (cases), the mean of each state, `p_endings` (permutation test of equal means of the
        three endings) and `p_states` (the same with ongoing cases as a fourth group). The tests permute single cases;
        as cases of a cluster resemble each other, they err towards finding a difference.
    """
    rows = []
    for window in WINDOWS:
        cases = case_coverage(history, window, target, population)
        ended = cases[cases["state"] != ONGOING]
        for measure in MEASURES:
            means = cases.groupby("state")[measure].mean().reindex(list(STATES))
            p_endings, p_states = (
                permutation_p(some[measure].to_numpy(), some["state"].to_numpy(), permutations, seed)
                for some in (ended, cases)
            )
            row = {"window": window, "measure": measure, "n": int(cases[measure].notna().sum()), **means}
            rows.append({**row, "p_endings": p_endings, "p_states": p_states})
    return pd.DataFrame(rows)


def permutation_p(
    values: NDArray[np.float64], groups: NDArray[np.str_], permutations: int = PERMUTATIONS, seed: int = 0
) -> float:
    """p-value of a permutation test of equal group means.

    The statistic is the sum over groups of size times squared distance of the group mean from the overall mean. The
    observed order counts as one permutation, so the smallest p is 1 / (permutations + 1).

    Parameters
    ----------
    values : numpy.ndarray of shape (n,)
        Values; NaN is left out.
    groups : numpy.ndarray of str, shape (n,)
        Group of each value.
    permutations : int
        Number of permutations, 1 or more.
    seed : int
        Seed of the permutations.

    Returns
    -------
    float
        In (0, 1].

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Permutation P-values should never be zero. Statistical Applications in Genetics
    and Molecular Biology 9(1):39.

    Examples
    --------
    >>> permutation_p(np.zeros(4), np.array(["a", "a", "b", "b"]), permutations=9)
    1.0
    """
    there = ~np.isnan(values)
    centred, codes = values[there] - values[there].mean(), np.unique(groups[there], return_inverse=True)[1]
    member = np.equal.outer(np.unique(codes), codes).astype(float)
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.broadcast_to(centred, (permutations, len(centred))), axis=1)
    between = [((part @ member.T) ** 2 / member.sum(axis=1)).sum(axis=-1) for part in (centred, shuffled)]
    tolerance = 1e-9 * (centred @ centred)
    return float((1 + np.count_nonzero(between[1] >= between[0] - tolerance)) / (permutations + 1))


def _acts_in(events: pd.DataFrame, cases: pd.DataFrame, window: Window) -> pd.DataFrame:
    acts = events.merge(cases[["case_id", "start_date"]], on="case_id")
    days = (acts["event_date"] - acts["start_date"]).dt.days
    since = -days if window == "before" else days
    return acts[(since > 0) & (since <= WINDOW_MONTHS * DAYS_PER_MONTH)]


def _share(hits: "pd.Series[bool]", owner: "pd.Series[str]", cases: "pd.Series[str]") -> "pd.Series[float]":
    return cases.map(hits.groupby(owner).mean()).astype("float64")
