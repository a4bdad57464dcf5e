"""The schedule file, validated as a whole before anything starts."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from forecasting.publish.parameters import TEMPLATES, checked_parameters, template_named
from forecasting.publish.schedule.times import cron_line, window
from forecasting.store.errors import UsageError, shown
from forecasting.store.foreign import Foreign
from forecasting.store.values import BrokenRuleError, Values, complaint_of, reworded

SCHEDULE = Foreign("a schedule in TOML", "name one with --schedule FILE", most_bytes=1_000_000)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class Entry(Values):
    """One `[[report]]` of a schedule: a template, its cases and parameters, and its times."""

    name: str = Field(description="a name of small letters, digits and hyphens")
    template: str = Field(description="the name of a template")
    every: str = Field(description="daily, weekly, monthly or a cron line")
    cases: Literal["all"] | tuple[str, ...] | None = Field(default=None, description="'all' or a list of case ids")
    parameters: dict[str, Any] = Field(default_factory=dict, description="a table of the template's parameters")
    catch_up: str = Field(default="1 day", description="how long a missed run is made up for, such as '7 days'")
    keep: int | None = Field(default=None, ge=1, description="how many dated reports to keep, from 1")

    @field_validator("name")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise BrokenRuleError(str(cls.model_fields["name"].description), shown(value))
        return value

    @field_validator("template")
    @classmethod
    def _template(cls, value: str) -> str:
        return reworded(template_named, value)

    @field_validator("every")
    @classmethod
    def _times(cls, value: str) -> str:
        return reworded(cron_line, value)

    @field_validator("catch_up")
    @classmethod
    def _window(cls, value: str) -> str:
        reworded(window, value)
        return value

    @field_validator("cases", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @property
    def catches_up(self) -> timedelta:
        """Longest delay after its due time with which a run is still made."""
        return window(self.catch_up)

    def require_parameters(self) -> None:
        """`UsageError` unless the template takes the parameters and the cases are given in exactly one way."""
        takes_case = "case_id" in TEMPLATES[self.template].model_fields
        if not takes_case and self.cases is not None:
            raise UsageError(f"cases: expected none for the template {self.template}, got {self.cases!r}; leave it out")
        if takes_case and (self.cases is None) == ("case_id" not in self.parameters):
            raise UsageError(
                "expected either cases or parameters.case_id, got "
                + ("neither; give one", "both; leave one out")[bool(self.cases)]
            )
        checked_parameters(self.template, self.parameters | ({"case_id": "any"} if self.cases is not None else {}))


class Plan(Values):
    """A schedule: its entries, and optionally a command that is notified of each run."""

    report: tuple[Entry, ...] = Field(description="one [[report]] or more")
    notify: tuple[str, ...] | None = Field(default=None, description="a command as a list of strings")

    @field_validator("report", "notify", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value


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
    text = SCHEDULE.text(path)
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SCHEDULE.error(path, "TOML", str(error)) from None
    try:
        plan = Plan(**content)
    except ValidationError as error:
        raise UsageError("\n".join(_fault(path, content, one) for one in error.errors())) from None
    _require_sound(path, plan)
    return plan


def _require_sound(path: Path, plan: Plan) -> None:
    names = [entry.name for entry in plan.report]
    faults = [
        f"{path}: expected each name once, got {name!r} twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if not plan.report:
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
    loc = details["loc"]
    if len(loc) > 2 and loc[0] == "report" and isinstance(loc[1], int):
        name = content["report"][loc[1]].get("name", loc[1] + 1)
        return f"{path}: report {name!r}: {complaint_of(details, Entry, skip=2)}"
    return f"{path}: {complaint_of(details, Plan)}"
