"""The reader of news texts as a table with boxes to tick; what is accepted comes out as rows of the record's tables."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from forecasting.artefacts.session import shared_history
from forecasting.artefacts.store import ARTEFACTS
from forecasting.explain.effects import keep_accepted
from forecasting.explorer import words
from forecasting.reading import Proposal, Reading, read_text, rows_of
from forecasting.record.months import parse_day
from forecasting.record.overlays import Folders, overlay_folders
from forecasting.record.vocabulary import EVENT_KINDS, PLOVER_BY_KIND, PRECISIONS, STANDINGS
from forecasting.store.errors import ForecastingError

FORM_WORDS = {"act": "", "hedged": "not certain", "denied": "said not to have happened", "calendar": "to come"}


class NewsReader(ipywidgets.VBox):
    """Widget in which a news text is pasted, and its proposals are accepted, edited or rejected.

    Public parts: the inputs `text` and `as_of`, the button `read`, the display `status`, the list of `lines` (each with
    the inputs `accept`, `kind`, `actor`, `target`, `day`, `precision` and `standing`), and `reading`, the `Reading`
    shown, or None. `rows()` gives what was accepted; nothing is written before the button `keep` is pressed, which adds
    it to the overlay `folder` with the text's address in `source`, and shows what it moves in `result`.

    Parameters
    ----------
    case_id
        The case.
    as_of
        The day of the text, unless it begins with one; default: today.
    data
        The folder of a record; default: the one shipped.
    source_id
        The source's id in `sources.csv`, entered in the rows.
    overlay
        Folders with rows of one's own; what is kept goes to the last.
    artefacts
        The folder of fitted models.

    Examples
    --------
    >>> reader = NewsReader("mtcr-1987", "1992-02-23")
    >>> reader.text.value = "China said on Saturday that it will abide by the guidelines. That was all that it said."
    >>> reader.read.click()
    >>> [row["kind"] for row in reader.rows()["events"]]
    ['official_signal_positive']
    """

    def __init__(
        self,
        case_id: str,
        as_of: str | date | None = None,
        data: str | Path | None = None,
        source_id: str = "",
        overlay: Folders = None,
        artefacts: str | Path | None = ARTEFACTS,
    ) -> None:
        """Load the record; the text is read when the button is pressed."""
        there = [one for one in overlay_folders(overlay) if one.exists()]
        self._history, self._case, self._source = shared_history(data, overlay=there), case_id, source_id
        self._data, self._overlay, self._artefacts = data, overlay_folders(overlay), artefacts
        day = parse_day(as_of) if isinstance(as_of, str) else as_of or date.today()
        self._history.at(min(day, self._history.as_of)).case(case_id)
        self.reading: Reading | None = None
        self.lines: list[Line] = []
        wide = ipywidgets.Layout(width="100%", max_width="60em", height="14em")
        self.text = ipywidgets.Textarea(
            placeholder="Paste the words of a news text in English", layout=wide, description="Text"
        )
        self.as_of = ipywidgets.DatePicker(value=day, description="Day", step=1)
        self.read = ipywidgets.Button(description="Read", button_style="primary")
        self.status = ipywidgets.HTML()
        self._table = ipywidgets.VBox()
        mine = str(self._overlay[-1]) if self._overlay else "mine"
        self.folder = ipywidgets.Text(mine, description="Your folder", layout=ipywidgets.Layout(width="40em"))
        self.source = ipywidgets.Text(
            source_id, description="Source", placeholder="https://...", layout=ipywidgets.Layout(width="40em")
        )
        self.keep = ipywidgets.Button(
            description="Keep what is ticked", button_style="primary", layout=ipywidgets.Layout(width="auto")
        )
        self.result = ipywidgets.HTML()
        parts = [self.text, self.as_of, self.read, self.status, self._table, self.folder, self.source, self.keep]
        super().__init__([*parts, self.result])
        self.read.on_click(lambda _: self._show())
        self.keep.on_click(lambda _: self._kept())

    def rows(self) -> Mapping[str, list[dict[str, str]]]:
        """Rows of what is ticked, as edited, in the columns of the record's tables: `events` and `calendar`."""
        return rows_of([line.proposal() for line in self.lines if line.accept.value], self._source)

    def _kept(self) -> None:
        overlay = [*self._overlay[:-1], self.folder.value]
        try:
            found = keep_accepted(
                self.rows(), self.source.value, overlay=overlay, data=self._data, artefacts=self._artefacts
            )
            self.result.value = words.moved_by_own(found)
        except ForecastingError as error:
            self.result.value = words.not_kept(error)

    def _show(self) -> None:
        self.lines, self.reading = [], None
        try:
            if self.as_of.value is None:
                self.status.value = "expected a day, got none; choose the day of the text"
            else:
                self.reading = read_text(self.text.value, self._case, self.as_of.value, self._history)
        except ForecastingError as error:
            self.status.value = escape(str(error))
        if self.reading is not None:
            count = len(self.reading.proposals)
            found = f"{count} {'act' if count == 1 else 'acts'} proposed" if count else "no act found"
            self.status.value = f"{found} in {self.reading.sentences} sentences of {self.reading.dateline}"
            self.lines = [Line(proposal) for proposal in self.reading.proposals]
        self._table.children = tuple(line.box for line in self.lines)


class Line:
    """One proposal with its inputs.

    Parameters
    ----------
    proposal
        The proposal; its box is ticked if the text tells it as done.
    """

    def __init__(self, proposal: Proposal) -> None:
        """Make the inputs."""
        self._proposal = proposal
        kinds = EVENT_KINDS if proposal.kind in EVENT_KINDS else (proposal.kind, *EVENT_KINDS)
        self.accept = ipywidgets.Checkbox(value=proposal.is_act, indent=False, description="accept")
        self.kind = ipywidgets.Dropdown(options=kinds, value=proposal.kind)
        self.actor = ipywidgets.Text(";".join(proposal.actor), placeholder="actor")
        self.target = ipywidgets.Text(";".join(proposal.target), placeholder="target")
        self.day = ipywidgets.DatePicker(value=proposal.day, step=1)
        self.precision = ipywidgets.Dropdown(options=PRECISIONS, value=proposal.precision)
        self.standing = ipywidgets.Dropdown(options=STANDINGS, value=proposal.event_row()["standing"])
        said = [FORM_WORDS[proposal.form], proposal.in_record and f"in the record: {proposal.in_record}"]
        note = "; ".join(word for word in said if word)
        sentence = ipywidgets.HTML(f"<small>{proposal.number}: {escape(proposal.sentence)}</small>")
        inputs: list[Any] = [self.accept, self.day, self.precision, self.kind, self.actor, self.target, self.standing]
        for entry in inputs:
            entry.layout = ipywidgets.Layout(width="11em")
        flow = ipywidgets.Layout(flex_flow="row wrap")
        self.box = ipywidgets.VBox(
            [ipywidgets.HBox(inputs, layout=flow), ipywidgets.HTML(f"<b>{escape(note)}</b>"), sentence]
        )

    def proposal(self) -> Proposal:
        """The proposal as edited. A standing that was chosen by hand is kept; the form then no longer lowers it."""
        first = self._proposal
        chosen = self.standing.value != first.event_row()["standing"]
        return replace(
            first,
            kind=self.kind.value,
            plover=first.plover if self.kind.value == first.kind else PLOVER_BY_KIND.get(self.kind.value, "NONE"),
            actor=tuple(code for code in self.actor.value.replace(" ", "").split(";") if code),
            target=tuple(code for code in self.target.value.replace(" ", "").split(";") if code),
            day=self.day.value,
            precision=self.precision.value,
            standing=self.standing.value,
            form="act" if chosen and first.form != "calendar" else first.form,
        )
