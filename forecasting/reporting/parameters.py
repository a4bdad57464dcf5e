"""The strict, typed parameters of each report template, checked before anything runs."""

from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from forecasting.errors import UsageError
from forecasting.months import HORIZONS, check_horizons, parse_day, parse_horizons
from forecasting.vocabulary import TARGETS


class CaseReport(BaseModel):
    """Parameters of `case_report`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    case_id: str = Field(description="case of the record")
    as_of: date | None = Field(default=None, description="day whose knowledge is used, YYYY-MM-DD; default: data_end")
    horizons: tuple[int, ...] = Field(default=HORIZONS, description="months after as_of, 1 to 120")
    target: str = Field(default=TARGETS[0], description="concluded or in_force")
    data: Path | None = Field(default=None, description="folder of a record; default: the one shipped")

    @field_validator("as_of", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return _reworded(parse_day, value) if isinstance(value, str) else value

    @field_validator("horizons", mode="before")
    @classmethod
    def _months(cls, value: object) -> object:
        if isinstance(value, str):
            return _reworded(parse_horizons, value)
        return _reworded(check_horizons, tuple(value)) if isinstance(value, list | tuple) else value

    @field_validator("target")
    @classmethod
    def _known_target(cls, value: str) -> str:
        if value not in TARGETS:
            raise ValueError(f"wanted one of {', '.join(TARGETS)}; came {value!r}")
        return value

    @field_validator("data", mode="before")
    @classmethod
    def _folder(cls, value: object) -> object:
        return Path(value).resolve() if isinstance(value, str | Path) else value


class Scorecard(BaseModel):
    """Parameters of `scorecard`: the results beside a record, which are of its end."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    as_of: date | None = Field(default=None, description="the record's end, YYYY-MM-DD, or nothing")
    data: Path | None = Field(default=None, description="folder of a record; default: the one shipped")

    @field_validator("as_of", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return _reworded(parse_day, value) if isinstance(value, str) else value

    @field_validator("data", mode="before")
    @classmethod
    def _folder(cls, value: object) -> object:
        return Path(value).resolve() if isinstance(value, str | Path) else value


TEMPLATES: dict[str, type[BaseModel]] = {"case_report": CaseReport, "scorecard": Scorecard}


def checked_parameters(template: str, parameters: dict[str, Any]) -> Any:
    """The parameters of a template, or a `UsageError` that names each bad one and what it wants."""
    if template not in TEMPLATES:
        raise UsageError(f"wanted a template out of {', '.join(TEMPLATES)}; came {template!r}")
    try:
        return TEMPLATES[template](**parameters)
    except ValidationError as error:
        raise UsageError(f"{template}: " + "; ".join(_complaint(template, e) for e in error.errors())) from None


def _complaint(template: str, error: Any) -> str:
    name = str(error["loc"][0])
    fields = TEMPLATES[template].model_fields
    if error["type"] == "extra_forbidden":
        return f"wanted parameters out of {', '.join(fields)}; came {name!r}"
    said = str(error["msg"]).removeprefix("Value error, ")
    if said.startswith("wanted"):
        return f"{name}: {said}"
    return f"{name}: wanted {fields[name].description}; came {error.get('input')!r}"


def _reworded(parse: Any, value: Any) -> Any:
    try:
        return parse(value)
    except UsageError as error:
        raise ValueError(str(error)) from None
