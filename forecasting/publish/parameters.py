"""Typed parameters of the report templates, validated strictly before anything runs.

The same classes serve Python, the command line, batches and schedules. A template consists of a notebook, a class here
and an entry in `TEMPLATES`.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationError, field_validator

from forecasting.artefacts.session import shared_fit, shared_history, shared_record, worked_out_once
from forecasting.artefacts.store import ARTEFACTS
from forecasting.forecasts import open_cases
from forecasting.ledger.chain import ORIGIN
from forecasting.ledger.place import ledger_read
from forecasting.ledger.registration import entries_of, headline_entries
from forecasting.models import DEFAULT, FIRST
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons, parse_day, parse_horizons
from forecasting.record.overlays import overlay_folders
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import LeakageError, UsageError
from forecasting.store.package_data import shipped
from forecasting.store.values import Values, complaint_of, reworded
from forecasting.streams import require_extra


class Mark(Enum):
    """What a parameter is, where it is no choice of what the page is about: marked at the field, and read from there.

    A parameter without a mark makes another report of the same subject, with a folder of its own.
    """

    IN_PATH = "stands in the path of the page already"
    PLACE = "says where something lies, whose content counts and not its path"
    OF_THE_RUN = "is set by a run or a verification, not by who asks, and is left out where there is nothing to say"


Until = Annotated[
    str | None,
    Mark.OF_THE_RUN,
    Field(
        pattern="^[0-9a-f]{64}$",
        description="sha256 of the last entry of the ledger that is read; default: the last that there is",
    ),
]


class Parameters(Values):
    """Parameters of every template, and the paths and titles of its pages.

    Parameters
    ----------
    as_of
        The as_of day; default: the record's end.
    data
        The folder of a record; default: the one shipped.
    overlay
        Folders with rows of one's own, laid over the record; default: none.
    """

    command: ClassVar[str]
    models: ClassVar[tuple[tuple[str, ...], ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()
    """Files and folders beside the record's tables that the page reads."""

    as_of: Annotated[date | None, Mark.IN_PATH] = Field(
        default=None, description="day whose knowledge is used, YYYY-MM-DD; default: data_end"
    )
    data: Annotated[Path | None, Mark.PLACE] = Field(
        default=None, description="folder of a record; default: the one shipped"
    )
    overlay: Annotated[tuple[Path, ...], Mark.PLACE] = Field(
        default=(), description="folders with rows of one's own; default: none"
    )
    record_age: Annotated[int | None, Mark.OF_THE_RUN] = Field(
        default=None, ge=0, le=1200, description="months from the record's end to the run, said on the page if given"
    )
    lost_acts: Annotated[int | None, Mark.OF_THE_RUN] = Field(
        default=None, ge=0, description="acts fewer than at the last run, said on the page if given"
    )

    @field_validator("record_age", "lost_acts", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value

    @field_validator("as_of", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return reworded(parse_day, value) if isinstance(value, str) else value

    @field_validator("data", mode="before")
    @classmethod
    def _folder(cls, value: object) -> object:
        return Path(value).resolve() if isinstance(value, str | Path) else value

    @classmethod
    def marked(cls, mark: Mark) -> tuple[str, ...]:
        """The parameters with a mark."""
        return tuple(name for name, field in cls.model_fields.items() if mark in field.metadata)

    @field_validator("overlay", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        if not isinstance(value, str | Path | list | tuple | None):
            return value
        return tuple(folder.resolve() for folder in reworded(overlay_folders, value))

    def history(self) -> History:
        """The record as of the as_of day; raises as `load_history` does."""
        return shared_history(self.data, self.as_of, self.overlay)

    def checked(self) -> date:
        """The as_of day of the report; `UsageError` or `SchemaError` if the request cannot be answered."""
        return self.history().as_of

    def folder(self) -> Path:
        """The folder of the dated pages of this report, below the folder of all reports.

        A parameter that makes another report of the same subject adds a folder, `target-in_force`; defaults add none.
        """
        return Path(self.home(), *self.variant())

    def variant(self) -> tuple[str, ...]:
        """What distinguishes this report from that of the same subject with all defaults."""
        told = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if not any(mark in field.metadata for mark in Mark) and value != field.default:
                text = "-".join(map(str, value)) if isinstance(value, tuple) else str(value)
                told.append(f"{name}-{text}")
        return tuple(told)

    @classmethod
    def home(cls) -> str:
        """The folder of the reports of this template, below the folder of all reports."""
        return cls.command

    def subject(self) -> str:
        """The subject of the report, for messages."""
        return self.command

    def title(self, content: Mapping[str, Any]) -> str:
        """The title of the page."""
        return str(content["title"])

    def files_read(self) -> dict[str, str]:
        """Hashes of what the page reads beside record, template and code, by name."""
        return {}

    @classmethod
    def head_read(cls, content: Mapping[str, Any]) -> str | None:
        """sha256 of the last entry of the ledger that a page was made from; None where it does not say."""
        del content
        return None

    def share(self) -> None:
        """Load the record and fit the models that other reports of the same day use too."""
        history = self.history()
        for names in self.models:
            shared_fit(history, names, getattr(self, "target", TARGETS[0]), getattr(self, "artefacts", None))
        self.files_read()

    def values(self, day: date) -> dict[str, Any]:
        """The parameters of the notebook: plain values, with the as_of day filled in."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        of_the_run = self.marked(Mark.OF_THE_RUN)
        plain = {name: value for name, value in own.items() if value is not None or name not in of_the_run}
        if not self.overlay:
            del plain["overlay"]
        plain |= {"as_of": day.isoformat()}
        plain |= {name: str(value) for name, value in plain.items() if isinstance(value, Path)}
        return {name: _listed(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _listed(values: tuple[Any, ...]) -> list[Any]:
    return [str(value) if isinstance(value, Path) else value for value in values]


class Forecasting(Parameters):
    """Parameters of templates with forecasts: horizons in months, target, and the folder of fitted models."""

    horizons: tuple[int, ...] = Field(default=HORIZONS, description="months after as_of, 1 to 120")
    target: str = Field(
        default=TARGETS[0], description="concluded or in_force", json_schema_extra={"enum": list(TARGETS)}
    )
    artefacts: Annotated[Path | None, Mark.PLACE] = Field(
        default=ARTEFACTS, description="folder of trained models; without one they are fitted"
    )
    ledger: Annotated[Path | None, Mark.PLACE, Mark.OF_THE_RUN] = Field(
        default=None, description="folder of the ledger in which the forecasts were issued, said on the page if given"
    )
    ledger_until: Until = None
    models: ClassVar[tuple[tuple[str, ...], ...]] = ((*DEFAULT, FIRST),)

    @field_validator("horizons", mode="before")
    @classmethod
    def _months(cls, value: object) -> object:
        if isinstance(value, str):
            return reworded(parse_horizons, value)
        return reworded(check_horizons, tuple(value)) if isinstance(value, list | tuple) else value

    @field_validator("artefacts", "ledger", mode="before")
    @classmethod
    def _as_given(cls, value: object) -> object:
        return Path(value) if isinstance(value, str) else value

    @field_validator("target")
    @classmethod
    def _known_target(cls, value: str) -> str:
        if value not in TARGETS:
            raise ValueError(f"expected one of {', '.join(TARGETS)}, got {value!r}; choose one of them")
        return value

    def files_read(self) -> dict[str, str]:
        """The entries that hold the forecasts if a ledger is named; others, live ones too, make no page an old one."""
        if self.ledger is None:
            return {}
        case_id = getattr(self, "case_id", None)
        found = headline_entries(self.ledger, self.history().as_of, self.target, case_id, self.ledger_until)
        return {one.entry: one.sha256 for one in found}

    @classmethod
    def head_read(cls, content: Mapping[str, Any]) -> str | None:
        """The entry up to which the page counts the live record."""
        return _head(content.get("live"))


class WithEventFiles(Forecasting):
    """Parameters of templates that list unusual activity in event files where they are asked to."""

    streams: Annotated[Path | None, Mark.PLACE, Mark.OF_THE_RUN] = Field(
        default=None,
        description="folder of `streams build` with event files, in which unusual activity is looked for if given",
    )

    @field_validator("streams", mode="before")
    @classmethod
    def _store(cls, value: object) -> object:
        return Path(value).resolve() if isinstance(value, str | Path) else value

    def files_read(self) -> dict[str, str]:
        """Those of every forecast, and the hash of the event files."""
        read = super().files_read()
        if self.streams is None:
            return read
        require_extra()
        from forecasting.streams.unusual import filled_store

        return read | {"streams": filled_store(self.streams).sha256}


class AboutACase(Forecasting):
    """Parameters of templates about one case."""

    beside: ClassVar[tuple[str, ...]] = ("multiverse",)
    case_id: Annotated[str, Mark.IN_PATH] = Field(description="case of the record")
    since: Annotated[date | None, Mark.OF_THE_RUN] = Field(
        default=None,
        description="earlier day to compare with, YYYY-MM-DD; default: that of the page before in the folder, else "
        "four weeks before",
    )

    @field_validator("since", mode="before")
    @classmethod
    def _earlier(cls, value: object) -> object:
        return reworded(parse_day, value) if isinstance(value, str) else value

    def checked(self) -> date:
        """The as_of day; `UsageError` unless the case is open on that day."""
        history = self.history()
        if self.case_id not in history.open_case_ids(self.target):
            open_cases(history, [self.case_id], self.target)
        return history.as_of

    def values(self, day: date) -> dict[str, Any]:
        """The parameters of the notebook, the earlier day as text."""
        plain = super().values(day)
        return plain | {name: plain[name].isoformat() for name in ("since",) if name in plain}

    def folder(self) -> Path:
        """`<home>/<case_id>`, and a folder for each parameter that is not its default."""
        return Path(self.home(), self.case_id, *self.variant())

    def subject(self) -> str:
        """The case."""
        return self.case_id


class CaseReport(AboutACase):
    """Parameters of `case_report`: the forecast of one case."""

    command: ClassVar[str] = "case"

    def share(self) -> None:
        """Work out one report: what it loads and fits is cached for all later ones of this record, day and target."""
        from forecasting.documents.case.content import case_content
        from forecasting.documents.case.explanation_values import compared_with, day_before, earlier_grounds

        history, (target, artefacts) = self.history(), (self.target, self.artefacts)
        worked_out_once(
            (history.sha256, history.as_of, target, str(artefacts)),
            lambda: case_content(history, self.case_id, self.horizons, target, artefacts),
        )
        if compared_with(history, history.case(self.case_id, target)) == day_before(history):
            earlier_grounds(history, day_before(history), target, artefacts)

    @classmethod
    def home(cls) -> str:
        """`cases`."""
        return "cases"

    def title(self, content: Mapping[str, Any]) -> str:
        """The name of the case and the as_of day."""
        return f"{content['case']['name']} - forecast as of {content['as_of']}"


class Brief(WithEventFiles, AboutACase):
    """Parameters of `brief`: one page on one case."""

    command: ClassVar[str] = "brief"

    @classmethod
    def home(cls) -> str:
        """`briefs`."""
        return "briefs"

    def title(self, content: Mapping[str, Any]) -> str:
        """The name of the case and the as_of day."""
        return f"{content['case']['name']} - brief as of {content['as_of']}"


class Portfolio(WithEventFiles):
    """Parameters of `portfolio`: the forecasts of all open cases."""

    command: ClassVar[str] = "portfolio"
    period_months: int = Field(default=3, ge=1, le=120, description="months since the last period, 1 to 120")

    @field_validator("period_months", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class DataQuality(Parameters):
    """Parameters of `data_quality`: faults, gaps and coverage of the record."""

    command: ClassVar[str] = "data-quality"

    def checked(self) -> date:
        """The as_of day; a record with faults is reported on, one that cannot be read is a `SchemaError`."""
        record = shared_record(self.data, self.overlay)
        if self.as_of is not None and self.as_of > record.data_end:
            raise LeakageError(
                f"expected a day up to {record.data_end}, where the record ends, got {self.as_of}; "
                "choose an earlier one"
            )
        return self.as_of or record.data_end

    def share(self) -> None:
        """Do nothing: this report reads the record itself."""


class Scorecard(Parameters):
    """Parameters of `scorecard`: the backtest and ledger beside a record, as of its end."""

    command: ClassVar[str] = "scorecard"
    beside: ClassVar[tuple[str, ...]] = ("REGISTRATION.md",)

    ledger: Annotated[Path | None, Mark.PLACE, Mark.OF_THE_RUN] = Field(
        default=None, description="folder of the ledger; default: $FORECASTING_LEDGER, ./ledger, or that of the record"
    )
    ledger_until: Until = None

    @field_validator("ledger", mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        return Path(value) if isinstance(value, str) else value

    def files_read(self) -> dict[str, str]:
        """The last file of the ledger, which seals all others."""
        folder = ledger_read(self.data or shipped("data"), self.ledger)
        return {"ledger": entries_of(folder, self.ledger_until).head}

    @classmethod
    def head_read(cls, content: Mapping[str, Any]) -> str | None:
        """The last entry that the page scores; zeros where there was no ledger."""
        return ORIGIN if "ledger" in content and content["ledger"] is None else _head(content.get("ledger"))

    def checked(self) -> date:
        """The record's end; `UsageError` for another day, for which there are no results."""
        if self.overlay:
            got = ", ".join(map(str, self.overlay))
            raise UsageError(f"expected no overlay: the results are of the record itself, got {got}; leave it out")
        end = shared_history(self.data).as_of
        if self.as_of not in (None, end):
            raise UsageError(
                f"expected {end}, the record's end, of which the results are, got {self.as_of}; leave as_of out"
            )
        return end


TEMPLATES: dict[str, type[Parameters]] = {
    "case_report": CaseReport,
    "brief": Brief,
    "portfolio": Portfolio,
    "scorecard": Scorecard,
    "data_quality": DataQuality,
}


def _head(held: object) -> str | None:
    """The `head` of a part of a page that may hold anything."""
    head = held.get("head") if isinstance(held, Mapping) else None
    return head if isinstance(head, str) else None


def template_named(name: str) -> str:
    """The name of a template's notebook, from this name or from that on the command line.

    Parameters
    ----------
    name
        Such as `data_quality` or `data-quality`.

    Raises
    ------
    UsageError
        There is no such template.

    Examples
    --------
    >>> template_named("case"), template_named("data_quality")
    ('case_report', 'data_quality')
    """
    named = {kind.command: notebook for notebook, kind in TEMPLATES.items()}
    if not isinstance(name, str) or (name not in TEMPLATES and name not in named):
        raise UsageError(f"expected a template out of {', '.join(named)}, got {name!r}; choose one of them")
    return named.get(name, name)


def checked_parameters(template: str, parameters: Mapping[str, Any]) -> Any:
    """Validated parameters of a template.

    Parameters
    ----------
    template
        Name of the template.
    parameters
        Its parameters by name, as values or as text.

    Returns
    -------
    publish.parameters.Parameters
        An instance of the template's subclass.

    Raises
    ------
    UsageError
        There is no such template, or parameters are invalid; each is named.

    Examples
    --------
    >>> checked_parameters("portfolio", {"as_of": "2026-02-05", "period_months": "6"}).period_months
    6
    """
    name = template_named(template)
    try:
        return TEMPLATES[name](**parameters)
    except ValidationError as error:
        raise UsageError(
            f"{name}: " + "; ".join(str(complaint_of(one, TEMPLATES[name])) for one in error.errors())
        ) from None
