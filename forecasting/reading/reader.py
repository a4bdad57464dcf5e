"""From a news text to proposals: sentence by sentence, with the thread of who is spoken of."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.reading.actors import Thread, codes_on, mentions_of
from forecasting.reading.acts import Act, acts_of
from forecasting.reading.days import head_day
from forecasting.reading.proposals import Proposal, plover_of, rows_of, told_once
from forecasting.reading.sentences import lines_of, plain, sentences_of
from forecasting.reading.source import checked, text_of
from forecasting.reading.steps import Step, steps_of
from forecasting.record.cases import Dossier
from forecasting.record.history import History, load_history
from forecasting.record.months import parse_day
from forecasting.record.overlays import Folders
from forecasting.store.errors import LeakageError, UsageError

MOST_SECONDS = 20.0
CLOSE_DAYS = 1
Years = Mapping[str, tuple[date, date, str]]


@dataclass(frozen=True)
class Reading:
    """What a text proposes for a case.

    Attributes
    ----------
    case_id : str
        The case.
    dateline : date
        The day of the text: the one it begins with, else the as_of day.
    dateline_told : bool
        The text itself told it.
    proposals : tuple of Proposal
        The acts, in the order of the text.
    steps : tuple of Step
        Steps of the ladders that they may be.
    sentences : int
        How many sentences were read.
    """

    case_id: str
    dateline: date
    dateline_told: bool
    proposals: tuple[Proposal, ...]
    steps: tuple[Step, ...]
    sentences: int

    def as_dict(self) -> dict[str, Any]:
        """The reading as plain values, with the rows that the acts told as done would be."""
        accepted = [one for one in self.proposals if one.is_act or one.form == "calendar"]
        return {
            "case_id": self.case_id,
            "dateline": self.dateline.isoformat(),
            "dateline_told": self.dateline_told,
            "sentences": self.sentences,
            "proposals": [one.as_dict() | {"ticked": one.is_act} for one in self.proposals],
            "steps": [step.as_dict() for step in self.steps],
            "rows": {**rows_of(accepted), "ladders": [step.row() for step in self.steps if step.act in accepted]},
        }


def propose(
    text: str,
    dateline: date,
    case_id: str = "",
    principals: Sequence[str] = (),
    years: Years | None = None,
) -> list[Proposal]:
    """The acts that a text tells, each once.

    Parameters
    ----------
    text
        A news text in English.
    dateline
        Its day, from which *Thursday* and *last month* are counted.
    case_id
        The case they are proposed for.
    principals
        Codes of the case's principal parties: of two, *both sides*; and whoever else is a third party.
    years
        First day, last day and successor of each code of a party.

    Examples
    --------
    >>> found = propose("Russia proposed talks on Tuesday. China has not agreed to join.", date(2026, 3, 11))
    >>> [(one.kind, one.actor, str(one.day), one.form) for one in found]
    [('proposal', ('RUS',), '2026-03-10', 'act'), ('agreed_statement', ('CHN',), '2026-03-11', 'denied')]
    """
    two = len(principals) == 2
    thread = Thread(pair=tuple(principals) if two else (), korean="Korea" in text, fixed=two)
    until = time.monotonic() + MOST_SECONDS
    found: list[Proposal] = []
    for number, sentence in enumerate(sentences_of(text), 1):
        if time.monotonic() > until:
            raise UsageError(
                f"expected a text that can be read in {MOST_SECONDS:.0f} s, got more at sentence {number}; "
                "give a part of it"
            )
        words, quoted = plain(sentence)
        mentions = mentions_of(words, dateline, thread)
        found += [
            _proposal(act, sentence, number, dateline, case_id, principals, years or {})
            for act in acts_of(words, mentions, dateline, quoted)
        ]
        thread.heard(mentions)
    return told_once(found)


def _proposal(
    act: Act, sentence: str, number: int, dateline: date, case_id: str, principals: Sequence[str], years: Years
) -> Proposal:
    day = act.told.day if act.told else None if act.looks_back or act.form == "calendar" else dateline
    on = min(day or dateline, dateline)
    kind, actor = act.kind, codes_on(act.actor, on, years)
    own = codes_on(principals, on, years)
    if kind.startswith("third_party_") and actor and own and set(actor) <= set(own):
        kind = "official_signal_negative" if kind == "third_party_refusal" else "official_signal_positive"
    plover = plover_of(kind, act.rule.plover if kind == act.rule.kind else "")
    target = tuple(code for code in codes_on(act.target, on, years) if code not in actor)
    precision = act.told.precision if act.told else "day"
    return Proposal(
        case_id, kind, plover, actor, target, day, precision, act.told is not None, act.standing,
        act.form, sentence, number, (), dateline, act.rule.name,
    )  # fmt: skip


def read_text(text: str, case_id: str, as_of: date, history: History, place: object = "text") -> Reading:
    """Acts and steps of the ladders that a news text proposes for a case; nothing is written.

    Parameters
    ----------
    text
        The text, in English, at most 200,000 bytes.
    case_id
        A case of the record that has begun by `as_of`.
    as_of
        The day it is read on. A text that begins with its own day is read on that; a later one is refused.
    history
        The record.
    place
        What messages call the text.

    Raises
    ------
    ForeignFileError
        The text is empty, marked up, binary, too long or in another language.
    LeakageError
        The text is of a day after `as_of`, or `as_of` lies after the record's end.
    UsageError
        The case is not in the record.
    """
    checked(text, place)
    case = history.at(min(as_of, history.as_of)).case(case_id)
    told = head_day(lines_of(text))
    if told is not None and told > as_of:
        raise LeakageError(
            f"{place}: expected a text up to the as-of day {as_of}, got one of {told}; give that day as as_of"
        )
    dateline = told or as_of
    found = tuple(
        replace(one, in_record=_in_record(one, case))
        for one in propose(text, dateline, case_id, case.principals, years_of(history))
    )
    rungs = {rung.ladder: (rung.level, rung.status) for rung in case.rungs}
    steps = steps_of(found, str(case.start["type"]), _on_the_day(case, dateline, history), rungs)
    return Reading(case_id, dateline, told is not None, found, tuple(steps), len(sentences_of(text)))


def years_of(history: History) -> Years:
    """First day, last day and successor of each code of a party; open ends are the first and last day there is."""
    table = history.parties
    return {
        code: (since.date() if since == since else date.min, until.date() if until == until else date.max, heir)
        for code, since, until, heir in zip(
            table["code"], table["start_date"], table["end_date"], table["successor"], strict=True
        )
    }


def _on_the_day(case: Dossier, day: date, history: History) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.principals + codes_on(case.principals, day, years_of(history))))


def _in_record(proposal: Proposal, case: Dossier) -> str:
    """The act of the case that a proposal may repeat: of its kind and one of its actors, a day apart at most."""
    for event in case.events:
        near = proposal.day is not None and abs((event.event_date - proposal.day).days) <= CLOSE_DAYS
        if near and event.kind == proposal.kind and set(event.actors) & set(proposal.actor):
            return event.event_id
    return ""


def read_file(path: str | Path, case_id: str, as_of: date, history: History) -> Reading:
    """As `read_text`, from a file.

    Raises
    ------
    ForeignFileError
        Also if it is no regular file of at most 200,000 bytes in UTF-8.
    """
    return read_text(text_of(path), case_id, as_of, history, path)


def read_news(
    file: str | Path,
    case: str,
    as_of: str | date | None = None,
    data: str | Path | None = None,
    overlay: Folders = None,
) -> Reading:
    """What a news text in a file proposes for a case: dated acts and steps of the ladders; nothing is written.

    Parameters
    ----------
    file
        A plain text file in English, at most 200,000 bytes.
    case
        The case id.
    as_of
        The day it is read on; default: today. A text that begins with its own day is read on that.
    data
        The folder of a record; default: the one shipped.
    overlay
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    Reading
        `proposals` to accept, edit or reject; `rows_of` makes rows of the record's tables of those that are accepted.

    Raises
    ------
    ForeignFileError, LeakageError, UsageError
        As by `read_text`; also for a day to come.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "news.txt")
    ...     _ = path.write_text("MOSCOW, March 1, 2026 - Russia proposed talks with the United States.")
    ...     found = read_news(path, "new-start-post-expiry-2026", "2026-03-01")
    >>> [(one.kind, one.actor) for one in found.proposals]
    [('proposal', ('RUS',))]
    """
    day = parse_day(as_of) if isinstance(as_of, str) else as_of or date.today()
    if day > date.today():
        raise UsageError(f"expected an as-of day up to today, {date.today()}, got {day}; a day to come has no news")
    return read_file(file, case, day, load_history(data, overlay=overlay))
