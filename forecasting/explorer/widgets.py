"""The explorer: widgets to choose case, as_of day, target and condition, and to show the forecasts."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets

from forecasting.artefacts.session import is_at_hand, shared_history
from forecasting.artefacts.store import ARTEFACTS
from forecasting.documents.case.material import MODELS_SHOWN
from forecasting.explorer import words
from forecasting.explorer.outlook import Outlook, outlook, session_of
from forecasting.forecasts.uncertain import ENDORSED, MARGINAL, NOT_ENDORSED
from forecasting.record.history import History
from forecasting.record.months import parse_day
from forecasting.record.overlays import Folders
from forecasting.record.panel import check_choice
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import ForecastingError

FIRST_CASE = "new-start-post-expiry-2026"
GIVENS = (("as coded", MARGINAL), ("endorsed", ENDORSED), ("not endorsed", NOT_ENDORSED))
NOTHING = ("nothing more", "")
WIDE = {"description_width": "9em"}
KEPT = 64
CHART = "Chance of each ending by years after the day, by the forecast and what stands under it; numbers stand below."


class ForecastExplorer(ipywidgets.VBox):
    """Widget that shows the forecast and what stands under it for a case and day of choice.

    Public parts: the inputs `case`, `as_of`, `target`, `given` (whether leaders endorse the case, if that is uncertain)
    and `act` (a rung, strain or endorsement supposed); the button `fit` for a day without fitted models; the displays
    `status`, `why`, `figure`, `table` and `moves`; and `outlook`, the `Outlook` shown, or None.

    Parameters
    ----------
    case_id
        The first case shown.
    as_of
        The first as_of day; default: the record's end.
    target
        The first target, `concluded` or `in_force`.
    data
        The folder of a record; default: the one shipped.
    artefacts
        The folder of fitted models.
    overlay
        Folders with rows of one's own, laid over the record.

    Raises
    ------
    UsageError
        As by `ask`, for the first case and day.

    Examples
    --------
    >>> explorer = ForecastExplorer("mtcr-1987", "1990-01-01")
    >>> explorer.as_of.value.isoformat()
    '1990-01-01'
    """

    def __init__(
        self,
        case_id: str = FIRST_CASE,
        as_of: str | date | None = None,
        target: str = TARGETS[0],
        data: str | Path | None = None,
        artefacts: str | Path | None = ARTEFACTS,
        overlay: Folders = None,
    ) -> None:
        """Load the record, and load or fit the models of the first day."""
        check_choice(target, "forward")
        self._data, self._artefacts, self._overlay = data, artefacts, overlay
        whole = shared_history(data, overlay=overlay)
        history = whole.at(parse_day(as_of) if isinstance(as_of, str) else as_of or whole.as_of)
        self.outlook: Outlook | None = None
        self._answers = lru_cache(maxsize=KEPT)(self._answer)
        self.case = ipywidgets.Dropdown(
            options=_cases(history, target, case_id), value=case_id, description="Case", style=WIDE, layout=_broad()
        )
        self.as_of = ipywidgets.DatePicker(
            value=history.as_of, max=whole.as_of, description="As of", style=WIDE, step=1
        )
        self.target = ipywidgets.Dropdown(
            options=[(words.TARGET_WORDS[name], name) for name in TARGETS],
            value=target,
            description="Formal is what is",
            style=WIDE,
        )
        self.given = ipywidgets.ToggleButtons(
            options=GIVENS, value=MARGINAL, description="Leaders endorse it", style=WIDE, layout=_broad()
        )
        self.act = ipywidgets.Dropdown(
            options=[NOTHING], value="", description="If it were known", style=WIDE, layout=_broad()
        )
        self.fit = ipywidgets.Button(description="", button_style="primary", layout=ipywidgets.Layout(width="auto"))
        self.status, self.why, self.figure, self.table, self.moves = (ipywidgets.HTML() for _ in range(5))
        super().__init__(
            [
                self.case,
                ipywidgets.HBox([self.as_of, self.target]),
                self.given,
                self.act,
                self.status,
                self.fit,
                self.why,
                self.figure,
                self.table,
                self.moves,
            ]
        )
        self._watch(True)
        self.fit.on_click(lambda _: self._show(may_fit=True))
        self._show(may_fit=True)

    def _watch(self, on: bool) -> None:
        for picker in (self.case, self.as_of, self.target, self.given, self.act):
            (picker.observe if on else picker.unobserve)(self._changed, names="value")

    def _changed(self, change: dict[str, Any]) -> None:
        if change["owner"] is not self.act and change["owner"] is not self.given:
            self._set(self.act, [NOTHING], "")
        self._show()

    def _show(self, may_fit: bool = False) -> None:
        """Update the displays to the inputs; an error is shown as a message."""
        try:
            self._shown(may_fit)
        except ForecastingError as error:
            self._blank(words.no_answer(error))

    def _shown(self, may_fit: bool) -> None:
        if self.as_of.value is None:
            self._blank(words.paragraph("Choose a day."))
            return
        history = shared_history(self._data, self.as_of.value, self._overlay)
        self._set(self.case, _cases(history, self.target.value, self.case.value), self.case.value)
        if self.case.value not in history.open_case_ids(self.target.value):
            history.case(self.case.value)
        if not is_at_hand(history, MODELS_SHOWN, self.target.value, self._artefacts):
            fitting = words.paragraph("Fitting the models of this day ...")
            self._blank(fitting if may_fit else words.unfitted(history.as_of))
            self.fit.description = f"Fit the models as of {history.as_of}"
            self.fit.layout.display = "none" if may_fit else None
            if not may_fit:
                return
        self._display(self._answers(self.case.value, history.as_of, self.target.value))

    def _answer(self, case_id: str, as_of: date, target: str) -> Outlook:
        return outlook(session_of(as_of, target, self._data, self._artefacts, self._overlay), case_id)

    def _display(self, found: Outlook) -> None:
        """Show an outlook, figure and table first: the browser shows them while drivers and what-ifs are computed."""
        self.outlook = found
        self.given.disabled = len(found.givens) == 1
        self._set(self.given, GIVENS, self.given.value if self.given.value in found.givens else MARGINAL)
        given, act = self.given.value, self.act.value
        self.fit.layout.display = "none"
        self.figure.value = words.figure(found.plot(given, found.suppose(act, given) if act else None).svg(), CHART)
        self.table.value = words.table(found.to_frame(given))
        status = words.status(found.session.artefact, found.case, self.given.disabled)
        self.status.value = f"{status}{words.made_with(found.session.history.record)}"
        self.why.value = words.paragraph(found.why(given))
        self._set(self.act, [NOTHING, *((words.supposition(one), one.what) for one in found.what_ifs)], act)
        self.moves.value = words.moved_by(found.what_ifs, found.horizon)

    def _blank(self, message: str) -> None:
        self.outlook = None
        self.status.value = message
        self.fit.layout.display = "none"
        for part in (self.why, self.figure, self.table, self.moves):
            part.value = ""

    def _set(self, picker: Any, options: Any, value: Any) -> None:
        """Set the options and value of an input without triggering an update."""
        options = tuple(options)
        if (tuple(picker.options), picker.value) == (options, value):
            return
        self._watch(False)
        try:
            picker.options, picker.value = options, value
        finally:
            self._watch(True)


def _broad() -> ipywidgets.Layout:
    return ipywidgets.Layout(width="44em", max_width="100%")


def _cases(history: History, target: str, chosen: str) -> list[tuple[str, str]]:
    """The cases open on the as_of day, by name, and the chosen one, so that a change of day does not change it."""
    names = dict(zip(history.cases["case_id"], history.cases["name"], strict=True))
    listed = {one: f"{names[one]} ({one})" if one in names else one for one in {*history.open_case_ids(target), chosen}}
    return sorted(((text, one) for one, text in listed.items()), key=lambda option: option[0].lower())
