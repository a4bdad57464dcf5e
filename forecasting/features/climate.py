"""Features of the surroundings of the case: crises, military contacts, new leaders, other dossiers, the age.

The search protocol drops context acts after ten years of a long case, so these features also read acts between
the same parties in any other case.
"""

from datetime import date
from typing import Final

from forecasting.features.registry import feature
from forecasting.record.cases import Dossier
from forecasting.record.facts import NEVER, in_effect, kinds, months_from

CRISIS: Final = kinds("crisis_or_conflict")
CRISIS_ENDED: Final = kinds("crisis_ended")
CRISIS_LIFE: Final = 12.0
CONTACT: Final = kinds("military_dialogue")
CONTACT_CUT: Final = kinds("military_dialogue_suspended")
CONTACT_LIFE: Final = 60.0
SUMMIT: Final = kinds("summit")
SUMMIT_LIFE: Final = 12.0
LINKAGE: Final = kinds("linkage")
LINKAGE_LIFE: Final = 24.0
NEW_LEADER_LIFE: Final = 12.0
COLD_WAR_ENDED: Final = date(1991, 12, 26)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def leader_changed_recently(dossier: Dossier) -> float:
    """Whether a principal party changed its head of state or government within 12 months.

    Commitments can be personal: new leaders bring new coalitions, and reset both blame and credit
    (McGillivray and Smith 2000; Mattes, Leeds and Carroll 2015). Offered only: small states' changes are
    coded far less often.
    """
    last = float(dossier.leadership.day.max()) if len(dossier.leadership.day) else NEVER
    return float(months_from(last, dossier.today) <= NEW_LEADER_LIFE)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def crisis_recent(dossier: Dossier) -> float:
    """Whether a crisis or war touched the case or its parties within 12 months and has not ended.

    Crises feed rivalry (Diehl and Goertz 2000), and also show both sides the common interest in restraint
    from which arms control starts (Schelling and Halperin 1961): the sign is open and the effect should be
    short.
    """
    return float(in_effect(dossier.last(CRISIS), dossier.last(CRISIS_ENDED), dossier.today, CRISIS_LIFE))


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def military_contact(dossier: Dossier) -> float:
    """Whether the parties' armed forces talked within 60 months and the channel was not cut since.

    Contact between professionals lowers the noise that undoes reciprocity (Axelrod and Keohane 1985; Downs
    and Rocke 1990) and survives political weather that talks do not.
    """
    return float(in_effect(dossier.last(CONTACT), dossier.last(CONTACT_CUT), dossier.today, CONTACT_LIFE))


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def summit_recent(dossier: Dossier) -> float:
    """Whether leaders of the principal parties met within 12 months.

    Meetings of leaders set deadlines for their ministries and stake their names on a result (Putnam 1988;
    Fearon 1997). Offered only: summits are best recorded for the great powers.
    """
    return float(in_effect(dossier.last(SUMMIT), NEVER, dossier.today, SUMMIT_LIFE))


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def linkage_present(dossier: Dossier) -> float:
    """Whether another dossier was tied to this one within 24 months.

    Linking issues can widen the zone of agreement (Davis 2004), or serve as a tactic that makes the case
    hostage to a quarrel it does not govern (Haas 1980): the sign is open.
    """
    return float(in_effect(dossier.acts.last(LINKAGE), NEVER, dossier.today, LINKAGE_LIFE))


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def post_1991(dossier: Dossier) -> float:
    """Whether the day lies after the end of the Soviet Union.

    The order after the Cold War favoured binding institutions (Ikenberry 2001) before their use declined.
    Offered only: an era is no mechanism, and the model has a term of its own for it.
    """
    return float(dossier.as_of >= COLD_WAR_ENDED)
