"""Conversion of values to JSON and arrays and back, by declared forms: only instances of expected classes are built."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import partial
from math import isfinite
from typing import Any, Protocol

import numpy as np

from forecasting.artefacts.runs import packed, unpacked
from forecasting.store.errors import shown
from forecasting.store.npz import Arrays


@dataclass
class Axes:
    """Lengths of the named axes of one model: computed by `own`, or set by the first array that has the axis."""

    own: Mapping[str, Callable[[], int]] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)

    def require(self, axis: str, length: int, place: str) -> None:
        """`ValueError` unless the axis has that length."""
        if axis not in self.lengths:
            self.lengths[axis] = self.own[axis]() if axis in self.own else length
        if length != self.lengths[axis]:
            raise ValueError(f"expected {self.lengths[axis]} {axis} in {place}, got {length}")

    def inner(self) -> "Axes":
        """Axes for a part: lengths first met in the part apply to it alone."""
        return Axes(self.own, dict(self.lengths))


@dataclass(frozen=True)
class Spot:
    """Position of a value: its `name` among the arrays, the axes that apply there, and the model it is part of."""

    name: str
    arrays: Arrays
    axes: Axes
    model: Any = None

    def at(self, part: object) -> "Spot":
        """Position of a part."""
        return Spot(f"{self.name}.{part}", self.arrays, self.axes, self.model)

    def inner(self) -> "Spot":
        """The same position, with axes of its own."""
        return Spot(self.name, self.arrays, self.axes.inner(), self.model)

    def require(self, right: bool, expected: str, plain: object) -> None:
        """Raise `ValueError` unless `right`."""
        if not right:
            raise ValueError(f"expected {expected} at {self.name}, got {shown(plain)}")


class Form(Protocol):
    """Form of a value: writing (`plain`) and reading (`value`); both raise `ValueError` for a value of another form."""

    def plain(self, value: Any, spot: Spot) -> Any:
        """The value as JSON; its arrays are added to those of the position."""

    def value(self, plain: Any, spot: Spot) -> Any:
        """The value; its arrays are taken from those of the position."""


@dataclass(frozen=True)
class Scalar:
    """A whole number, a finite number or a text: of exactly that type."""

    kind: type[int] | type[float] | type[str]

    def plain(self, value: Any, spot: Spot) -> Any:
        """The value itself, if it is of that type."""
        names = {int: "a whole number", float: "a finite number", str: "a text"}
        right = type(value) is self.kind and (not isinstance(value, float) or isfinite(value))
        spot.require(right, names[self.kind], value)
        return value

    value = plain


@dataclass(frozen=True)
class Array:
    """Finite numbers; `axes` names the axes in order."""

    axes: str

    def plain(self, value: Any, spot: Spot) -> Any:
        """Its shape; the numbers go into the arrays."""
        return packed(value, spot.name, spot.arrays)

    def value(self, plain: Any, spot: Spot) -> Any:
        """The array, if each axis has its length."""
        axes = self.axes.split()
        numbers = unpacked(plain, spot.name, spot.arrays)
        spot.require(numbers.ndim == len(axes), f"an array of {' x '.join(axes)}", numbers.shape)
        for axis, length in zip(axes, numbers.shape, strict=True):
            spot.axes.require(axis, length, spot.name)
        return numbers


@dataclass(frozen=True)
class WholeNumbers:
    """A one-dimensional array of whole numbers, as a list; `axis` names its axis."""

    axis: str

    def plain(self, value: Any, spot: Spot) -> Any:
        """The numbers."""
        right = isinstance(value, np.ndarray) and value.dtype == np.int64 and value.ndim == 1
        spot.require(right, "a row of whole numbers", value)
        return value.tolist()

    def value(self, plain: Any, spot: Spot) -> Any:
        """The array, if it has its length."""
        spot.require(isinstance(plain, list) and all(type(n) is int for n in plain), "a list of whole numbers", plain)
        spot.axes.require(self.axis, len(plain), spot.name)
        return np.array(plain, dtype=np.int64)


@dataclass(frozen=True)
class Items:
    """A list, or what `made` makes of one, of any length or of that of an axis."""

    each: Form
    axis: str = ""
    made: Callable[[list[Any]], Any] = list

    def plain(self, value: Any, spot: Spot) -> Any:
        """Each part in turn."""
        return [self.each.plain(part, spot.at(number)) for number, part in enumerate(value)]

    def value(self, plain: Any, spot: Spot) -> Any:
        """Each part in turn; an axis first met in a part has its length in that part alone."""
        spot.require(isinstance(plain, list), "a list", plain)
        if self.axis:
            spot.axes.require(self.axis, len(plain), spot.name)
        return self.made([self.each.value(part, spot.at(number).inner()) for number, part in enumerate(plain)])


@dataclass(frozen=True)
class Fixed:
    """A tuple with a form for each place."""

    forms: tuple[Form, ...]

    def plain(self, value: Any, spot: Spot) -> Any:
        """Each part by the form of its place."""
        return [form.plain(part, spot.at(n)) for n, (form, part) in enumerate(zip(self.forms, value, strict=True))]

    def value(self, plain: Any, spot: Spot) -> Any:
        """Each part by the form of its place."""
        right = isinstance(plain, list) and len(plain) == len(self.forms)
        spot.require(right, f"a list of {len(self.forms)}", plain)
        return tuple(form.value(part, spot.at(n)) for n, (form, part) in enumerate(zip(self.forms, plain, strict=True)))


@dataclass(frozen=True)
class Pairs:
    """A dictionary with any keys, each once."""

    key: Form
    each: Form

    def plain(self, value: Any, spot: Spot) -> Any:
        """A list of pairs, since keys need not be texts."""
        return Items(Fixed((self.key, self.each))).plain(value.items(), spot)

    def value(self, plain: Any, spot: Spot) -> Any:
        """The dictionary, in the order that it was written in."""
        pairs = Items(Fixed((self.key, self.each))).value(plain, spot)
        spot.require(len(dict(pairs)) == len(pairs), "each key once", [key for key, _ in pairs])
        return dict(pairs)


@dataclass(frozen=True)
class Parts:
    """A dataclass, or a dictionary with known keys, `made` of its fields."""

    made: Callable[..., Any]
    fields: Mapping[str, Form]

    def plain(self, value: Any, spot: Spot) -> Any:
        """Each field by its own form."""
        parts = value if isinstance(value, dict) else {name: getattr(value, name) for name in self.fields}
        return {name: form.plain(parts[name], spot.at(name)) for name, form in self.fields.items()}

    def value(self, plain: Any, spot: Spot) -> Any:
        """Made of the fields, if it has these and no other."""
        require_keys(plain, self.fields, spot)
        return self.made(**{name: form.value(plain[name], spot.at(name)) for name, form in self.fields.items()})


@dataclass(frozen=True)
class Estimator:
    """A fitted estimator: its parameters, and the fitted attributes that a forecast needs, in the order of reading.

    `axes` computes lengths from the model, as far as it has been read. As part of another model it is made by
    `unfitted` of that model; by default it has that model's parameters of the same names, and else its defaults.
    `finished` is called on a model of which all has been read.
    """

    made: type[Any]
    fields: Mapping[str, Form]
    axes: Mapping[str, Callable[[Any], int]]
    unfitted: Callable[[Any], Any] | None = None
    finished: Callable[[Any], None] | None = None

    def plain(self, value: Any, spot: Spot) -> Any:
        """Parameters and fitted attributes; a part of a model must have the parameters that it would be read with."""
        if spot.model is not None:
            self._require_parameters(self._unfitted_in(spot.model), _as_json(_parameters(value)), spot)
        spot = Spot(spot.name, spot.arrays, Axes(), value)
        own = {name: form.plain(getattr(value, name), spot.at(name)) for name, form in self.fields.items()}
        return {"parameters": _as_json(_parameters(value)), **own}

    def value(self, plain: Any, spot: Spot) -> Any:
        """The estimator as a part of the model that is being read."""
        return self.fitted(self._unfitted_in(spot.model), plain, spot)

    def fitted(self, model: Any, plain: Any, spot: Spot) -> Any:
        """The unfitted model made a fitted one that forecasts, and can be fitted anew."""
        require_keys(plain, ("parameters", *self.fields), spot)
        self._require_parameters(model, plain["parameters"], spot)
        axes = Axes({axis: partial(length, model) for axis, length in self.axes.items()})
        for name, form in self.fields.items():
            setattr(model, name, form.value(plain[name], Spot(f"{spot.name}.{name}", spot.arrays, axes, model)))
        if self.finished is not None:
            self.finished(model)
        return model

    def _unfitted_in(self, outer: Any) -> Any:
        if self.unfitted is not None:
            return self.unfitted(outer)
        shared = set(self.made().get_params()) & set(outer.get_params())
        return self.made(**{name: value for name, value in outer.get_params().items() if name in shared})

    def _require_parameters(self, model: Any, parameters: Any, spot: Spot) -> None:
        require_keys(parameters, _parameters(model), spot.at("parameters"))
        for name, own in _as_json(_parameters(model)).items():
            got = parameters[name]
            spot.at(f"parameters.{name}").require(json.dumps(got) == json.dumps(own), shown(own), got)


def require_keys(plain: Any, names: Iterable[str], spot: Spot) -> None:
    """`ValueError` unless it is a JSON object with these keys and no other."""
    spot.require(isinstance(plain, dict), "a JSON object", plain)
    missing = [name for name in names if name not in plain]
    spot.require(not missing, f"the key {', '.join(missing)}", list(plain))
    more = [name for name in plain if name not in set(names)]
    spot.require(not more, f"no key but {', '.join(names)}", more)


def _parameters(model: Any) -> dict[str, Any]:
    """Parameters of an estimator; a part of it is one of them."""
    return dict(model.get_params(deep=False))


def _as_json(value: Any) -> Any:
    """A parameter as JSON: a tuple as a list, an estimator or a dataclass as an object of its own parameters."""
    if hasattr(value, "get_params"):
        return _as_json(_parameters(value))
    if is_dataclass(value) and not isinstance(value, type):
        return _as_json(asdict(value))
    if isinstance(value, dict):
        return {name: _as_json(own) for name, own in value.items()}
    return [_as_json(own) for own in value] if isinstance(value, tuple | list) else value
