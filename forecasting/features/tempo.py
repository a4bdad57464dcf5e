"""Features of recent acts in the case itself: talks, words of leaders, accusations, inspections, the legal path."""

import math
from typing import Final

from forecasting.features.registry import feature
from forecasting.record.cases import Dossier
from forecasting.record.facts import KINDS, NEVER, in_effect, kinds, months_from
from forecasting.record.months import DAYS_PER_MONTH

TALKS: Final = kinds("talks_opened", "talks_resumed", "talks_round")
TALKS_SUSPENDED: Final = kinds("talks_suspended")
TALKS_LIFE: Final = 12.0
ACCUSED: Final = kinds("accusation_of_violation")
CLEARED: Final = kinds("compliance_step", "agreed_statement")
ACCUSATION_LIFE: Final = 36.0
ENDORSED: Final = kinds("leader_endorsement")
LEADERS: Final = kinds("leader_endorsement", "leader_rejection")
FAVOURABLE: Final = kinds("leader_endorsement", "official_signal_positive")
UNFAVOURABLE: Final = kinds("leader_rejection", "official_signal_negative")
COOPERATIVE: Final = kinds(
    "talks_opened", "talks_round", "talks_resumed", "summit", "agreed_statement", "signature", "ratification_step",
    "entry_into_force", "extension", "compliance_step", "inspection_or_data_exchange", "moratorium_declared",
    "leader_endorsement", "official_signal_positive", "military_dialogue", "third_party_acceptance", "crisis_ended",
)  # fmt: skip
CONFLICTUAL: Final = kinds(
    "talks_suspended", "ratification_blocked", "withdrawal_notice", "suspension", "accusation_of_violation",
    "inspection_stopped", "test_or_deployment", "moratorium_ended", "leader_rejection", "official_signal_negative",
    "crisis_or_conflict", "military_dialogue_suspended", "third_party_refusal",
)  # fmt: skip
BALANCE_MONTHS: Final = 24.0
PROPOSED: Final = KINDS.index("proposal")
ANSWERS: Final = kinds(
    "talks_opened", "talks_resumed", "talks_round", "agreed_statement", "signature", "extension",
    "leader_endorsement", "leader_rejection", "moratorium_declared",
)  # fmt: skip
PROPOSAL_LIFE: Final = 36.0
EXTENDED: Final = kinds("extension")
TERM_ENDED: Final = kinds("lapse", "withdrawal_notice", "suspension")
EXTENSION_LIFE: Final = 60.0
INSPECTED: Final = kinds("inspection_or_data_exchange")
INSPECTIONS_ENDED: Final = kinds("inspection_stopped", "suspension", "withdrawal_notice")
INSPECTING: Final = ("data_exchange", "onsite_inspection", "international_body")
CONSENT_MOVED: Final = kinds("ratification_step")
CONSENT_BLOCKED: Final = kinds("ratification_blocked", "withdrawal_notice")
CONSENT_LIFE: Final = 24.0


@feature(unit="probability", minimum=0, maximum=1, role="model")
def leader_endorsed(dossier: Dossier) -> float:
    """Whether a leader of a principal party stands behind it: the start fact, until a later word for or against.

    Leaders who commit in public pay at home for going back (Fearon 1994, 1997), and only they can carry
    consent through the second level of the game (Putnam 1988). The last dated word counts; two opposite
    ones of one day make one half.
    """
    acts = dossier.acts
    later = LEADERS[acts.kind] & acts.inside & (acts.day >= dossier.start_day) & (acts.known > dossier.start_day)
    if not later.any():
        return dossier.fact("leader_endorsed")
    last = later & (acts.day == acts.day[later].max())
    return float(ENDORSED[acts.kind[last]].mean())


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def talks_under_way(dossier: Dossier) -> float:
    """Whether talks opened, resumed or met within 12 months and were not broken off since.

    A treaty needs a negotiation. Fearon (1998) expects it to be long where much is at stake, and Ikle
    (1964) warns that some talks serve other ends: so the state lapses with silence and does not grow with
    the number of rounds.
    """
    return float(in_effect(dossier.acts.last(TALKS), dossier.acts.last(TALKS_SUSPENDED), dossier.today, TALKS_LIFE))


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def accusation_stands(dossier: Dossier) -> float:
    """Whether a charge of violation of the last 36 months has met no step of compliance and no agreed statement.

    Cooperation under reciprocity unravels through real or perceived defection (Axelrod and Keohane 1985;
    Downs and Rocke 1990). A charge that is worked off shows the arrangement at work; one that stands feeds
    those who want out.
    """
    return float(in_effect(dossier.acts.last(ACCUSED), dossier.acts.last(CLEARED), dossier.today, ACCUSATION_LIFE))


@feature(unit="balance", minimum=-1, maximum=1, role="model")
def signal_balance(dossier: Dossier) -> float:
    """Words of leaders and officials of the parties in the last 24 months: (for - against) / (for + against + 1).

    Words are cheap unless they tie hands (Fearon 1997), yet they tell which way ministries lean (Putnam
    1988). A balance over the case's own words does not grow with how closely the case was covered.
    """
    since = dossier.today - BALANCE_MONTHS * DAYS_PER_MONTH
    favour, against = (dossier.acts.number_since(since, words) for words in (FAVOURABLE, UNFAVOURABLE))
    return (favour - against) / (favour + against + 1)


@feature(unit="balance", minimum=-1, maximum=1, role="catalogue")
def tone(dossier: Dossier) -> float:
    """All acts of the parties in the case in the last 24 months: (cooperative - conflictual) / (their number + 1).

    Event data weighed from conflict to cooperation (Goldstein 1992) show states answering in kind
    (Goldstein and Pevehouse 1997). Divided by the case's own number of acts, so that a famous case has no
    louder tone than an obscure one.
    """
    since = dossier.today - BALANCE_MONTHS * DAYS_PER_MONTH
    together, apart = (dossier.acts.number_since(since, acts) for acts in (COOPERATIVE, CONFLICTUAL))
    return (together - apart) / (together + apart + 1)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def unanswered_proposal(dossier: Dossier) -> float:
    """Whether a proposal of the last 36 months has met no talks, text, or leader's word from anyone else.

    An offer left without answer is information: the other side does not want it, or waits for better terms
    (Fearon 1998; Schelling 1960).
    """
    return float(months_from(_open_offer(dossier), dossier.today) <= PROPOSAL_LIFE)


@feature(unit="log months", minimum=0, maximum=math.log1p(PROPOSAL_LIFE), role="catalogue")
def unanswered_proposal_age(dossier: Dossier) -> float:
    """Months since the last proposal that nobody answered, as log(1 + months), at most 36; 0 if there is none.

    Delay is itself a move in bargaining (Fearon 1998): the longer an offer lies, the less likely a yes.
    This clock ticks without any new event.
    """
    day = _open_offer(dossier)
    return math.log1p(min(months_from(day, dossier.today), PROPOSAL_LIFE)) if day > NEVER else 0.0


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def extension_signed(dossier: Dossier) -> float:
    """Whether a term was prolonged within 60 months and has not since lapsed, been suspended or been renounced.

    Renewal is the flexible way of going on under uncertainty (Koremenos 2005, 2016). A fresh renewal shows
    that the parties still want it, and takes away the need for a decision for a while.
    """
    return float(in_effect(dossier.acts.last(EXTENDED), dossier.acts.last(TERM_ENDED), dossier.today, EXTENSION_LIFE))


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def inspections_running(dossier: Dossier) -> float:
    """Whether inspections or exchanges ran at the start or began later, and have not stopped since.

    Working verification answers the fear of being cheated (Jervis 1978) and builds the routine on which a
    treaty would rest (Gallagher 1999; Coe and Vaynman 2020). Nobody reports each visit, so the state ends
    with a stop, not with silence.
    """
    at_start = dossier.start_day if dossier.start["verification"] in INSPECTING else NEVER
    begun = max(dossier.acts.last(INSPECTED), at_start)
    return float(in_effect(begun, dossier.acts.last(INSPECTIONS_ENDED), dossier.today, math.inf))


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def consent_moving(dossier: Dossier) -> float:
    """Whether consent to a binding text moved forward within 24 months and was not blocked since.

    Ratification is where signed texts stall, by domestic veto more than by change of mind (Putnam 1988;
    Martin 2000; Lantis 2009). A recent step tells that somebody still spends effort on it.
    """
    return float(
        in_effect(dossier.acts.last(CONSENT_MOVED), dossier.acts.last(CONSENT_BLOCKED), dossier.today, CONSENT_LIFE)
    )


def _open_offer(dossier: Dossier) -> float:
    """Day of the last proposal, if nobody but its author answered on that day or later; else `NEVER`."""
    acts = dossier.acts
    offers = acts.kind == PROPOSED
    if not offers.any():
        return NEVER
    day = acts.day[offers].max()
    authors = set(acts.actor[offers & (acts.day == day)])
    later = ANSWERS[acts.kind] & (acts.day >= day)
    return NEVER if set(acts.actor[later]) - authors else float(day)
