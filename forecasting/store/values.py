"""Base class of typed plain values, and messages for values that do not have their form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from forecasting.store.errors import UsageError, shown

SHOULD = re.compile(r"^\w+ should (?:be |have |match )")


class Values(BaseModel):
    """Immutable plain values, validated strictly: no unknown or missing key, no conversion of types, finite numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class BrokenRuleError(ValueError):
    """A rule of a form is broken.

    Parameters
    ----------
    expected, got
        The two halves of the message.
    """

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected, self.got = expected, got


@dataclass(frozen=True)
class Complaint:
    """One fault of a value.

    Parameters
    ----------
    place
        Its keys, joined by dots; empty for the whole value.
    expected, got
        The two halves of the message.
    said
        The whole message instead of both, if the broken rule words its own.
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
        """`expected`, preceded by the place."""
        return f"{self.place}: {self.expected}" if self.place else self.expected


def complaint(error: ValidationError, form: type[BaseModel] | None = None, skip: int = 0) -> Complaint:
    """The first fault of a validation; parameters as for `complaint_of`."""
    return complaint_of(error.errors(include_url=False)[0], form, skip)


def complaint_of(details: ErrorDetails, form: type[BaseModel] | None = None, skip: int = 0) -> Complaint:
    """One fault of a validation in the words of this package.

    Parameters
    ----------
    details
        The fault, as pydantic describes it.
    form
        The form; the descriptions of its fields, if any, say what is expected of them.
    skip
        Number of leading parts of the place that belong to the container of the form.

    Examples
    --------
    >>> class Question(Values):
    ...     horizon: int
    >>> try:
    ...     Question(horizon="12")
    ... except ValidationError as error:
    ...     print(complaint_of(error.errors()[0]))
    horizon: expected a valid integer, got '12'
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
    """The result of `parse`, with a `UsageError` turned into the `ValueError` that pydantic takes from validators."""
    try:
        return parse(value)
    except UsageError as error:
        raise ValueError(str(error)) from None
