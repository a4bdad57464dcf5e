"""Whether a sentence says that something happened, may happen, will happen or did not, and on whose word."""

import re

_CLAUSE = re.compile(r"[;:—]|,(?=\s(?:but|and|while|which|who|where|though|although|because|since|after|as)\b)|\bbut\b|\bwhile\b|\balthough\b|\bthough\b|\bdespite\b|\bbecause\b|\bafter\b|\bwhen\b|\bsince\b|\band (?:said|decided|asked|promised|sent|ordered)\b", re.IGNORECASE)
_TURN = re.compile(r";|,?\s\b(?:but|while|although|though|whereas)\b|,\s(?:which|who)\b", re.IGNORECASE)
NEGATION = re.compile(
    r"\b(?:not(?! only)|n't|never|no(?! longer)|nor|neither|without|denied|denies|deny|denying|yet to|fail(?:s|ed|ure)? to|"
    r"unable to|refus(?:es|ed|al) to|declin(?:es|ed) to|rather than|instead of|stopped short of|refrain(?:s|ed|ing)?|avoid(?:s|ed)?|far from|ruled out|hardly)\b|n['’]t\b",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"\b(?:can|could|may|might|would|likely|unlikely|possibl[ey]|potential(?:ly)?|expected to|expects?|considers?|considering|weigh(?:s|ing)|"
    r"hopes?|hoped|hoping|seeks?|if|unless|until|draft|plans?|planned|intends?|preparing|wants?|threaten(?:s|ed|ing)?|should|must|"
    r"urged?|calls? (?:on|for)|called (?:on|for)|asked|wanted|whether|in principle|tentative(?:ly)?|almost|ready to|willing to|aims?|aimed|agreed to consider)\b"
)
WAVERS = re.compile(r"\b(?:could|may|might|threat\w+|consider\w*|weighing|if asked|hopes? to|likely|possibly|expected|plans?|planned|intends?)\b")
NOT_DONE = re.compile(
    r"\b(?:has|have|had|was|were|is|are) (?:not|never) (?:yet )?(?:been )?(?:carried out|kept|fulfilled|done|confirmed|happened|taken place|begun|signed|"
    r"materiali[sz]ed|reached|implemented|honou?red)|\b(?:has|have) yet to\b|\bdid not (?:happen|take place|materiali[sz]e)", re.IGNORECASE
)
FARTHEST_NEGATION = 70
"""Characters before the words found in which a negation of their clause counts."""
AHEAD = re.compile(
    r"\b(?:will|(?:is|are|was|were) (?:to|due|set|scheduled|slated|planned)|plans? to|scheduled|upcoming|coming (?:week|month|days)|due to|"
    r"next (?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b",
    re.IGNORECASE,
)
CONDITION = re.compile(r"\b(?:if|unless|whether|in the event|in case|should it|to see if)\b|\bbefore (?:\S+ ){0,4}?$", re.IGNORECASE)
_BEFORE_IT = re.compile(
    r"\b(?:in time for|ahead of|before|prior to|on the eve of|in advance of|in preparation for|pending|until|forthcoming|upcoming|coming|planned|proposed|next) (?:\S+ ){0,4}?$", re.IGNORECASE
)
AVERTED = re.compile(r"\b(?:avoid\w*|prevent\w*|avert\w*|cease|ceasing|stop|end|risks?|possibility|threats?|danger|fears?|brink|close to|chances?|likelihood|potential|future) (?:\S+ ){0,3}?$", re.IGNORECASE)
BEFORE_THAT = re.compile(r"\bhad(?: \w+ly| already| since| long| also| once)?\s*$|\b(?:previously|earlier|once|long ago|in the past)\b[^,;]*$", re.IGNORECASE)
UNNAMED = re.compile(
    r"\bsources?\b|\bpeople (?:familiar|briefed)|\bcondition of anonymity|\breportedly\b|\breported to\b|\bis said to\b|\bare said to\b|\bunconfirmed\b|"
    r"\b(?:an?|one|another|two|three|some|several|senior|unnamed|western|us|u\.s\.|american|russian|chinese|european|israeli|administration)\s+(?:senior |top |western |"
    r"american |u\.s\. |us |russian |chinese |iranian |european |israeli |indian |pakistani |administration |government |intelligence |defen[cs]e |military )*(?:officials?|diplomats?)\b(?! at the)|"
    r"\b(?:officials|diplomats) (?:said|say|familiar|close to|told)|\b(?:press|media|news|intelligence) reports\b|\baccording to (?:press|media|news)\b|\blawmakers? (?:said|say|warned|were told)|\bwere told\b|\ba lawmaker\b",
    re.IGNORECASE,
)
NAMED = re.compile(r"\b(?:official statement|officially|official\s+(?:news|press) agency)\b", re.IGNORECASE)
DENIES = re.compile(r"\b(?:which|that|but|and|;)\s?[^,;]{0,40}\b(?:denie[sd]|deny|disputes? (?:it|this|that)|rejects? (?:it|this|that)|called? (?:it|this) (?:false|untrue))\b|\b(?:denies|disputes) (?:it|this|the claim)\b|;\s[^;]{0,40}\bdenie[sd]\b", re.IGNORECASE)
_OUTSIDER = re.compile(
    r"\b(?:experts?|analysts?|critics|activists|professors?|observers?|historians?|scholars?|commentators?|researchers?|advocates|editorial|columnist|former|ex-|"
    r"non-?profit|association|institute|think tank|campaigners|democrats|republicans|team|newspaper|greenpeace|environmental|campaign(?:ers)?|opposition|rep\.|sen\.|senators?|lawmakers?|scientists|members of)(?!\w)",
    re.IGNORECASE,
)


def clause_start(sentence: str, at: int) -> int:
    """Where the clause begins that a place of a sentence stands in."""
    return max((match.end() for match in _CLAUSE.finditer(sentence, 0, at)), default=0)


def clause_end(sentence: str, at: int) -> int:
    """Where the clause ends that a place of a sentence stands in."""
    return next((match.start() for match in _TURN.finditer(sentence, at)), len(sentence))


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
    if NOT_DONE.search(sentence[end : clause_end(sentence, end)]):
        return "denied"
    if standing in ("hedged", "denied", "calendar"):
        return standing
    before = sentence[clause_start(sentence, start) : start]
    inside = sentence[start:end]
    if NEGATION.search(before[-FARTHEST_NEGATION:]) or (not negative and NEGATION.search(inside)):
        return "denied"
    if standing == "commits":
        return "hedged" if WAVERS.search(before[-60:] + inside) else "act"
    if AHEAD.search(before[-45:] + inside):
        return "calendar"
    return "hedged" if HEDGE.search(before[-60:]) or HEDGE.search(inside) else "act"


def standing_of(sentence: str) -> str:
    """`confirmed`, `reported` or `disputed`: on whose word a sentence stands.

    Examples
    --------
    >>> standing_of("They met in secret, three sources said.")
    'reported'
    """
    if DENIES.search(sentence):
        return "disputed"
    if UNNAMED.search(sentence) and not NAMED.search(sentence):
        return "reported"
    return "confirmed"


def is_conditional(sentence: str, start: int) -> bool:
    """True if the words before a place of its clause make what follows a condition, which is no act."""
    return bool(CONDITION.search(sentence[max(clause_start(sentence, start), start - 70) : start]))


def looks_ahead(sentence: str, start: int) -> bool:
    """True if the words before a place of a sentence look ahead to it, as in *ahead of the summit*."""
    return bool(_BEFORE_IT.search(sentence[:start]))


def is_averted(sentence: str, start: int) -> bool:
    """True if the words before a place of a sentence speak of its risk, or of avoiding it."""
    return bool(AVERTED.search(sentence[:start]))


def by_an_outsider(sentence: str, start: int) -> bool:
    """True if the words before a place of a sentence make an expert, a critic or a party's former official speak."""
    return bool(_OUTSIDER.search(sentence[clause_start(sentence, start) : start]))


def told_as_past(sentence: str, start: int) -> bool:
    """True if a sentence looks back from the day of the text, so that the act has another day, which it may not tell."""
    return bool(BEFORE_THAT.search(sentence[clause_start(sentence, start) : start]))
