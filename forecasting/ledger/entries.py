"""The form of ledger entries: their keys, the rules of their values, and their canonical encoding."""

import json
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from forecasting.record.forms import SLUG
from forecasting.record.months import LONGEST_HORIZON, deadline
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import Fault, LedgerError, shown
from forecasting.store.foreign import parsed_json
from forecasting.store.values import BrokenRuleError, Values, complaint

TOLERANCE = 1e-6
ROUNDING = 3e-5
"""Most that the rounding of four probabilities to 5 decimals, with the remainder in one of them, moves any of them."""
LIVE_DAYS = 120
VOID = "void"
LIVE, REPLAY = "live", "replay"
Kind = Literal["live", "replay"]
Target = Literal["concluded", "in_force"]
State = Literal["formalized", "collapsed", "faded", "ongoing"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=80)]
Name = Annotated[str, Field(pattern="^[a-z0-9]+(_[a-z0-9]+)*$", max_length=40)]
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
Text = Annotated[
    str, Field(min_length=1, max_length=1000, pattern=rf"^[^\s{CONTROLS}]([^{CONTROLS}]*[^\s{CONTROLS}])?$")
]
Chance = Annotated[float, Field(ge=0.0, le=1.0)]
Rows = tuple[tuple[Chance, ...], ...]


class Form(Values, strict=False):
    """Values of an entry; dates may be given as ISO 8601 text, as in the file."""


class Entry(Form):
    """Keys of every entry: its number, the sha256 of the file before it, and the day on which it was written."""

    sequence: int = Field(ge=1, le=999_999)
    previous: Sha256
    issued_on: date


class Wheel(Form):
    """File name and sha256 of a wheel."""

    name: Text
    sha256: Sha256


class Code(Form):
    """The code that made a forecast: version of the package and hash of its modules.

    Since the second registration also what it can be had again by: the commit of a clone (`is_changed` 1 where the
    package differed from it) or the wheel, and the versions of Python and of the libraries that numbers come from.
    """

    version: Text
    sha256: Sha256
    commit: Annotated[str, Field(pattern="^[0-9a-f]{40}$")] | None = None
    is_changed: Literal[0, 1] | None = None
    wheel: Wheel | None = None
    python: Text | None = None
    libraries: dict[Text, Text] | None = None


class Lineage(Form):
    """How a forecast came about, by horizon and state: `raw`, `recalibrated`, then `pooled` with the base rate.

    `pooled` is (1 - base_share) x recalibrated + base_share x base_rate; rounded, it is the probability published.
    """

    raw: Rows
    recalibrated: Rows
    base_rate: Rows | None = None
    base_share: Chance | None = None
    pooled: Rows


class CaseForecast(Form):
    """Forecast of a case: probabilities (n_horizons, n_states) with bounds; `reference`: that of the base rate.

    `lineage`, which older entries do not have, says how the probabilities came about.
    """

    case_id: Slug
    cluster_id: Slug
    probability: Rows
    lower: Rows
    upper: Rows
    reference: Rows | None = None
    lineage: Lineage | None = None

    @property
    def base_rate(self) -> Rows:
        """The base rate's probabilities."""
        return self.probability if self.reference is None else self.reference


class Abstention(Form):
    """A case for which the model abstained, and the reason: what lay outside its applicability domain."""

    case_id: Slug
    reason: Text


class Issue(Entry):
    """Forecasts of one model as of one day, and the cases for which it abstained; each case is in one of the two.

    `unknown`: forecasts of cases whose state was unknown on that day, since nobody had seen them for long.
    """

    entry: Literal["issue"]
    kind: Kind
    model: Name
    reference_model: Name
    as_of: date
    record_end: date
    record_sha256: Sha256
    code: Code
    target: Target
    population: Literal["forward", "pooled"]
    level: Annotated[float, Field(gt=0.0, lt=1.0)]
    horizons: tuple[int, ...]
    deadlines: tuple[date, ...]
    states: tuple[State, ...]
    question: Text
    rule: Text
    forecasts: tuple[CaseForecast, ...]
    abstained: tuple[Abstention, ...] | None = Field(default=None, min_length=1)
    unknown: tuple[Slug, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _require(self.states == STATES, f"states {', '.join(STATES)}", ", ".join(self.states))
        months = tuple(sorted(set(self.horizons) & set(range(1, LONGEST_HORIZON + 1))))
        _require(bool(months) and months == self.horizons, "horizons in order, each once", self.horizons)
        due = tuple(deadline(self.as_of, horizon) for horizon in self.horizons)
        _require(self.deadlines == due, "deadlines that run from as_of", ", ".join(map(str, self.deadlines)))
        cases = [forecast.case_id for forecast in self.forecasts]
        silent = self.silent
        for named in (cases, silent):
            _require(named == sorted(set(named)), "cases in order, each once", named)
        _require(not set(cases) & set(silent), "a forecast of a case, or the reason why there is none", silent)
        _require(bool(cases or silent), "at least one case", cases)
        unknown = list(self.unknown or ())
        _require(unknown == sorted(set(unknown) & set(cases)), "cases with a forecast, in order, each once", unknown)
        check_kind(self.kind, self.as_of, self.issued_on)
        _require_own_end(self.kind, self.as_of, self.record_end)
        for forecast in self.forecasts:
            _check_rows(forecast, len(self.horizons))
            is_itself = self.model == self.reference_model
            got = f"{'none' if forecast.reference is None else 'one'} for {forecast.case_id}"
            _require((forecast.reference is None) == is_itself, "a reference beside any other model than itself", got)
        return self

    @property
    def silent(self) -> list[str]:
        """Cases for which the model abstained."""
        return [each.case_id for each in self.abstained or ()]

    @property
    def case_ids(self) -> list[str]:
        """All cases of the entry, including those for which the model abstained."""
        return [*(forecast.case_id for forecast in self.forecasts), *self.silent]


class Opinion(Form):
    """Somebody's probability that a case is in a state at a horizon."""

    case_id: Slug
    horizon: int
    cause: State
    probability: Chance


class Added(Entry):
    """Probabilities of a person or a market on questions that the entry `beside` asked, and why, in a `note`."""

    entry: Literal["added"]
    by: Text
    kind: Kind
    target: Target
    as_of: date
    beside: Text
    opinions: tuple[Opinion, ...] = Field(min_length=1)
    note: Text | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        asked = [(o.case_id, o.horizon, o.cause) for o in self.opinions]
        _require(len(set(asked)) == len(asked), "each case, horizon and cause once", asked)
        check_kind(self.kind, self.as_of, self.issued_on)
        for case_id, horizon in sorted({pair[:2] for pair in asked}):
            stated = [o.probability for o in self.opinions if (o.case_id, o.horizon) == (case_id, horizon)]
            whole = len(stated) == len(STATES)
            expected = "probabilities of all states that sum to 1" if whole else "probabilities that sum to 1 at most"
            total = sum(stated)
            off = abs(total - 1.0) if whole else total - 1.0
            _require(off <= TOLERANCE, expected, f"{total:.6g} for {case_id} at {horizon} months")
        return self


class Condition(Form):
    """A step on the way to a binding text that a case takes by a day, or does not.

    `form`, `level` and `status` name the rung that it brings the case to (`form` 1: the text is signed already); a
    higher level counts as well, and for `broken` every level.
    """

    step: Text
    form: Literal[0, 1]
    level: int = Field(ge=0, le=5)
    status: Literal["active", "broken"]
    by: date


class Conditional(Entry):
    """Forecast of a case if it takes a step by a day, if it does not, and on the whole, by the headline.

    `chance` is the probability of the step; each table has a row of four probabilities for each horizon.
    """

    entry: Literal["conditional"]
    kind: Kind
    model: Name
    as_of: date
    record_end: date
    record_sha256: Sha256
    code: Code
    target: Target
    case_id: Slug
    cluster_id: Slug
    condition: Condition
    chance: Chance
    horizons: tuple[int, ...] = Field(min_length=1)
    deadlines: tuple[date, ...]
    states: tuple[State, ...]
    question: Text
    rule: Text
    taken: Rows
    not_taken: Rows
    whole: Rows

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _require(self.states == STATES, f"states {', '.join(STATES)}", ", ".join(self.states))
        months = tuple(sorted(set(self.horizons) & set(range(1, LONGEST_HORIZON + 1))))
        _require(months == self.horizons, "horizons in order, each once", self.horizons)
        due = tuple(deadline(self.as_of, horizon) for horizon in self.horizons)
        _require(self.deadlines == due, "deadlines that run from as_of", ", ".join(map(str, self.deadlines)))
        _require(self.condition.by > self.as_of, f"a last day of the condition after {self.as_of}", self.condition.by)
        check_kind(self.kind, self.as_of, self.issued_on)
        _require_own_end(self.kind, self.as_of, self.record_end)
        for rows in (self.taken, self.not_taken, self.whole):
            _require([len(row) for row in rows] == [len(STATES)] * len(months), "a row of four a horizon", len(rows))
            for row in rows:
                _require(abs(sum(row) - 1.0) <= TOLERANCE, "probabilities that sum to 1", f"{sum(row):.6g}")
        for with_it, without, whole in zip(self.taken, self.not_taken, self.whole, strict=True):
            parts = [self.chance * a + (1.0 - self.chance) * b for a, b in zip(with_it, without, strict=True)]
            adds_up = all(abs(part - p) <= 2 * ROUNDING for part, p in zip(parts, whole, strict=True))
            _require(adds_up, "branches that add up to the whole", f"{parts} and {whole}")
        return self


class Settled(Form):
    """Whether the condition of a conditional forecast was met, with the day that decides it, or void with a reason."""

    of: Text
    is_taken: Literal["yes", "no", "void"]
    evidence_date: date | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        stated = (self.evidence_date is not None, self.reason is not None)
        is_void = self.is_taken == VOID
        _require(stated == (not is_void, is_void), "evidence_date, or for void a reason", stated)
        return self


class Resolved(Form):
    """The state of a case at the deadlines of some horizons, with the date that decides it, or void with a reason.

    `sources`, which older entries do not have, are the sources of the record that tell of that date.
    """

    target: Target
    as_of: date
    case_id: Slug
    horizons: tuple[int, ...] = Field(min_length=1)
    state: Literal["formalized", "collapsed", "faded", "ongoing", "void"]
    evidence_date: date | None = None
    reason: Text | None = None
    sources: tuple[Slug, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        stated = (self.evidence_date is not None, self.reason is not None)
        _require(stated == (self.state != VOID, self.state == VOID), "evidence_date, or for void a reason", stated)
        return self


class Resolution(Entry):
    """Resolutions of questions, and of conditions of conditional forecasts, from a record, up to its end."""

    entry: Literal["resolution"]
    record_end: date
    record_sha256: Sha256
    resolutions: tuple[Resolved, ...]
    conditions: tuple[Settled, ...] | None = Field(default=None, min_length=1)


class Retraction(Entry):
    """Retraction of an entry, which stays and is scored as issued."""

    entry: Literal["retraction"]
    retracts: Text
    reason: Text


AnyEntry = Issue | Conditional | Added | Resolution | Retraction
FORM: TypeAdapter[AnyEntry] = TypeAdapter(Annotated[AnyEntry, Field(discriminator="entry")])


def file_name(entry: AnyEntry) -> str:
    """The file name of an entry; names sort in the order of writing."""
    if isinstance(entry, Issue):
        return f"{entry.sequence:06d}-{entry.kind}-{entry.as_of}-{entry.target}-{entry.model}.json"
    return f"{entry.sequence:06d}-{entry.entry}-{entry.issued_on}.json"


def encoded(entry: AnyEntry) -> bytes:
    """Canonical encoding of an entry: JSON in UTF-8, keys sorted, a line per key and per item of a list of objects."""
    held = entry.model_dump(mode="json")
    lines = (f" {json.dumps(key)}: {_value(held[key])}" for key in sorted(held) if held[key] is not None)
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


@lru_cache(maxsize=128)  # entries never change, and a chain is read again by all who score, show or continue it
def decoded(content: bytes, name: str) -> AnyEntry:
    """The entry in a file of this name; `LedgerError` unless the bytes are its canonical encoding and name it."""
    try:
        held = parsed_json(content)
    except ValueError as error:
        raise LedgerError([Fault(name, 0, "", "an entry as JSON", str(error)[:200] or "no JSON")]) from None
    try:
        entry = FORM.validate_python(held)
    except ValidationError as error:
        raise LedgerError([Fault(name, 0, "", *faulty(error))]) from None
    if encoded(entry) != content:
        raise LedgerError(
            [Fault(name, 0, "", "the canonical encoding of an entry, with sorted keys", "another encoding of it")]
        )
    if file_name(entry) != name:
        raise LedgerError([Fault(name, 0, "", f"the entry of that name; by what it holds {file_name(entry)}", name)])
    return entry


def faulty(error: ValidationError) -> tuple[str, str]:
    """The first fault of an entry: what was expected and what was found."""
    found = complaint(error, skip=1)
    return found.expected_there, found.got


def _require_own_end(kind: str, as_of: date, record_end: date) -> None:
    """A live forecast is as of the end of its record."""
    _require(kind == REPLAY or record_end == as_of, "a live as_of at the record's end", as_of)


def check_kind(kind: str, as_of: date, issued_on: date) -> None:
    """Raise for an as_of day after the day of issue, and for a live forecast issued more than 120 days after it."""
    age = (issued_on - as_of).days
    _require(age >= 0, f"an as_of day up to {issued_on}, the day of issue", as_of)
    _require(kind == REPLAY or age <= LIVE_DAYS, f"a live forecast within {LIVE_DAYS} days of as_of", f"{age} days")


def _require(holds: bool, expected: str, got: object) -> None:
    if not holds:
        raise BrokenRuleError(expected, str(got) if isinstance(got, str | date) else shown(got))


def _check_rows(forecast: CaseForecast, n_horizons: int) -> None:
    place = forecast.case_id
    tables = (forecast.probability, forecast.lower, forecast.upper, forecast.base_rate)
    shapes = {(len(rows), *{len(row) for row in rows}) for rows in tables}
    _require(shapes == {(n_horizons, len(STATES))}, f"{n_horizons} rows of {len(STATES)} for {place}", sorted(shapes))
    for row in (*forecast.probability, *forecast.base_rate):
        _require(abs(sum(row) - 1.0) <= TOLERANCE, f"probabilities of {place} that sum to 1", f"{sum(row):.6g}")
    for low, point, high in zip(forecast.lower, forecast.probability, forecast.upper, strict=True):
        inside = all(a <= p <= b for a, p, b in zip(low, point, high, strict=True))
        _require(inside, f"probabilities of {place} within their bounds", f"{low} {point} {high}")
    if forecast.lineage is not None:
        _check_lineage(forecast, forecast.lineage, n_horizons)


def _check_lineage(forecast: CaseForecast, lineage: Lineage, n_horizons: int) -> None:
    place, base = forecast.case_id, lineage.base_rate or lineage.recalibrated
    tables = (lineage.raw, lineage.recalibrated, base, lineage.pooled)
    shapes = {(len(rows), *{len(row) for row in rows}) for rows in tables}
    expected = f"{n_horizons} rows of {len(STATES)} in the lineage of {place}"
    _require(shapes == {(n_horizons, len(STATES))}, expected, sorted(shapes))
    has_base, share = lineage.base_rate is not None, lineage.base_share or 0.0
    _require(has_base == (share > 0.0), f"a base rate with a share above 0 for {place}", has_base)
    for model, rate, pooled, said in zip(lineage.recalibrated, base, lineage.pooled, forecast.probability, strict=True):
        sums = all(
            abs((1 - share) * a + share * b - p) <= TOLERANCE for a, b, p in zip(model, rate, pooled, strict=True)
        )
        _require(sums, f"a lineage of {place} whose parts add up", f"{model} {rate} {pooled}")
        near = all(abs(p - q) <= ROUNDING for p, q in zip(pooled, said, strict=True))
        _require(near, f"a lineage of {place} that ends in what is published", f"{pooled} {said}")


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(_line(item) for item in value) + "\n ]"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(_kept(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _kept(value: Any) -> Any:
    """A value without the keys that hold nothing, at any depth."""
    return {k: _kept(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else value
