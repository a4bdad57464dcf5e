"""A questionnaire from which a case of one's own is added to an overlay, after it is checked like the record."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.record.forms import PLACEHOLDER, Column
from forecasting.record.new_case import case_rows
from forecasting.record.overlays import Folders
from forecasting.record.own_rows import OWN, Rows, keep_rows, last_of
from forecasting.record.reading import RawRecord
from forecasting.record.schema import TABLES
from forecasting.record.suggestions import codes_named
from forecasting.record.vocabulary import PLOVER_BY_KIND
from forecasting.store.errors import Fault, SchemaError, UsageError, shown

CASE_ID = "case_id"
STAND_IN = "a-case-without-a-name"
TELLS_THE_ENDING: Final = re.compile(
    r"\b(fail\w*|collaps\w*|broken?|broke down|breakdown|break-?up|fad(?:e|ed|es|ing)|ended|terminat\w*|abandon\w*|"
    r"repudiat\w*|violat\w*|defunct|doomed|short-lived|ill-fated|formali[sz]ed|concluded|became|becomes|success|"
    r"(?:un)?successful(?:ly)?|abortive|aborted|led to|leading to|fulfilled|superseded|replaced)\b",
    re.IGNORECASE,
)
"""Words that tell how an arrangement ended; no name of the shipped record has one."""


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
    told : str
        What is asked for, as messages name it.

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
    told: str = ""

    @property
    def column(self) -> Column:
        """Column of the first cell that the answer fills."""
        table, column = self.cells[0]
        return TABLES[table].column(column)


def _case(
    name: str, asks: str, told: str, hint: str = "", also: str = "", default: str = "", same_as: str = ""
) -> Question:
    cells = (("cases", name), ("events", also)) if also else (("cases", name),)
    return Question(name, asks, hint, cells, default, same_as, told)


DAY, CHANCE = "YYYY-MM-DD", "0 no, 1 yes, between: not sure"
QUESTIONS: tuple[Question, ...] = (
    _case("case_id", "A short name for files, with the start year", "the short name", "my-case-2026"),
    _case("name", "What is it called?", "what it is called", "no word that tells how it ends"),
    _case("type", "What form does it have?", "its form"),
    _case("domain", "What is limited?", "what is limited"),
    _case("limit_object", "What do the limits bear on?", "what the limits bear on"),
    _case("parties", "Who keeps it? Codes of states", "who keeps it", "USA;RUS"),
    _case("n_parties", "How many states are concerned?", "how many states are concerned", "empty: those listed"),
    _case("start_date", "When did it begin?", "the day it began", DAY, also="event_date"),
    _case(
        "start_known_date",
        "When could an outsider first know of it?",
        "the day an outsider could first know of it",
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
        told="the day it was last seen to be kept",
    ),
    _case("stated_horizon_months", "For how many months was it made?", "its term in months", "empty: none was named"),
    _case("matched", "Did the other side say the same, or only do it?", "whether the other side said the same"),
    _case("verification", "The strongest verification at the start?", "its verification", default="none"),
    _case("leader_endorsed", "A head of state or government endorsed it?", "whether a leader endorsed it", CHANCE,
          default="0"),
    _case("negotiation_underway", "Talks on a binding text in session or dated?", "whether talks were under way",
          CHANCE, default="0"),
    _case("observed_now", "A limit was kept from the first day?", "whether a limit was kept at once", CHANCE,
          default="1"),
    _case("ratification_required", "A binding text would need a legislature?", "whether a legislature is needed",
          CHANCE, default="0"),
    _case("third_party_objection", "Tied to a named outsider's joining?", "whether it is tied to an outsider", CHANCE,
          default="0"),
    _case("adversarial", "The parties are each other's main rival?", "whether they are rivals", CHANCE, default="0"),
    _case("armed_conflict", "One party was fighting the other or its client?", "whether they were fighting", CHANCE,
          default="0"),
    _case("prior_instrument", "Which binding text does it continue?", "the text it continues", "empty: none"),
    _case("formal_target", "Which formal text did the parties seek?", "the formal text sought", "empty: not said"),
    _case("summary", "What was known at the start?", "what was known at the start", "two or three sentences",
          also="summary"),
    Question("first_act", "What kind of act began it?", "", (("events", "kind"),), "agreed_statement",
             told="the kind of act that began it"),
    Question("source_title", "A public source: its title", "", (("sources", "title"),), told="the title of the source"),
    Question("source_publisher", "Who published it?", "", (("sources", "publisher"),), told="who published the source"),
    Question("source_url", "Its address", "empty: none", (("sources", "url"),), told="the address of the source"),
    Question("source_kind", "What kind of source is it?", "", (("sources", "kind"),), "news",
             told="the kind of the source"),
)  # fmt: skip
NAMES = tuple(question.name for question in QUESTIONS)
NAMED: Final = {column: question.told for question in QUESTIONS for _, column in question.cells[:1]} | {
    "looked_until": "the day it was last seen to be kept",
    "known_date": "the day an outsider could first know of it",
    "event_date": "the day it began",
}
"""What each column is called in the questions."""


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


def case_from_answers(answers: Mapping[str, str], overlay: Folders, data: str | Path | None = None) -> str:
    """Add the case that the answers describe to an overlay.

    Parameters
    ----------
    answers : mapping of str to str
        By the names of `QUESTIONS`; what is missing or empty takes the question's default.
    overlay : path or sequence of paths
        Folders of overlays; the case goes to the last, which is made if it does not exist.
    data : path, optional
        Folder of the record; by default the one shipped.

    Returns
    -------
    str
        The case_id.

    Raises
    ------
    AnswersError
        With every fault, by question. The rows are checked like those of the record before anything is written.
    UsageError
        For an unknown question, or a folder that holds a record.

    Examples
    --------
    >>> case_from_answers({"colour": "blue"}, "mine")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected answers to case_id, name, type, ..., got ...
    """
    given, _ = _complete(answers), last_of(overlay)
    told: dict[str, tuple[str, ...]] = {}
    case_id, faults = given[CASE_ID], list[Fault]()
    if word := TELLS_THE_ENDING.search(given["name"]):
        told["name"] = (
            f"expected a name that does not tell how it ends, got {shown(given['name'])} with {word[0]!r}; "
            "call it what it was called when it began",
        )

    def make(record: RawRecord) -> Rows:
        nonlocal case_id
        try:
            codes_named(given["parties"], record.tables["parties"].cells, "who keeps it")
        except UsageError as error:
            told["parties"] = (str(error),)
        try:
            return case_rows(record, case_id, _cells(given))
        except UsageError as error:
            # under a stand-in name the other answers are checked too
            told[CASE_ID] = (str(error),)
            year = given["start_date"][:4]
            case_id = f"{STAND_IN}-{year}" if re.fullmatch("[0-9]{4}", year) else STAND_IN
            return case_rows(record, case_id, _cells(given))

    try:
        keep_rows(make, overlay, data, write=False)
    except SchemaError as error:
        faults = list(error.faults)
    told = _by_question(faults, answers, case_id, last_of(overlay)) | told
    if told:
        raise AnswersError(told, faults)
    keep_rows(make, overlay, data)
    return case_id


def questions_to_fill() -> str:
    """The questions as a TOML file to fill in, with their hints and codes as comments.

    Examples
    --------
    >>> print(questions_to_fill().splitlines()[1])
    name = ""
    """
    lines = []
    for question in QUESTIONS[1:]:
        known = f" ({', '.join(question.column.choices)})" if question.column.kind == "choice" else ""
        hint = f" ({question.hint})" if question.hint else ""
        default = question.default
        lines += [f"# {question.asks}{hint}{known}", f'{question.name} = "{default}"']
    return "\n".join(lines)


def _complete(answers: Mapping[str, str]) -> dict[str, str]:
    """An answer to every question, defaults filled in, each on one line."""
    if not isinstance(answers, Mapping):
        raise UsageError(f"expected answers as a mapping of names to texts, got {shown(answers)}")
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
        for table, column in question.cells if question.name != CASE_ID else ():
            needed = TABLES[table].column(column).required
            cells.setdefault(table, {})[column] = given[question.name] or (PLACEHOLDER if needed else "")
    cells["events"]["plover"] = PLOVER_BY_KIND.get(given["first_act"], "NONE")
    return cells


def _by_question(
    faults: list[Fault], answers: Mapping[str, str], case_id: str, folder: Path
) -> dict[str, tuple[str, ...]]:
    """Expected and actual answers, by question; where an answer was taken from another question, under that one."""
    told: dict[str, tuple[str, ...]] = {}
    claimed: set[Fault] = set()
    asked = {question.name: question for question in QUESTIONS}
    for question in QUESTIONS:
        source = question
        while source.same_as and not str(answers.get(source.name, "")).strip():
            source = asked[source.same_as]
        for cell in question.cells:
            own = [fault for fault in faults if _concerns(fault, cell, case_id, folder)]
            claimed.update(own)
            if own:
                told.setdefault(source.name, tuple(dict.fromkeys(_words(fault, question) for fault in own)))
    rest = tuple(str(fault) for fault in faults if fault not in claimed)
    return told | ({"": rest} if rest else {})


def _concerns(fault: Fault, cell: tuple[str, str], case_id: str, folder: Path) -> bool:
    table, column = cell
    file = (folder / TABLES[table].path.replace("*", OWN)).as_posix()
    named = re.findall(r"[a-z_]+", fault.expected.split(" as ")[0]) + re.findall(r"([a-z_]+)=", fault.got)
    return (fault.file, column in named) == (file, True) and fault.case_id in ("", case_id)


def _words(fault: Fault, question: Question) -> str:
    """A fault in the words of the questions: no name of a column or file."""
    remedy = f"; {fault.do}" if fault.do else ""
    got = "no answer" if fault.got == repr(PLACEHOLDER) else fault.got
    message = f"expected {fault.expected}, got {got}{remedy}"
    named = NAMED | {column: question.told for _, column in question.cells[:1]}
    for column, told in sorted(named.items(), key=lambda item: -len(item[0])):
        message = re.sub(rf"\b{column}=", f"{told} ", message)
        message = re.sub(rf"\b{column}\b(?! \()", told, message) if "_" in column else message
        message = message.replace(f"expected {column} as ", f"expected {told} as ")
    return message
