"""Features of the agreement and its form: facts of the start, and the time left of the stated term."""

import math
from typing import Final

from forecasting.features.registry import feature
from forecasting.record.cases import Dossier
from forecasting.record.facts import months_from
from forecasting.record.months import deadline

DRAFTED: Final = ("lapsed_treaty", "signed_unratified", "provisional_application")
DECLARED: Final = ("reciprocal_unilateral", "unilateral_conditional")
VERIFICATION_LEVELS: Final = {
    "none": 0.0,
    "national_technical_means": 1 / 3,
    "data_exchange": 2 / 3,
    "onsite_inspection": 1.0,
    "international_body": 1.0,
}
NUCLEAR: Final = (
    "strategic_nuclear", "nonstrategic_nuclear", "intermediate_nuclear", "nuclear_testing", "fissile_material",
    "nonproliferation", "nuclear_use_pledges",
)  # fmt: skip
CONVENTIONAL: Final = ("conventional_forces", "naval", "landmines_cluster", "small_arms", "arms_transfers")
LONGEST_OVERRUN: Final = 120.0


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def text_exists(dossier: Dossier) -> float:
    """Whether a binding text exists: an expired, signed, or provisionally applied treaty.

    Bargaining over terms is the costly step, and hardest where the shadow of the future is long (Fearon
    1998). With a text at hand it is done; what stays open is consent, and an arrangement of this kind can
    only wait for it or lose it.
    """
    return float(dossier.start["type"] in DRAFTED)


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def separate_declarations(dossier: Dossier) -> float:
    """Whether restraint rests on declarations of each side instead of one common text.

    Schelling and Halperin (1961) and Downs and Rocke (1990) describe restraint by parallel acts as an
    alternative to a treaty: quick to begin and quick to drop. It suits what neither side wants to
    negotiate, so it seldom seeks a text.
    """
    return float(dossier.start["type"] in DECLARED)


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def informal_regime(dossier: Dossier) -> float:
    """Whether it is a standing political regime or code of more than two states.

    Such bodies are informal by choice: they save sovereignty costs and stay easy to adapt (Lipson 1991;
    Abbott and Snidal 2000; Vabulas and Snidal 2013). They should last without becoming formal, and rarely
    be repudiated.
    """
    return float(dossier.start["type"] == "informal_regime")


@feature(unit="probability", minimum=0, maximum=1, role="model")
def observed_now(dossier: Dossier) -> float:
    """Whether a limit was kept from the first day.

    Where compliance begins at once, the promise may ask little that would not be done anyway (Downs, Rocke
    and Barsoom 1996), and a treaty adds less; a framework that only sets aims for talks has its whole
    purpose in the text to come.
    """
    return dossier.fact("observed_now")


@feature(unit="0/1", minimum=0, maximum=1, role="model")
def has_stated_term(dossier: Dossier) -> float:
    """Whether the parties named a term.

    A limited term is how states contract under uncertainty: they learn, then renew, renegotiate or let go
    (Koremenos 2005, 2016). It sets a date at which a decision falls due, and makes a quiet end respectable.
    """
    return float(dossier.start["stated_horizon_months"] is not None)


@feature(unit="share", minimum=0, maximum=1, role="model")
def verification_level(dossier: Dossier) -> float:
    """Strongest verification at work at the start: 0 none, 1/3 national means, 2/3 data exchange, 1 inspection or body.

    Fear of being cheated blocks restraint that both sides want (Jervis 1978), and monitoring that suffices
    without exposing too much is rare (Coe and Vaynman 2020). Where it works already, the hard part of a
    treaty is in place.
    """
    return VERIFICATION_LEVELS[str(dossier.start["verification"])]


@feature(unit="0/1", minimum=0, maximum=1, role="hindsight")
def formal_target_named(dossier: Dossier) -> float:
    """Whether the parties said by the start that they sought a formal text.

    Stated aims shape what counts as success and raise the cost of stopping short (Fearon 1997). Kept out of
    the headline model: a coder who knows the ending finds the aim more easily where it was reached.
    """
    return float(dossier.start["formal_target"] != "")


@feature(unit="probability", minimum=0, maximum=1, role="hindsight")
def negotiation_underway(dossier: Dossier) -> float:
    """Whether talks on a binding text were in session, or had a date, at the start.

    States at the table have paid to be there, though some negotiate for side effects alone (Ikle 1964).
    Kept out of the headline model: talks that led somewhere are better remembered than talks that did not.
    """
    return dossier.fact("negotiation_underway")


@feature(unit="probability", minimum=0, maximum=1, role="hindsight")
def ratification_required(dossier: Dossier) -> float:
    """Whether a binding text would need a legislature's consent in a principal party.

    A smaller win-set at home makes agreement rarer but stronger (Putnam 1988; Milner 1997), and executives
    turn to informal texts to avoid it (Lipson 1991). Kept out of the headline model: it was coded with the
    later text in view.
    """
    return dossier.fact("ratification_required")


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def wider_treaty_behind(dossier: Dossier) -> float:
    """Whether a wider binding text, in force or suspended, stands behind the arrangement.

    Informal understandings often fill in or carry on a treaty, whose institutions then support them (Abbott
    and Snidal 2000; Raustiala 2005). Offered only: it is the fact on which coders agree least.
    """
    return float(dossier.start["background_treaty"] != "none")


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def kept_from_the_public(dossier: Dossier) -> float:
    """Whether the arrangement was tacit or secret, or its text was withheld.

    Low visibility is one of the reasons for choosing an informal text (Lipson 1991): it spares both sides
    the audience at home, and it cannot survive the publicity of a treaty.
    """
    return float(dossier.start["publicity"] != "public")


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def reciprocity_unspoken(dossier: Dossier) -> float:
    """Whether the other side only acted alike, or did not answer, instead of saying so.

    Tacit bargains rest on reading conduct, and noise undoes them (Downs and Rocke 1990; Axelrod and Keohane
    1985). Without words there is nothing yet that a text could write down.
    """
    return float(dossier.start["matched"] != "explicit")


@feature(unit="probability", minimum=0, maximum=1, role="catalogue")
def imposed_by_legislature(dossier: Dossier) -> float:
    """Whether a legislature imposed the restraint on its executive.

    A legislature that binds its executive makes the promise credible while its majority lasts (Martin
    2000), and moves the decision on its end from diplomacy to domestic politics (Milner 1997).
    """
    return dossier.fact("imposed_by_legislature")


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def limits_nuclear(dossier: Dossier) -> float:
    """Whether the main limit is on nuclear weapons, tests, material or their spread.

    Where one weapon decides survival the dilemma of trust is sharpest, yet these forces are few and can be
    counted (Schelling and Halperin 1961; Jervis 1978), so that limits are both harder to trust and easier
    to write.
    """
    return float(dossier.start["domain"] in NUCLEAR)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def limits_conventional(dossier: Dossier) -> float:
    """Whether the main limit is on conventional forces, navies, mines, small arms or transfers.

    Conventional forces are many, mixed and in daily use, so that offence and defence are hard to tell apart
    and restraint is hard to read (Jervis 1978); what is hard to define is hard to put into a treaty.
    """
    return float(dossier.start["domain"] in CONVENTIONAL)


@feature(unit="0/1", minimum=0, maximum=1, role="catalogue")
def limits_transparency(dossier: Dossier) -> float:
    """Whether the main limit is openness: notices, exchanges, contacts.

    Openness is cheap, builds trust in small steps (Osgood 1962; Kydd 2005) and needs little law; it should
    last in informal form more easily than limits on numbers.
    """
    return float(dossier.start["domain"] == "cbm_transparency" or dossier.start["limit_object"] == "transparency")


@feature(unit="log months", minimum=0, maximum=math.log1p(LONGEST_OVERRUN), role="catalogue")
def months_past_stated_term(dossier: Dossier) -> float:
    """Months since the stated term ran out, as log(1 + months), at most 120; 0 before its end or without one.

    A term is a point of decision (Koremenos 2005). An arrangement kept beyond its term has passed that
    point without one and lives on habit; this clock ticks without any new event.
    """
    term = dossier.start["stated_horizon_months"]
    if not isinstance(term, float):
        return 0.0
    end = deadline(dossier.start_date, int(term))
    return math.log1p(min(max(months_from(end.toordinal(), dossier.today), 0.0), LONGEST_OVERRUN))
