"""The schedule file, validated as a whole before anything starts."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from forecasting.ledger import MODELS_ISSUED
from forecasting.publish.parameters import TEMPLATES, Forecasting, Mark, checked_parameters, template_named
from forecasting.publish.schedule.times import cron_line, time_zone, window
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError, shown
from forecasting.store.foreign import Foreign
from forecasting.store.values import BrokenRuleError, Values, complaint_of, reworded

SCHEDULE = Foreign("a schedule in TOML", "name one with --schedule FILE", most_bytes=1_000_000)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class Timed(Values):
    """What the entries of a schedule have in common: a name and times."""

    name: str = Field(description="a name of small letters, digits and hyphens")
    every: str = Field(description="daily, weekly, monthly or a cron line")
    timezone: str = Field(default="UTC", description="the time zone of `every`, such as Europe/Berlin")
    catch_up: str = Field(default="1 day", description="how long a missed run is made up for, such as '7 days'")
    overdue_after: str = Field(default="2 hours", description="how late a run may be, such as '2 hours'")

    @field_validator("name")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise BrokenRuleError(str(cls.model_fields["name"].description), shown(value))
        return value

    @field_validator("every")
    @classmethod
    def _times(cls, value: str) -> str:
        return reworded(cron_line, value)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        reworded(time_zone, value)
        return value

    @field_validator("catch_up", "overdue_after")
    @classmethod
    def _window(cls, value: str) -> str:
        reworded(window, value)
        return value

    @property
    def catches_up(self) -> timedelta:
        """Longest delay after its due time with which a run is still made."""
        return window(self.catch_up)


class Entry(Timed):
    """One `[[report]]` of a schedule: a template, its cases and parameters, and its times."""

    template: str = Field(description="the name of a template")
    cases: Literal["all"] | tuple[str, ...] | None = Field(default=None, description="'all' or a list of case ids")
    parameters: dict[str, Any] = Field(default_factory=dict, description="a table of the template's parameters")
    keep: int | None = Field(default=None, ge=1, description="how many dated reports to keep, from 1")
    issue_first: bool = Field(default=False, description="true to issue its forecasts to the ledger first")
    oldest_record: int = Field(default=12, ge=0, description="most months from the record's end to the run")
    most_lost_acts: int = Field(default=20, ge=0, description="most acts lost since the last run")
    alert_points: float | None = Field(
        default=None,
        gt=0,
        le=100,
        description="points by which an ending must move since a case's page before to be told, above 0 to 100",
    )

    @field_validator("template")
    @classmethod
    def _template(cls, value: str) -> str:
        return reworded(template_named, value)

    @field_validator("cases", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    def require_parameters(self) -> None:
        """`UsageError` unless the template takes the parameters and the cases are given in exactly one way."""
        kind = TEMPLATES[self.template]
        takes_case = "case_id" in kind.model_fields
        if not takes_case and self.cases is not None:
            raise UsageError(f"cases: expected none for the template {self.template}, got {self.cases!r}; leave it out")
        if takes_case and (self.cases is None) == ("case_id" not in self.parameters):
            raise UsageError(
                "expected either cases or parameters.case_id, got "
                + ("neither; give one", "both; leave one out")[bool(self.cases)]
            )
        if taken := [name for name in kind.marked(Mark.OF_THE_RUN) if name in self.parameters]:
            raise UsageError(f"parameters: expected those that a run does not set itself, got {taken[0]}; leave it out")
        if self.alert_points is not None and not takes_case:
            raise UsageError(f"alert_points: expected a template about a case, got {self.template}; leave it out")
        if self.issue_first and not issubclass(kind, Forecasting):
            raise UsageError(f"issue_first: expected a template with forecasts, got {self.template}; leave it out")
        checked_parameters(self.template, self.parameters | ({"case_id": "any"} if self.cases is not None else {}))


class Task(Timed):
    """One `[[task]]` of a schedule: work on the ledger."""

    do: Literal["issue", "resolve"] = Field(description="issue or resolve")
    cases: Literal["all"] | tuple[str, ...] = Field(default="all", description="'all' or a list of case ids")
    models: tuple[str, ...] = Field(default=MODELS_ISSUED, description="a list of models")
    target: str = Field(default=TARGETS[0], description="concluded or in_force")
    data: str | None = Field(default=None, description="the folder of a record")

    @field_validator("cases", "models", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("target")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in TARGETS:
            raise BrokenRuleError(f"one of {', '.join(TARGETS)}", shown(value))
        return value


class Plan(Values):
    """A schedule: its reports and tasks, where the ledger is, and a command that is told what happened."""

    report: tuple[Entry, ...] = Field(default=(), description="a list of [[report]]")
    task: tuple[Task, ...] = Field(default=(), description="a list of [[task]]")
    ledger: str | None = Field(default=None, description="the folder of the ledger")
    notify: tuple[str, ...] | None = Field(default=None, description="a command as a list of strings")

    @field_validator("report", "task", "notify", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @property
    def entries(self) -> tuple[Timed, ...]:
        """Tasks, then reports, in the order in which they are run."""
        return (*self.task, *self.report)


def read_plan(path: Path) -> Plan:
    """Read a schedule.

    Parameters
    ----------
    path
        A TOML file of at most 1 MB.

    Returns
    -------
    Plan
        The schedule.

    Raises
    ------
    UsageError
        The file cannot be read, or has faults; all of them are named, with their entry.
    """
    content = _content(path)
    try:
        plan = Plan(**content)
    except ValidationError as error:
        raise UsageError("\n".join(_fault(path, content, one) for one in error.errors())) from None
    _require_sound(path, plan)
    return plan


def notifier(path: Path) -> tuple[str, ...] | None:
    """The command to notify of a schedule that may have faults elsewhere; None where it names none that is sound."""
    try:
        command = _content(path).get("notify")
    except UsageError:
        return None
    if not isinstance(command, list) or not all(isinstance(part, str) for part in command):
        return None
    return tuple(command) or None


def _content(path: Path) -> dict[str, Any]:
    return SCHEDULE.toml(path)


def _require_sound(path: Path, plan: Plan) -> None:
    names = [entry.name for entry in plan.entries]
    faults = [
        f"{path}: expected each name once, got {name!r} twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if not plan.entries:
        faults.append(f"{path}: expected one [[report]] or more, got none")
    if plan.notify is not None and not plan.notify:
        faults.append(f"{path}: notify: expected a command as a list of strings, got an empty list")
    for entry in plan.report:
        try:
            entry.require_parameters()
        except UsageError as error:
            faults.append(f"{path}: report {entry.name!r}: {error}")
    if faults:
        raise UsageError("\n".join(faults))


def _fault(path: Path, content: dict[str, Any], details: ErrorDetails) -> str:
    loc: Sequence[Any] = details["loc"]
    if len(loc) > 2 and loc[0] in ("report", "task") and isinstance(loc[1], int):
        name = content[loc[0]][loc[1]].get("name", loc[1] + 1)
        form = Entry if loc[0] == "report" else Task
        return f"{path}: {loc[0]} {name!r}: {complaint_of(details, form, skip=2)}"
    return f"{path}: {complaint_of(details, Plan)}"
