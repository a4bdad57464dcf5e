"""What is wrong with a value, in words: its place, what was expected there, what was found."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from forecasting.store.errors import UsageError
from forecasting.store.values import BrokenRuleError, Values, complaint, reworded


class Inner(Values):
    kind: Literal["inner"] = "inner"
    number: int = Field(default=0, ge=0)


class Other(Values):
    kind: Literal["other"] = "other"


class Outer(Values):
    name: str = Field(default="", description="a name")
    share: float = 0.0
    inner: Inner | None = None
    either: Annotated[Inner | Other, Field(discriminator="kind")] | None = None

    @field_validator("share")
    @classmethod
    def _is_share(cls, value: float) -> float:
        if value > 1:
            raise ValueError("no share is so large")
        return value

    @model_validator(mode="after")
    def _holds(self) -> "Outer":
        if self.name == "x":
            raise BrokenRuleError("another name", self.name)
        return self


@pytest.mark.parametrize(
    ("values", "plain", "described"),
    [
        ({"colour": 1}, "expected only known keys, got the unknown key colour", "expected keys out of name, share, inner, either, got the unknown key colour"),
        ({"name": 7}, "name: expected a valid string, got 7", "name: expected a name, got 7"),
        ({"inner": {"number": -1}}, "inner.number: expected greater than or equal to 0, got -1", None),
        ({"inner": {"number": True}}, "inner.number: expected a valid integer, got True", None),
        ({"share": float("nan")}, "share: expected a finite number, got nan", None),
        ({"share": 2.0}, "share: no share is so large", None),
        ({"name": "x"}, "expected another name, got x", None),
        ({"either": {"kind": "third"}}, "either: expected 'kind' out of 'inner', 'other', got 'third'", None),
        ({"name": ["a" * 200]}, f"name: expected a valid string, got ['{'a' * 78}... (204 characters)", f"name: expected a name, got ['{'a' * 78}... (204 characters)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(values, plain, described):
    with pytest.raises(ValidationError) as refused:
        Outer(**values)
    assert str(complaint(refused.value)) == plain
    assert str(complaint(refused.value, Outer)) == (described or plain)


def test_values_are_taken_strictly_and_never_changed():
    outer = Outer(name="a")
    with pytest.raises(ValidationError, match="frozen"):
        outer.name = "b"
    with pytest.raises(ValidationError) as refused:
        Outer(share="0.5")
    assert str(complaint(refused.value)) == "share: expected a valid number, got '0.5'"


def test_a_usage_error_becomes_the_error_of_a_rule():
    def refuse(value: Any) -> Any:
        raise UsageError(f"expected something else, got {value}; try again")

    with pytest.raises(ValueError, match="^expected something else, got 7; try again$"):
        reworded(refuse, 7)
    assert reworded(str, 7) == "7"
