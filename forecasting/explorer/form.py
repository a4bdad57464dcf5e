"""A form for a new case: widgets for the questions, the faults of the answers, and the forecast."""

from pathlib import Path
from typing import Any

import ipywidgets

from forecasting.artefacts.store import ARTEFACTS
from forecasting.explorer import words
from forecasting.explorer.outlook import Outlook, ask
from forecasting.record.questionnaire import QUESTIONS, AnswersError, Question, case_from_answers
from forecasting.record.vocabulary import TYPES
from forecasting.store.errors import ForecastingError

MEANINGS = {"type": TYPES}
LABEL = {"description_width": "25em"}


class CaseForm(ipywidgets.VBox):
    """Widget that asks the questions about a new case, adds it to an overlay and forecasts it.

    Public parts: `folder` of the overlay to which the case is added, `answers` (an input for each question), `faults`
    (the faults of each answer), the button `keep`, the display `result`, and `outlook`, the forecast or None.

    Parameters
    ----------
    folder
        The folder of an overlay; it is made if it does not exist.
    artefacts
        The folder of fitted models.
    data
        The folder of a record; default: the one shipped.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     form = CaseForm(Path(folder) / "mine")
    >>> form.outlook is None
    True
    """

    def __init__(
        self,
        folder: str | Path = "mine",
        artefacts: str | Path | None = ARTEFACTS,
        data: str | Path | None = None,
    ) -> None:
        """Make an empty form; nothing is written before the button is pressed and all answers are valid."""
        self._artefacts, self._data = artefacts, data
        self.outlook: Outlook | None = None
        self.folder = ipywidgets.Text(str(folder), description="Folder for what is yours", style=LABEL, layout=_wide())
        self.answers = {question.name: _field(question) for question in QUESTIONS}
        self.faults = {question.name: ipywidgets.HTML() for question in QUESTIONS}
        self.keep = ipywidgets.Button(
            description="Check, keep and forecast", button_style="primary", layout=ipywidgets.Layout(width="auto")
        )
        self.result = ipywidgets.HTML()
        rows = [ipywidgets.VBox([self.answers[name], self.faults[name]]) for name in self.answers]
        super().__init__([self.folder, *rows, self.keep, self.result])
        self.keep.on_click(lambda _: self._kept())

    def _kept(self) -> None:
        self.outlook = None
        self.keep.disabled = True
        self._say(words.paragraph("Checking the answers ..."), {})
        try:
            answers = {name: str(field.value) for name, field in self.answers.items()}
            case_id = case_from_answers(answers, self.folder.value, self._data)
            self._say(words.forecasting(case_id, self.folder.value), {})
            self.outlook = ask(case_id, data=self._data, overlay=self.folder.value, artefacts=self._artefacts)
            self.result.value = words.kept(case_id, self.folder.value) + self.outlook._repr_html_()
        except AnswersError as error:
            self._say(words.refused(error.by_question.get("", ())), error.by_question)
        except ForecastingError as error:
            self.result.value += words.no_answer(error)
        finally:
            self.keep.disabled = False

    def _say(self, message: str, faults: dict[str, tuple[str, ...]]) -> None:
        self.result.value = message
        for name, part in self.faults.items():
            part.value = words.fault(faults.get(name, ()))


def _field(question: Question) -> Any:
    column = question.column
    common = {"description": question.asks, "style": LABEL, "layout": _wide()}
    if column.kind == "choice":
        meanings = MEANINGS.get(question.name, {})
        options = [("choose", ""), *((words.choice(code, meanings.get(code, "")), code) for code in column.choices)]
        return ipywidgets.Dropdown(options=options, value=question.default, **common)
    kind = ipywidgets.Textarea if question.name == "summary" else ipywidgets.Text
    return kind(question.default, placeholder=question.hint, continuous_update=False, **common)


def _wide() -> ipywidgets.Layout:
    return ipywidgets.Layout(width="62em", max_width="100%")
