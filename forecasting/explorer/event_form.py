"""A form for an act of one's own: pick lists, the faults of the facts, and what the act moves."""

from pathlib import Path
from typing import Any

import ipywidgets

from forecasting.artefacts.session import shared_history
from forecasting.artefacts.store import ARTEFACTS
from forecasting.documents.wording import LADDER_NAMES, level_words
from forecasting.explain.overlay_effect import Effect, keep
from forecasting.explorer import words
from forecasting.record.overlays import Folders, overlay_folders
from forecasting.record.own_facts import RefusedError, event_rows, step_rows
from forecasting.record.own_rows import Rows
from forecasting.record.reading import RawRecord
from forecasting.record.vocabulary import EVENT_KINDS, LADDER_LEVELS, LADDER_STATUSES, STANDINGS
from forecasting.store.errors import ForecastingError

LABEL = {"description_width": "16em"}
NO_STEP = ("no step of a ladder", "")


class EventForm(ipywidgets.VBox):
    """Widget that adds an act to an overlay, with the step of a ladder that it is, and shows what that moves.

    Public parts: `folder` of the overlay; the `inputs` by name (`case`, `date`, `known`, `kind`, `actor`, `target`,
    `standing`, `summary`, `source`, `title`, `publisher`, `ladder`, `status`, `evidence`), the `faults` of each, the
    button `keep`, the display `result`, and `effect`, what was moved, or None.

    Parameters
    ----------
    case_id
        The first case; default: the first open one.
    overlay
        Folders of overlays; the act goes to the last, which is made if it does not exist.
    data
        The folder of a record; default: the one shipped.
    artefacts
        The folder of fitted models.

    Examples
    --------
    >>> form = EventForm("mtcr-1987", overlay="mine")
    >>> form.effect is None, dict(form.inputs["actor"].options)["Iran (IRN)"]
    (True, 'IRN')
    """

    def __init__(
        self,
        case_id: str | None = None,
        overlay: Folders = "mine",
        data: str | Path | None = None,
        artefacts: str | Path | None = ARTEFACTS,
    ) -> None:
        """Make an empty form; nothing is written before the button is pressed and every fact is valid."""
        folders = overlay_folders(overlay)
        self._others, self._data, self._artefacts = folders[:-1], data, artefacts
        history = shared_history(data, overlay=[one for one in folders if one.exists()])
        self._types = dict(zip(history.cases["case_id"], history.cases["type"], strict=True))
        names = dict(zip(history.cases["case_id"], history.cases["name"], strict=True))
        cases = sorted((f"{names[one]} ({one})", one) for one in history.open_case_ids())
        if case_id is not None:
            history.case(case_id)
        parties = sorted(
            (f"{name} ({code})", code)
            for code, name in zip(history.parties["code"], history.parties["name"], strict=True)
        )
        self.effect: Effect | None = None
        self.folder = _text("Folder for what is yours", str(folders[-1]) if folders else "mine")
        first = case_id if case_id in {one for _, one in cases} else cases[0][1] if cases else None
        kinds = [("choose", ""), *((words.choice(kind, ""), kind) for kind in EVENT_KINDS)]
        self.inputs: dict[str, Any] = {
            "case": _pick("Which case?", cases, first),
            "date": _text("When was it?", hint="YYYY-MM-DD, YYYY-MM or YYYY"),
            "known": _text("When could it first be known?", hint="empty: on the same day"),
            "kind": _pick("What kind of act?", kinds, ""),
            "actor": _several("Who acted?", parties),
            "target": _several("Towards whom?", parties),
            "standing": _pick("How sure is it?", [(one, one) for one in STANDINGS], STANDINGS[0]),
            "summary": _text("The fact in a sentence", hint="empty: made of the act"),
            "source": _text("Where is it told?", hint="https://... or a source_id of the record"),
            "title": _text("Title of that page", hint="empty: its address"),
            "publisher": _text("Who published it?", hint="empty: its host"),
            "ladder": _pick("Which step is it?", [NO_STEP], ""),
            "status": _pick("And then it is", [("", "")], ""),
            "evidence": _text("What of the step could be known?", hint="needed for a step"),
        }
        self.faults = {name: ipywidgets.HTML() for name in self.inputs}
        self.keep = ipywidgets.Button(
            description="Check, keep and show what it moves",
            button_style="primary",
            layout=ipywidgets.Layout(width="auto"),
        )
        self.result = ipywidgets.HTML()
        rows = [ipywidgets.VBox([self.inputs[name], self.faults[name]]) for name in self.inputs]
        super().__init__([self.folder, *rows, self.keep, self.result])
        self.inputs["case"].observe(lambda _: self._steps(), names="value")
        self.inputs["ladder"].observe(lambda _: self._statuses(), names="value")
        self.keep.on_click(lambda _: self._kept())
        self._steps()

    def _steps(self) -> None:
        """The levels of both ladders, in the words of the case's form."""
        kind = self._types.get(self.inputs["case"].value, "")
        levels = [
            (f"{LADDER_NAMES[ladder]}: level {level}, {level_words(ladder, level, kind)}", f"{ladder} {level}")
            for ladder, most in LADDER_LEVELS.items()
            for level in range(most + 1)
        ]
        self.inputs["ladder"].options = [NO_STEP, *levels]

    def _statuses(self) -> None:
        ladder = str(self.inputs["ladder"].value or "").partition(" ")[0]
        known = LADDER_STATUSES.get(ladder, ("",))
        self.inputs["status"].options = [(one, one) for one in known]

    def rows(self, record: RawRecord) -> Rows:
        """Rows of the act as entered, and of the step of a ladder if one was chosen."""
        given = {name: part.value for name, part in self.inputs.items()}
        act = event_rows(
            record, given["case"], given["date"], given["kind"], list(given["actor"]), list(given["target"]),
            given["source"], given["standing"], known=given["known"] or None, summary=given["summary"],
            title=given["title"], publisher=given["publisher"],
        )  # fmt: skip
        if not given["ladder"]:
            return act
        ladder, _, level = given["ladder"].partition(" ")
        event = act["events"][0]
        step = step_rows(
            record, given["case"], ladder, level, given["status"], event["event_date"], evidence=given["evidence"],
            events=event["event_id"], known=event["known_date"],
        )  # fmt: skip
        looked = [*act.get("looked", ()), *step.get("looked", ())]
        return {**act, "ladders": step["ladders"], "looked": _later(looked)}

    def _kept(self) -> None:
        self.effect, self.keep.disabled = None, True
        self._say({})
        try:
            overlay = [*self._others, self.folder.value]
            self.effect = keep(self.rows, overlay, data=self._data, artefacts=self._artefacts)
            self.result.value = words.moved_by_own(self.effect)
        except RefusedError as error:
            self._say(error.by_field)
            self.result.value = words.refused(
                [said for name, said in error.by_field.items() if name not in self.faults]
            )
        except ForecastingError as error:
            self.result.value = words.not_kept(error)
        finally:
            self.keep.disabled = False

    def _say(self, faults: dict[str, str]) -> None:
        for name, part in self.faults.items():
            part.value = words.fault([faults[name]] if name in faults else [])


def _later(looked: list[Any]) -> list[Any]:
    """One row of several looks at the same case: the latest look, with the latest sight."""
    if not looked:
        return []
    seen = max(looked, key=lambda row: row["last_observed_date"])
    return [{**seen, "looked_until": max(row["looked_until"] for row in looked)}]


def _text(description: str, value: str = "", hint: str = "") -> Any:
    return ipywidgets.Text(
        value, description=description, placeholder=hint, style=LABEL, layout=_wide(), continuous_update=False
    )


def _pick(description: str, options: Any, value: Any) -> Any:
    return ipywidgets.Dropdown(options=options, value=value, description=description, style=LABEL, layout=_wide())


def _several(description: str, options: Any) -> Any:
    return ipywidgets.SelectMultiple(options=options, description=description, style=LABEL, layout=_wide(), rows=6)


def _wide() -> ipywidgets.Layout:
    return ipywidgets.Layout(width="56em", max_width="100%")
