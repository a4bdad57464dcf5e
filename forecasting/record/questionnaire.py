"""A questionnaire from which a case is added to a record of the user's own, after the whole record is checked."""

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecasting.record.checks import record_faults
from forecasting.record.descriptor import FILE as DESCRIPTOR
from forecasting.record.forms import PLACEHOLDER, Column
from forecasting.record.months import parse_day
from forecasting.record.new_case import add_case, copy_record, require_own
from forecasting.record.reading import read_record
from forecasting.record.schema import TABLES
from forecasting.record.vocabulary import PLOVER_BY_KIND
from forecasting.store.errors import Fault, SchemaError, UsageError, shown
from forecasting.store.files import write_whole

RECORD, LATER_END, CASE_ID = "record", "data_end", "case_id"
STAND_IN = "a-case-without-a-name"


@dataclass(frozen=True)
class Question:
    """One question of the questionnaire.

    Attributes
    ----------
    name : str
        Name of the answer.
    asks, hint : str
        The question, and a hint at the form of the answer.
    cells : tuple of (str, str)
        Cells that the answer fills, by table and column.
    default : str
        Answer taken where none is entered.
    same_as : str
        Name of the question whose answer is the default, or empty.

    Examples
    --------
    >>> QUESTIONS[0].name, QUESTIONS[0].column.kind
    ('case_id', 'slug')
    """

    name: str
    asks: str
    hint: str
    cells: tuple[tuple[str, str], ...]
    default: str = ""
    same_as: str = ""

    @property
    def column(self) -> Column | None:
        """Column of the first cell that the answer fills; None for the end of the record."""
        table, column = self.cells[0]
        return TABLES[table].column(column) if table != RECORD else None


def _case(name: str, asks: str, hint: str = "", also: str = "", default: str = "", same_as: str = "") -> Question:
    cells = (("cases", name), ("events", also)) if also else (("cases", name),)
    return Question(name, asks, hint, cells, default, same_as)


DAY, CHANCE = "YYYY-MM-DD", "0 no, 1 yes, between: not sure"
QUESTIONS: tuple[Question, ...] = (
    _case("case_id", "A short name for files, with the start year", "my-case-2026"),
    _case("name", "What is it called?", "no word that tells how it ends"),
    _case("type", "What form does it have?"),
    _case("domain", "What is limited?"),
    _case("limit_object", "What do the limits bear on?"),
    _case("parties", "Who keeps it? Codes of parties.csv", "USA;RUS"),
    _case("n_parties", "How many states are concerned?", "empty: those listed"),
    _case("start_date", "When did it begin?", DAY, also="event_date"),
    _case(
        "start_known_date",
        "When could an outsider first know of it?",
        f"{DAY}; empty: when it began",
        also="known_date",
        same_as="start_date",
    ),
    Question(
        "last_observed_date",
        "When was it last seen to be kept?",
        f"{DAY}; empty: when it became known",
        (("outcomes", "last_observed_date"), ("outcomes", "looked_until")),
        same_as="start_known_date",
    ),
    _case("stated_horizon_months", "For how many months was it made?", "empty: no term was named"),
    _case("matched", "Did the other side say the same, or only do it?"),
    _case("verification", "The strongest verification at the start?", default="none"),
    _case("leader_endorsed", "A head of state or government endorsed it?", CHANCE, default="0"),
    _case("negotiation_underway", "Talks on a binding text in session or dated?", CHANCE, default="0"),
    _case("observed_now", "A limit was kept from the first day?", CHANCE, default="1"),
    _case("ratification_required", "A binding text would need a legislature?", CHANCE, default="0"),
    _case("third_party_objection", "Tied to a named outsider's joining?", CHANCE, default="0"),
    _case("adversarial", "The parties are each other's main rival?", CHANCE, default="0"),
    _case("armed_conflict", "One party was fighting the other or its client?", CHANCE, default="0"),
    _case("prior_instrument", "Which binding text does it continue?", "empty: none"),
    _case("formal_target", "Which formal text did the parties seek?", "empty: not said"),
    _case("summary", "What was known at the start?", "two or three sentences", also="summary"),
    Question("first_act", "What kind of act began it?", "", (("events", "kind"),), default="agreed_statement"),
    Question("source_title", "A public source: its title", "", (("sources", "title"),)),
    Question("source_publisher", "Who published it?", "", (("sources", "publisher"),)),
    Question("source_url", "Its address", "empty: none", (("sources", "url"),)),
    Question("source_kind", "What kind of source is it?", "", (("sources", "kind"),), default="news"),
    Question(LATER_END, "A later end of your record", f"{DAY}; empty: as it is", ((RECORD, LATER_END),)),
)
NAMES = tuple(question.name for question in QUESTIONS)


class AnswersError(SchemaError):
    """Answers from which no case can be made; nothing was written.

    Attributes
    ----------
    by_question : dict of str to tuple of str
        For each question concerned the expected and the actual answer; under the empty name the faults of the record
        that are due to no answer.

    Examples
    --------
    >>> print(AnswersError({"name": ("expected name as text, no answer",)}))
    name: expected name as text, no answer
    """

    def __init__(self, by_question: Mapping[str, tuple[str, ...]], faults: Sequence[Fault] = ()) -> None:
        self.by_question = dict(by_question)
        super().__init__(faults)
        self.args = ("\n".join(f"{name or 'record'}: {text}" for name, told in by_question.items() for text in told),)


def case_from_answers(answers: Mapping[str, str], folder: str | Path) -> str:
    """Add the case that the answers describe to a record.

    Parameters
    ----------
    answers : mapping of str to str
        By the names of `QUESTIONS`; what is missing or empty takes the question's default.
    folder : str or Path
        Folder of the record; made as a copy of the shipped record if it does not exist.

    Returns
    -------
    str
        The case_id.

    Raises
    ------
    AnswersError
        With every fault, by question. The record is checked whole, with the case, before anything is written.
    UsageError
        For an unknown question, or the shipped record itself.

    Examples
    --------
    >>> case_from_answers({"colour": "blue"}, "mine")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected answers to case_id, name, type, ..., got ...
    """
    place, given = Path(folder), _complete(answers)
    require_own(place)
    with tempfile.TemporaryDirectory() as work:
        draft = Path(work) / "record"
        if place.exists():
            read_record(place)
            shutil.copytree(place, draft, copy_function=shutil.copyfile)
        told: dict[str, tuple[str, ...]] = {}
        case_id, files = _added(draft, place, given, told)
        files += _moved_end(draft, given[LATER_END], told)
        faults = _draft_faults(draft)
        told |= _by_question(faults, answers, case_id)
        if told:
            raise AnswersError(told, faults)
        if place.exists():
            write_whole({place / path: (draft / path).read_bytes() for path in files}, "another folder")
        else:
            copy_record(draft, place)
    return case_id


def _added(
    draft: Path, place: Path, given: Mapping[str, str], told: dict[str, tuple[str, ...]]
) -> tuple[str, list[Path]]:
    """Add the case to the draft, under a stand-in name where its own is invalid, so that the rest is checked too."""
    case_id = given[CASE_ID]
    try:
        files = add_case(case_id, draft, _cells(given))
    except UsageError as error:
        told[CASE_ID] = (str(error).replace(str(draft), str(place)),)
        year = given["start_date"][:4]
        case_id = f"{STAND_IN}-{year}" if re.fullmatch("[0-9]{4}", year) else STAND_IN
        files = add_case(case_id, draft, _cells(given))
    return case_id, [path.relative_to(draft) for path in files]


def _complete(answers: Mapping[str, str]) -> dict[str, str]:
    """An answer to every question, defaults filled in, each on one line."""
    if unknown := [name for name in answers if name not in NAMES]:
        raise UsageError(f"expected answers to {', '.join(NAMES)}, got {shown(unknown)}")
    given = {question.name: " ".join(str(answers.get(question.name, "")).split()) for question in QUESTIONS}
    given["n_parties"] = given["n_parties"] or str(given["parties"].count(";") + 1)
    for question in QUESTIONS:
        same = given[question.same_as] if question.same_as else question.default
        given[question.name] = given[question.name] or same
    return given


def _cells(given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Answers as cells, by table and column; the placeholder where a required one is missing."""
    cells: dict[str, dict[str, str]] = {"cases": {"imposed_by_legislature": "0"}, "events": {"confidence": "low"}}
    for question in QUESTIONS:
        for table, column in question.cells if question.name not in (CASE_ID, LATER_END) else ():
            needed = TABLES[table].column(column).required
            cells.setdefault(table, {})[column] = given[question.name] or (PLACEHOLDER if needed else "")
    cells["events"]["plover"] = PLOVER_BY_KIND.get(given["first_act"], "NONE")
    return cells


def _moved_end(draft: Path, day: str, told: dict[str, tuple[str, ...]]) -> list[Path]:
    """Move the end of the record to a later day, if one is entered; returns the files changed."""
    end = read_record(draft).data_end
    try:
        if not day or (expected := parse_day(day)) == end:
            return []
        if expected < end:
            raise UsageError(f"expected a day after {end}, where the record ends, got {shown(day)}")
    except UsageError as error:
        told[LATER_END] = (str(error),)
        return []
    text = (draft / DESCRIPTOR).read_text(encoding="utf-8")
    moved = re.sub(r'("data_end":\s*)"[^"]*"', lambda found: f'{found[1]}"{expected}"', text, count=1)
    (draft / DESCRIPTOR).write_text(moved, encoding="utf-8")
    return [Path(DESCRIPTOR)]


def _draft_faults(draft: Path) -> list[Fault]:
    try:
        return record_faults(read_record(draft))
    except SchemaError as error:
        return list(error.faults)


def _by_question(faults: list[Fault], answers: Mapping[str, str], case_id: str) -> dict[str, tuple[str, ...]]:
    """Expected and actual answers, by question; where an answer was taken from another question, under that one."""
    told: dict[str, tuple[str, ...]] = {}
    claimed: set[Fault] = set()
    asked = {question.name: question for question in QUESTIONS}
    for question in QUESTIONS:
        source = question
        while source.same_as and not str(answers.get(source.name, "")).strip():
            source = asked[source.same_as]
        for cell in question.cells:
            own = [fault for fault in faults if _concerns(fault, cell, case_id)]
            claimed.update(own)
            if own:
                told.setdefault(source.name, tuple(dict.fromkeys(map(_words, own))))
    rest = tuple(str(fault) for fault in faults if fault not in claimed)
    return told | ({"": rest} if rest else {})


def _concerns(fault: Fault, cell: tuple[str, str], case_id: str) -> bool:
    table, column = cell
    file = DESCRIPTOR if table == RECORD else TABLES[table].path.replace("*", case_id)
    named = re.findall(r"[a-z_]+", fault.expected.split(" as ")[0]) + re.findall(r"([a-z_]+)=", fault.got)
    return (fault.file, column in named) == (file, True) and fault.case_id in ("", case_id)


def _words(fault: Fault) -> str:
    remedy = f"; {fault.do}" if fault.do else ""
    return f"expected {fault.expected}, got {'no answer' if fault.got == repr(PLACEHOLDER) else fault.got}{remedy}"
