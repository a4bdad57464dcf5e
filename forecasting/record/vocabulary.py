"""Codes of the record, each with its meaning. `data/README.md` has the rules for choosing one."""

from typing import Final

CAUSES: Final = ("formalized", "collapsed", "faded")
ONGOING: Final = "ongoing"
STATES: Final = (*CAUSES, ONGOING)
TARGETS: Final = ("concluded", "in_force")
PRECISIONS: Final = ("day", "month", "year")
CONFIDENCES: Final = ("high", "medium", "low")
STANDINGS: Final = ("confirmed", "reported", "disputed")
RETRACTED: Final = "retracted"
"""Standing that a correction alone may give to an act: from its day on the act is in no view of the record."""

LADDER_LEVELS: Final = {"formalization": 5, "strain": 4}
"""Highest level of each ladder; the lowest is 0."""
LADDER_STATUSES: Final = {
    "formalization": ("none", "active", "stalled", "broken"),
    "strain": ("live", "dormant"),
}
LADDERS: Final = tuple(LADDER_LEVELS)

TYPES: Final = {
    "lapsed_treaty": "expired or suspended treaty whose limits are still observed",
    "signed_unratified": "signed, not in force, limits observed",
    "reciprocal_unilateral": "matching unilateral declarations",
    "unilateral_conditional": "one side's restraint on condition of a reciprocity not yet declared",
    "political_commitment": "joint statement, framework, memorandum or gentlemen's agreement",
    "provisional_application": "treaty applied before it enters into force",
    "informal_regime": "standing political regime or code of more than two states",
}
SAME_OUTCOME_TYPES: Final = ("signed_unratified", "provisional_application")
DOMAINS: Final = (
    "strategic_nuclear", "nonstrategic_nuclear", "intermediate_nuclear", "nuclear_testing", "fissile_material",
    "nonproliferation", "nuclear_use_pledges", "missile_defense", "missiles", "space", "chemical", "biological",
    "conventional_forces", "naval", "landmines_cluster", "small_arms", "arms_transfers", "export_control",
    "cbm_transparency", "demilitarization", "cyber_ai",
)  # fmt: skip
PUBLICITIES: Final = ("public", "secret_text", "tacit", "secret")
BACKGROUND_TREATIES: Final = ("none", "suspended", "in_force_wider")
MATCHED: Final = ("explicit", "tacit", "none")
VERIFICATIONS: Final = (
    "none", "national_technical_means", "data_exchange", "onsite_inspection", "international_body",
)  # fmt: skip
LIMIT_OBJECTS: Final = (
    "numbers", "deployment", "testing", "production", "transfer", "use", "transparency", "demilitarization",
)  # fmt: skip
FADES: Final = ("fulfilled", "lapsed", "replaced_informally", "party_extinct")
SUCCESSORS: Final = ("same_text", "new_text")
SAMPLED_VIA: Final = ("forward", "backward")
PARTY_KINDS: Final = ("state", "territory", "movement", "organisation", "collective", "other")
ELECTION_KINDS: Final = ("legislative", "executive", "referendum")
SOURCE_KINDS: Final = ("primary", "news", "reference", "scholarly")
COVERAGE_QUALITIES: Final = ("good", "thin", "guess")
AUDIT_VERDICTS: Final = ("confirmed", "not found", "unverifiable", "arguable", "wrong")
AUDIT_KINDS: Final = ("event", "ladder", "ending", "last_sight")
AUDIT_RESOLUTIONS: Final = ("corrected", "alternative", "already", "kept")

PLOVER_BY_KIND: Final = {
    "proposal": "REQUEST",
    "talks_opened": "CONSULT",
    "talks_round": "CONSULT",
    "talks_suspended": "SANCTION",
    "talks_resumed": "CONSULT",
    "summit": "CONSULT",
    "agreed_statement": "AGREE",
    "signature": "SUPPORT",
    "ratification_step": "SUPPORT",
    "ratification_blocked": "REJECT",
    "entry_into_force": "COOPERATE",
    "extension": "SUPPORT",
    "withdrawal_notice": "SANCTION",
    "suspension": "SANCTION",
    "accusation_of_violation": "ACCUSE",
    "compliance_step": "RETREAT",
    "inspection_or_data_exchange": "COOPERATE",
    "test_or_deployment": "MOBILIZE",
    "moratorium_declared": "AGREE",
    "moratorium_ended": "REJECT",
    "leader_endorsement": "SUPPORT",
    "leader_rejection": "REJECT",
    "official_signal_positive": "SUPPORT",
    "official_signal_negative": "REJECT",
    "leadership_change": "NONE",
    "crisis_or_conflict": "ASSAULT",
    "military_dialogue": "CONSULT",
    "military_dialogue_suspended": "SANCTION",
    "third_party_refusal": "REJECT",
    "third_party_acceptance": "AGREE",
    "linkage": "CONSULT",
    "lapse": "NONE",
}
EVENT_KINDS: Final = tuple(PLOVER_BY_KIND)
PLOVER_CATEGORIES: Final = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT",
    "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "NONE",
)  # fmt: skip
OBSERVANCE_KINDS: Final = (
    "agreed_statement", "compliance_step", "extension", "inspection_or_data_exchange", "leader_endorsement",
    "military_dialogue",
)  # fmt: skip
"""Kinds of confirmed act that show an arrangement kept: what parties do or say together under it, and a leader's word.

Talks and summits may be about anything, and a spokesman's word or a pledge on conditions is that of one side.
"""
