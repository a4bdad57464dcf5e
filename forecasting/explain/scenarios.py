"""Scenarios: several acts and facts supposed of a case at once, each on a day of choice, under one name."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.explain.rungs import rung_of
from forecasting.explain.steps_ahead import possible_steps
from forecasting.explain.what_ifs import DOES_NOT, ENDORSES, GOES_ON, LESS_STRAIN, MORE_STRAIN
from forecasting.forecasts.ladder_rows import STRAIN
from forecasting.forecasts.situation import COVARIATE_NAMES, Situation, SituationForecast, situation_of
from forecasting.forecasts.training import UNCERTAIN
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.cases import Dossier
from forecasting.record.history import required_day
from forecasting.record.months import calendar_months, completed_months, parse_day
from forecasting.record.vocabulary import LADDER_LEVELS, STATES
from forecasting.store.errors import UsageError, shown
from forecasting.store.files import write_whole
from forecasting.store.foreign import Foreign, parsed_json

Floats = NDArray[np.float64]
FILE: Final = Foreign("a file of scenarios in JSON", "write one with save_scenarios", most_bytes=1_000_000)
NOW: Final = "as it stands"
LONGEST: Final = 120
"""Months after the as-of day up to which an act may be supposed, and characters of a name."""


@dataclass(frozen=True)
class Supposed:
    """An act that is supposed on a day.

    Attributes
    ----------
    day : date
        The day, from the as-of day on.
    what : str
        The act in words, out of `acts_to_suppose`.

    Examples
    --------
    >>> Supposed(date(2026, 11, 1), "talks get a date or open").day.isoformat()
    '2026-11-01'
    """

    day: date
    what: str


@dataclass(frozen=True)
class Scenario:
    """Acts and facts that are supposed together.

    Attributes
    ----------
    name : str
        Its name.
    acts : tuple of Supposed
        Acts, each on its day.
    facts : mapping of str to float
        Other values of covariates of the case, in [0, 1], by name.

    Examples
    --------
    >>> Scenario("Talks in November", (Supposed(date(2026, 11, 1), "talks get a date or open"),)).facts
    {}
    """

    name: str
    acts: tuple[Supposed, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > LONGEST:
            raise UsageError(
                f"expected a name of 1 to {LONGEST} characters for a scenario, got {shown(self.name)}; choose another"
            )


def scenario(
    name: str, acts: Mapping[str, str | date] | None = None, facts: Mapping[str, float] | None = None
) -> Scenario:
    """A scenario from acts with their days, and facts.

    Parameters
    ----------
    name : str
        Its name.
    acts : mapping of str to str or date, optional
        Day of each act by its words.
    facts : mapping of str to float, optional
        Values of covariates.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    UsageError
        For a name that is none, and a day that is none.

    Examples
    --------
    >>> scenario("Both endorse it", {"leaders endorse it": "2026-10-01"}).acts[0].day.isoformat()
    '2026-10-01'
    """
    for given, value in (("acts with their days", acts), ("facts with their values", facts)):
        if value is not None and not isinstance(value, Mapping):
            raise UsageError(f"expected {given} as a mapping, got {shown(value)}")
    told = (Supposed(required_day(day), what) for what, day in (acts or {}).items())
    return Scenario(name, tuple(sorted(told, key=lambda act: act.day)), facts or {})


def acts_to_suppose(case: Dossier) -> tuple[str, ...]:
    """The acts that may be supposed of a case, in words.

    Parameters
    ----------
    case : Dossier
        The case, as known on a day.

    Returns
    -------
    tuple of str
        Steps on the way to a binding text, strain a level up or down, an endorsement or none, and that it only goes on.

    Examples
    --------
    >>> from forecasting import load_history
    >>> "talks break off" in acts_to_suppose(load_history(as_of="2026-02-05").case("new-start-post-expiry-2026"))
    True
    """
    return (*dict(possible_steps(rung_of(case))), MORE_STRAIN, LESS_STRAIN, ENDORSES, DOES_NOT, GOES_ON)


def supposed_by(case: Dossier, supposed: Scenario) -> tuple[int, Situation]:
    """The case as it would stand once the acts of a scenario have come, and the months until then.

    Parameters
    ----------
    case : Dossier
        The case, as known on the as-of day.
    supposed : Scenario
        The scenario.

    Returns
    -------
    months : int
        Calendar months from the as-of day to the last act, begun ones not counted.
    at : Situation
        The case on that day, seen to go on until then; of two acts on one ladder the later one counts.

    Raises
    ------
    UsageError
        For an act that cannot be supposed of the case, a day before the as-of day or more than ten years after it, a
        covariate that the model does not have or a value outside [0, 1], and strain beyond its levels.

    Examples
    --------
    >>> from forecasting import load_history
    >>> case = load_history(as_of="2026-02-05").case("new-start-post-expiry-2026")
    >>> months, at = supposed_by(case, scenario("Talks", {"talks get a date or open": "2026-05-05"}))
    >>> months, at.gap
    (3, 0)
    """
    steps = {what: rung.state for what, rung in possible_steps(rung_of(case))}
    at, last = situation_of(case), case.as_of
    for act in sorted(supposed.acts, key=lambda act: act.day):
        last = _checked(case, act)
        at = _after(at, act.what, steps)
    for name, value in supposed.facts.items():
        if name not in COVARIATE_NAMES or not 0.0 <= value <= 1.0:
            raise UsageError(
                f"{supposed.name}: expected facts out of {', '.join(COVARIATE_NAMES)}, each from 0 to 1, got "
                f"{shown(name)} = {shown(value)}; choose another"
            )
        at = at.with_covariate(name, float(value))
    months = calendar_months(case.as_of, last)
    return months, replace(at, age=at.age + at.gap + completed_months(case.as_of, last), gap=0, looked=0.0)


def _checked(case: Dossier, act: Supposed) -> date:
    """The day of an act that may be supposed; `UsageError` for another."""
    known = acts_to_suppose(case)
    if act.what not in known:
        raise UsageError(f"expected an act out of {'; '.join(known)}, got {shown(act.what)}; choose one of them")
    if act.day < case.as_of or calendar_months(case.as_of, act.day) >= LONGEST:
        raise UsageError(
            f"expected a day from {case.as_of} on, within ten years, got {act.day} for {shown(act.what)}; "
            "choose another"
        )
    return act.day


def _after(at: Situation, what: str, steps: Mapping[str, int]) -> Situation:
    """A situation after an act."""
    if what in steps:
        return replace(at, start=tuple(map(float, np.eye(N_STATES)[steps[what]])))
    if what in (MORE_STRAIN, LESS_STRAIN):
        highest = LADDER_LEVELS[STRAIN]
        level = round(at.covariate(STRAIN) * highest) + (1 if what == MORE_STRAIN else -1)
        if not 0 <= level <= highest:
            raise UsageError(
                f"expected strain from 0 to {highest}, got {level} after {shown(what)}; leave that act out"
            )
        return at.with_covariate(STRAIN, level / highest)
    if what in (ENDORSES, DOES_NOT):
        return at.with_covariate(UNCERTAIN, float(what == ENDORSES))
    return at


def scenario_forecasts(
    pool: LadderPool, case: Dossier, supposed: Iterable[Scenario], horizon: int
) -> dict[str, dict[str, float] | None]:
    """The headline as it stands and under each scenario, within one horizon from the as-of day.

    Parameters
    ----------
    pool : LadderPool
        The fitted headline.
    case : Dossier
        The case, as known on the as-of day.
    supposed : iterable of Scenario
        The scenarios; each name once.
    horizon : int
        Months after the as-of day.

    Returns
    -------
    dict of str to dict of str to float
        By name, the probability of each state; `NOW` first. None where the last act comes after the horizon.

    Raises
    ------
    UsageError
        As of `supposed_by`, and for a name that comes twice.

    Notes
    -----
    Nothing is taken to have ended before the last act of a scenario. A property of the model, no claim of a cause.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> case, pool = history.case("salt2-observance-1979"), fit_models(history, ["ladder"]).models["ladder"]
    >>> found = scenario_forecasts(pool, case, [scenario("Strain", {"strain rises by a level": "1985-03-01"})], 60)
    >>> found["Strain"]["collapsed"] > found[NOW]["collapsed"]
    True
    """
    found: dict[str, dict[str, float] | None] = {NOW: _states(pool, situation_of(case), horizon)}
    for one in supposed:
        if one.name in found:
            raise UsageError(f"expected each name of a scenario once, got {shown(one.name)} twice; rename one")
        months, at = supposed_by(case, one)
        found[one.name] = _states(pool, at, horizon - months) if months < horizon else None
    return found


def _states(pool: LadderPool, at: Situation, horizon: int) -> dict[str, float]:
    return dict(zip(STATES, map(float, SituationForecast(pool, (horizon,)).point(at)[:, 0]), strict=True))


def save_scenarios(path: Path, case_id: str, supposed: Sequence[Scenario]) -> None:
    """Write scenarios of a case to a JSON file.

    Parameters
    ----------
    path : Path
        The file, replaced if it exists.
    case_id : str
        The case that they are of.
    supposed : sequence of Scenario
        The scenarios.
    """
    listed = [
        {
            "name": one.name,
            "acts": [{"day": a.day.isoformat(), "what": a.what} for a in one.acts],
            "facts": dict(one.facts),
        }
        for one in supposed
    ]
    text = json.dumps({"case_id": case_id, "scenarios": listed}, indent=1, ensure_ascii=False) + "\n"
    write_whole({Path(path): text.encode()})


def read_scenarios(path: Path, case_id: str) -> list[Scenario]:
    """Scenarios of a case from a JSON file.

    Parameters
    ----------
    path : Path
        A file as of `save_scenarios`.
    case_id : str
        The case.

    Returns
    -------
    list of Scenario
        In the order of the file.

    Raises
    ------
    ForeignFileError
        The file cannot be read, or does not have that form.
    UsageError
        It is of another case.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save_scenarios(Path(folder) / "ifs.json", "mtcr-1987", [scenario("Talks", {"talks end": "2026-10-01"})])
    ...     read_scenarios(Path(folder) / "ifs.json", "mtcr-1987")[0].acts
    (Supposed(day=datetime.date(2026, 10, 1), what='talks end'),)
    """
    try:
        held = parsed_json(FILE.text(path))
        listed = [
            scenario(one["name"], None, {str(k): float(v) for k, v in one.get("facts", {}).items()})
            for one in held["scenarios"]
        ]
        acts = [
            tuple(Supposed(parse_day(act["day"]), str(act["what"])) for act in one.get("acts", []))
            for one in held["scenarios"]
        ]
        of_case = str(held["case_id"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expected = "case_id and scenarios, each with name, acts (day, what) and facts"
        raise FILE.error(path, expected, str(error)) from None
    if of_case != case_id:
        raise UsageError(f"{path}: expected scenarios of {case_id}, got those of {shown(of_case)}; name another file")
    return [replace(one, acts=told) for one, told in zip(listed, acts, strict=True)]
