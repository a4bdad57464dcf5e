"""Whether a sentence says that something happened, may happen, will happen or did not, and on whose word."""

from forecasting.reading.tables import cue

FARTHEST_NEGATION = 70
"""Characters before the words found in which a negation of their clause counts."""


def clause_start(sentence: str, at: int) -> int:
    """Where the clause begins that a place of a sentence stands in."""
    return max((match.end() for match in cue("clause").finditer(sentence, 0, at)), default=0)


def clause_end(sentence: str, at: int) -> int:
    """Where the clause ends that a place of a sentence stands in."""
    return next((match.start() for match in cue("turn").finditer(sentence, at)), len(sentence))


def form_of(sentence: str, start: int, end: int, standing: str, negative: bool) -> str:
    """`act`, `hedged`, `denied` or `calendar`: what a sentence says of the words found in it.

    Parameters
    ----------
    sentence
        One sentence.
    start, end
        Where the words stand.
    standing
        What the rule says of them: `hedged`, `denied`, `calendar`; `commits` where *will* is the act itself.
    negative
        The words contain a negation of their own.

    Examples
    --------
    >>> form_of("They have not agreed on it.", 14, 23, "", False)
    'denied'
    >>> form_of("They could agree on it.", 11, 19, "", False)
    'hedged'
    """
    if cue("not_done").search(sentence[end : clause_end(sentence, end)]):
        return "denied"
    if standing in ("hedged", "denied", "calendar"):
        return standing
    before = sentence[clause_start(sentence, start) : start]
    inside = sentence[start:end]
    if cue("negation").search(before[-FARTHEST_NEGATION:]) or (not negative and cue("negation").search(inside)):
        return "denied"
    if standing == "commits":
        return "hedged" if cue("wavers").search(before[-60:] + inside) else "act"
    if cue("ahead").search(before[-45:] + inside):
        return "calendar"
    return "hedged" if cue("hedge").search(before[-60:]) or cue("hedge").search(inside) else "act"


def standing_of(sentence: str) -> str:
    """`confirmed`, `reported` or `disputed`: on whose word a sentence stands.

    Examples
    --------
    >>> standing_of("They met in secret, three sources said.")
    'reported'
    """
    if cue("denies").search(sentence):
        return "disputed"
    if cue("unnamed").search(sentence) and not cue("named").search(sentence):
        return "reported"
    return "confirmed"


def is_conditional(sentence: str, start: int) -> bool:
    """True if the words before a place of its clause make what follows a condition, which is no act."""
    return bool(cue("condition").search(sentence[max(clause_start(sentence, start), start - 70) : start]))


def looks_ahead(sentence: str, start: int) -> bool:
    """True if the words before a place of a sentence look ahead to it, as in *ahead of the summit*."""
    return bool(cue("before_it").search(sentence[:start]))


def is_averted(sentence: str, start: int) -> bool:
    """True if the words before a place of a sentence speak of its risk, or of avoiding it."""
    return bool(cue("averted").search(sentence[:start]))


def by_an_outsider(sentence: str, start: int) -> bool:
    """True if the words before a place of a sentence make an expert, a critic or a party's former official speak."""
    return bool(cue("outsider").search(sentence[clause_start(sentence, start) : start]))


def told_as_past(sentence: str, start: int) -> bool:
    """True if a sentence looks back from the day of the text: the act has another day, which may not be told."""
    return bool(cue("before_that").search(sentence[clause_start(sentence, start) : start]))
