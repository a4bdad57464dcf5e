"""Probability of acts that rest on unconfirmed reports: one for each claim, shared by all acts that rest on it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final

import pandas as pd

BY_STANDING: Final[Mapping[str, float]] = {"confirmed": 1.0, "reported": 0.6, "disputed": 0.3}
"""Probability of an act by its standing, where no claim states its own."""


def claim_probability(standings: Collection[str], own: float | None = None) -> float:
    """Probability that a claim is true.

    Parameters
    ----------
    standings : collection of str
        Standing of each act that rests on the claim, one or more.
    own : float, optional
        Probability that the record states for the claim, in [0, 1].

    Returns
    -------
    float
        `own` where there is one. Else 1 if one of its acts is confirmed: they are true together. Else that of the
        weakest standing: a claim that a party denied is disputed in all its acts.

    Examples
    --------
    >>> claim_probability(["reported", "reported"]), claim_probability(["reported", "disputed"])
    (0.6, 0.3)
    >>> claim_probability(["reported", "confirmed"]), claim_probability(["reported"], own=0.9)
    (1.0, 0.9)
    """
    if own is not None:
        return own
    return 1.0 if "confirmed" in standings else min(BY_STANDING[standing] for standing in standings)


def event_probabilities(events: pd.DataFrame, claims: pd.DataFrame) -> "pd.Series[float]":
    """Probability of each act, as known on the day of the tables.

    Parameters
    ----------
    events : pandas.DataFrame of n rows
        Columns `event_id`, `standing`, `claim_id`.
    claims : pandas.DataFrame
        Columns `claim_id`, `probability`, missing where the claim states none.

    Returns
    -------
    pandas.Series of float, shape (n,)
        In [0, 1], by event_id, in the order of `events`: that of its claim, or by its standing where it rests on none.

    Examples
    --------
    >>> events = pd.DataFrame({"event_id": ["a", "b"], "standing": "reported", "claim_id": ["", "press"]})
    >>> event_probabilities(events, pd.DataFrame({"claim_id": ["press"], "probability": [0.9]})).to_dict()
    {'a': 0.6, 'b': 0.9}
    """
    ids, standings, resting = (events[name] for name in ("event_id", "standing", "claim_id"))
    stated = {
        claim: float(own)
        for claim, own in zip(claims["claim_id"], claims["probability"], strict=True)
        if not pd.isna(own)
    }
    known = {
        claim: claim_probability(set(own), stated.get(str(claim)))
        for claim, own in standings[resting != ""].groupby(resting[resting != ""])
    }
    chances = [
        known[claim] if claim else BY_STANDING[standing] for claim, standing in zip(resting, standings, strict=True)
    ]
    return pd.Series(chances, index=pd.Index(ids, name="event_id"), dtype=float)


class RestingActs:
    """Acts that rest on claims, from which the probability of a claim as of a day is worked out.

    Parameters
    ----------
    acts : iterable of (int, str, str, str)
        First day on which the act counts, as an ordinal; its id; its standing; its claim, or empty.
    stated : mapping of str to sequence of (int, float)
        For each claim the probabilities that the record states for it, each with the day from which it holds, as an
        ordinal, the first of them from 0 on; NaN where none is stated.

    Examples
    --------
    >>> acts = [(5, "a", "reported", "press"), (9, "b", "confirmed", "press"), (5, "c", "reported", "leak")]
    >>> resting = RestingActs(acts, {"press": [(0, float("nan"))], "leak": [(0, 0.5), (7, 0.2)]})
    >>> dict(resting.probabilities(["press", "leak"], 6)), dict(resting.probabilities(["press", "leak"], 9))
    ({'press': 0.6, 'leak': 0.5}, {'press': 1.0, 'leak': 0.2})
    """

    def __init__(
        self, acts: Iterable[tuple[int, str, str, str]], stated: Mapping[str, Sequence[tuple[int, float]]]
    ) -> None:
        self._stated = stated
        self._acts: dict[str, list[tuple[int, str, str]]] = {}
        for known, event_id, standing, claim in acts:
            if claim:
                self._acts.setdefault(claim, []).append((known, event_id, standing))

    def probabilities(self, claims: Iterable[str], day: int, left_out: Collection[str] = ()) -> Mapping[str, float]:
        """Probability of each of these claims, as stated on `day` and by the acts that count by then, none left out."""
        return MappingProxyType(
            {
                claim: claim_probability(
                    [how for known, name, how in self._acts[claim] if known <= day and name not in left_out],
                    self._stated_on(claim, day),
                )
                for claim in claims
            }
        )

    def _stated_on(self, claim: str, day: int) -> float | None:
        own = [chance for since, chance in self._stated[claim] if since <= day][-1]
        return None if pd.isna(own) else own


class WorkedOutWhenUsed(Mapping[str, float]):
    """Numbers by name, worked out at their first use: what does not use them does not rest on them.

    Parameters
    ----------
    work : callable
        Works them out, without arguments.

    Examples
    --------
    >>> WorkedOutWhenUsed(lambda: {"press": 0.6})
    {'press': 0.6}
    """

    def __init__(self, work: Callable[[], Mapping[str, float]]) -> None:
        self._work = work

    @cached_property
    def _found(self) -> Mapping[str, float]:
        return self._work()

    def __getitem__(self, claim: str) -> float:
        return self._found[claim]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return repr(dict(self._found))
