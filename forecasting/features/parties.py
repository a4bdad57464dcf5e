"""Features of the parties, their rivalry, and outsiders on whom a treaty depends."""

from typing import Final

from forecasting.features.registry import feature
from forecasting.record.cases import Dossier
from forecasting.record.facts import KINDS, kinds, months_from

REFUSED: Final = KINDS.index("third_party_refusal")
OUTSIDERS: Final = kinds("third_party_refusal", "third_party_acceptance")
REFUSAL_LIFE: Final = 36.0


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def bilateral(dossier: Dossier) -> float:
    """Whether exactly two states were concerned at the start.

    Two can watch, reward and punish each other without a free rider between them; with more, conditional
    cooperation grows harder (Axelrod and Keohane 1985; Oye 1985) and institutions must replace it (Kahler
    1992).
    """
    return float(dossier.fact("n_parties") == 2)


@feature(unit="probability", minimum=0, maximum=1, role="model")
def adversarial(dossier: Dossier) -> float:
    """Whether the principal parties held each other as main rival at the start.

    Rivals expect conflict and discount promises (Diehl and Goertz 2000), and need verification to trust
    (Jervis 1978). Yet Schelling and Halperin (1961) put arms control between enemies, who gain most from
    it: the sign is open.
    """
    return dossier.fact("adversarial")


@feature(unit="probability", minimum=0, maximum=1, role="model")
def armed_conflict(dossier: Dossier) -> float:
    """Whether a principal party fought the other, or its client, at the start.

    Whether limits made in war hold depends on how the fighting ended and on the mechanisms built into the
    deal (Fortna 2003). Limits that only serve a truce tend to fall with it, before anyone can write them
    into a treaty.
    """
    return dossier.fact("armed_conflict")


@feature(unit="probability", minimum=0, maximum=1, role="model")
def third_party_objection(dossier: Dossier) -> float:
    """Whether a treaty was tied at the start to a named outsider, or an outsider's refusal stands (36 months).

    Each actor whose consent is needed is one more veto (Tsebelis 2002), and cooperation grows harder with
    each (Oye 1985; Axelrod and Keohane 1985). A treaty that waits for somebody who will not come waits
    long.
    """
    return max(dossier.fact("third_party_objection"), float(bool(refusing(dossier))))


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def warhead_share(dossier: Dossier) -> float:
    """Share of the world's stockpiled warheads held by the principal parties in the last year that had ended.

    Those who own nearly all the weapons can settle their number between them; as others rise, two cannot
    (Schelling and Halperin 1961). Offered only: in this record it tells little apart from the pair of
    states and the era.
    """
    return held(dossier, dossier.principals)


@feature(unit="share", minimum=0, maximum=1, role="catalogue")
def refusing_stockpile_share(dossier: Dossier) -> float:
    """Stockpile of outsiders whose refusal stands, as share of theirs and the parties' together; 0 without any.

    A refusal weighs as much as the forces behind it: parties can ignore a small outsider, and not one
    before whom restraint would leave them vulnerable (Jervis 1978).
    """
    outside = held(dossier, refusing(dossier))
    return outside / (outside + held(dossier, dossier.principals)) if outside else 0.0


def held(dossier: Dossier, states: tuple[str, ...]) -> float:
    """Share of these states in the world's stockpiled warheads, in [0, 1]."""
    return min(sum(dossier.warheads.get(state, 0.0) for state in states), 1.0)


def refusing(dossier: Dossier) -> tuple[str, ...]:
    """Outsiders whose refusal of their part is in effect: at most 36 months old, and not followed by an acceptance.

    Parameters
    ----------
    dossier : Dossier
        The case as known on a day.

    Returns
    -------
    tuple of str
        Codes, sorted. Of a refusal and an acceptance on one day the refusal counts.
    """
    latest: dict[str, tuple[int, bool]] = {}
    acts = dossier.acts
    chosen = OUTSIDERS[acts.kind]
    for day, kind, actor in zip(acts.day[chosen], acts.kind[chosen], acts.actor[chosen], strict=True):
        for state in set(str(actor).split(";")).difference(dossier.principals):
            latest[state] = max(latest.get(state, (0, False)), (int(day), bool(kind == REFUSED)))
    return tuple(
        sorted(
            state
            for state, (day, refused) in latest.items()
            if refused and months_from(day, dossier.today) <= REFUSAL_LIFE
        )
    )
