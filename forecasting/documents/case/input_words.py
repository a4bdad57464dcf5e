"""What the headline reads of a case, in words: rungs, strain, months, the clock of a term, probabilities."""

from collections.abc import Mapping
from typing import Final

from forecasting.documents.wording import MINUS, percent, term_name, term_words
from forecasting.record.vocabulary import LADDER_LEVELS

REFITTED: Final[Mapping[str, str]] = {
    "ladder_model": "The model of the ladder, fitted again",
    "recalibration": "Its recalibration, fitted again",
    "base_rate": "The base rate, fitted again",
}
LEG_WORDS: Final[Mapping[str, str]] = {
    "model": "what the record elsewhere taught",
    "corrections": "a correction of the record",
    "time": "time alone",
    "silence": "no newer sight",
    "known": "what became known",
}


def change_name(leg: str, name: str) -> str:
    """Name of a part of a change.

    >>> change_name("model", "base_rate"), change_name("silence", "gap")
    ('The base rate, fitted again', 'Months since it was last seen')
    """
    return REFITTED[name] if leg == "model" else term_name(name)


def input_words(name: str, value: float | str | None, average: bool = False) -> str:
    """Value of an input of the headline, of a case or, with `average`, of an average one.

    Parameters
    ----------
    name : str
        Name of the input, as of `explain.drivers.Driver`.
    value : float, str or None
        Its value.
    average : bool
        Whether it is a mean over cases.

    Returns
    -------
    str
        Words; empty where there is no value.

    Examples
    --------
    >>> input_words("strain", 0.75), input_words("term_clock", -3.0), input_words("rung", "level 2, active")
    ('level 3 of 4', 'ended 3 months ago', 'level 2, active')
    """
    if name == "term_clock":
        return _clock(value)
    if value is None or name in REFITTED:
        return ""
    if isinstance(value, str):
        return value
    if name == "rung":
        return f"level {value:.1f} {'on average' if average else 'by open reports'}"
    if name == "strain":
        level = value * LADDER_LEVELS["strain"]
        if average:
            return f"level {level:.1f} on average"
        return f"level {level:g} of {LADDER_LEVELS['strain']}"
    if name == "claims":
        return percent(value)
    return f"{value:.0f}".replace("-", MINUS) if name in ("age", "gap") else term_words(name, value, average)


def _clock(months: float | str | None) -> str:
    if not isinstance(months, float | int):
        return "none"
    if months > 0:
        return f"ends in {months:.0f} months"
    return f"ended {-months:.0f} months ago" if months < 0 else "ends now"
