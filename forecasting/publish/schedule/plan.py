"""The schedule file, checked whole before anything starts."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from forecasting.publish.parameters import TEMPLATES, checked_parameters, template_named
from forecasting.publish.schedule.times import cron_line, window
from forecasting.store.errors import UsageError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class Entry(BaseModel):
    """One `[[report]]` of a schedule: what to render, and when."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

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
            raise ValueError(f"wanted {cls.model_fields['name'].description}; came {value!r}")
        return value

    @field_validator("template")
    @classmethod
    def _template(cls, value: str) -> str:
        return _reworded(template_named, value)

    @field_validator("every")
    @classmethod
    def _times(cls, value: str) -> str:
        return _reworded(cron_line, value)

    @field_validator("catch_up")
    @classmethod
    def _window(cls, value: str) -> str:
        _reworded(window, value)
        return value

    @field_validator("cases", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @property
    def catches_up(self) -> timedelta:
        """For how long a missed run is made up."""
        return window(self.catch_up)

    def require_parameters(self) -> None:
        """`UsageError` unless the template takes the parameters and says which cases are meant."""
        takes_case = "case_id" in TEMPLATES[self.template].model_fields
        if not takes_case and self.cases is not None:
            raise UsageError(f"cases: wanted none for the template {self.template}; came {self.cases!r}")
        if takes_case and (self.cases is None) == ("case_id" not in self.parameters):
            raise UsageError("wanted either cases or parameters.case_id; came " + ("neither", "both")[bool(self.cases)])
        checked_parameters(self.template, self.parameters | ({"case_id": "any"} if self.cases is not None else {}))


class Plan(BaseModel):
    """A schedule: its entries, and optionally the command that is told about each run."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    report: tuple[Entry, ...] = Field(description="one [[report]] or more")
    notify: tuple[str, ...] | None = Field(default=None, description="a command as a list of strings")

    @field_validator("report", "notify", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value


def read_plan(path: Path) -> Plan:
    """The schedule in a TOML file; `UsageError` names every fault of it: which entry, what was wanted, what came."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"wanted a schedule, --schedule FILE; came {path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: wanted TOML; came {error}") from None
    try:
        plan = Plan(**content)
    except ValidationError as error:
        raise UsageError("\n".join(_complaint(path, content, one) for one in error.errors())) from None
    _require_sound(path, plan)
    return plan


def _require_sound(path: Path, plan: Plan) -> None:
    names = [entry.name for entry in plan.report]
    faults = [
        f"{path}: wanted each name once; came {name!r} twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if not plan.report:
        faults.append(f"{path}: wanted one [[report]] or more; came none")
    if plan.notify is not None and not plan.notify:
        faults.append(f"{path}: notify: wanted a command as a list of strings; came an empty list")
    for entry in plan.report:
        try:
            entry.require_parameters()
        except UsageError as error:
            faults.append(f"{path}: report {entry.name!r}: {error}")
    if faults:
        raise UsageError("\n".join(faults))


def _complaint(path: Path, content: dict[str, Any], error: Any) -> str:
    place, kind = error["loc"], Plan
    said = f"{path}"
    if len(place) > 2 and place[0] == "report":
        kind = Entry  # type: ignore[assignment]
        entry = content["report"][place[1]]
        said += f": report {entry.get('name', place[1] + 1)!r}"
        place = place[2:]
    fields = kind.model_fields
    name = str(place[0])
    if error["type"] == "extra_forbidden":
        return f"{said}: wanted keys out of {', '.join(fields)}; came {name!r}"
    words = str(error["msg"]).removeprefix("Value error, ")
    if words.startswith("wanted"):
        return f"{said}: {name}: {words}"
    came = "nothing" if error["type"] == "missing" else repr(error.get("input"))
    return f"{said}: {name}: wanted {fields[name].description}; came {came}"


def _reworded(check: Any, value: str) -> Any:
    try:
        return check(value)
    except UsageError as error:
        raise ValueError(str(error)) from None
