"""The base of plain values that are read from files."""

from pydantic import BaseModel, ConfigDict


class Values(BaseModel):
    """Plain values, taken strictly: no unknown key, no key left out, no number that is not finite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
