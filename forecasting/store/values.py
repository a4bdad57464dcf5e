"""Forms of plain values, and what is wrong with values that are not of their form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from forecasting.store.errors import UsageError, shown

SHOULD = re.compile(r"^\w+ should (?:be |have |match )")


class Values(BaseModel):
    """Plain values, taken strictly: no unknown key, no key left out, no number that is not finite; never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class BrokenRuleError(ValueError):
    """A rule of a form that does not hold: what it expected, and what it got."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected, self.got = expected, got


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a value: its place (keys joined by dots), what was expected there, and what was found.

    `said` stands for both where a rule has words of its own.
    """

    place: str
    expected: str
    got: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self._said}" if self.place else self._said

    @property
    def _said(self) -> str:
        return self.said or f"expected {self.expected}, got {self.got}"

    @property
    def expected_there(self) -> str:
        """What was expected, with its place."""
        return f"{self.place}: {self.expected}" if self.place else self.expected


def complaint(error: ValidationError, form: type[BaseModel] | None = None, skip: int = 0) -> Complaint:
    """The first thing that is wrong; as `complaint_of`."""
    return complaint_of(error.errors(include_url=False)[0], form, skip)


def complaint_of(details: ErrorDetails, form: type[BaseModel] | None = None, skip: int = 0) -> Complaint:
    """One thing that is wrong, in words.

    Parameters
    ----------
    details
        Of pydantic's error.
    form
        The form whose fields' descriptions say what is expected of them, where they have one.
    skip
        How many parts of the place belong to what holds the form.
    """
    loc = details["loc"][skip:]
    place = ".".join(map(str, loc))
    fields = form.model_fields if form is not None else {}
    if details["type"] == "extra_forbidden":
        known = f"keys out of {', '.join(fields)}" if fields else "only known keys"
        return Complaint("", known, f"the unknown key {shown(place)[1:-1]}")
    if details["type"] == "json_invalid":
        return Complaint("", "a whole JSON object", details["msg"].removeprefix("Invalid JSON: "))
    rule = details.get("ctx", {}).get("error")
    if isinstance(rule, BrokenRuleError):
        return Complaint(place, rule.expected, rule.got)
    if isinstance(rule, ValueError):
        return Complaint(place, "", "", str(rule))
    if details["type"] == "union_tag_invalid":
        tags = details["ctx"]
        return Complaint(place, f"{tags['discriminator']} out of {tags['expected_tags']}", shown(tags["tag"]))
    got = "none" if details["type"] == "missing" else shown(details["input"])
    if loc and (described := fields.get(str(loc[0]))) is not None and described.description:
        return Complaint(str(loc[0]), described.description, got)
    if details["type"] == "missing":
        return Complaint("", f"the key {place}", got)
    return Complaint(place, SHOULD.sub("", details["msg"]), got)


def reworded(parse: Callable[[Any], Any], value: Any) -> Any:
    """What `parse` makes of a value; its `UsageError` as the `ValueError` that a form takes from its rules."""
    try:
        return parse(value)
    except UsageError as error:
        raise ValueError(str(error)) from None
