"""Two or more at a time: cases or days side by side, and scenarios of a case beside it as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecasting.artefacts.session import shared_history
from forecasting.artefacts.store import ARTEFACTS
from forecasting.documents import compose
from forecasting.documents.blocks import Cell, Section, Text
from forecasting.documents.compose import section, text
from forecasting.documents.figures.side_by_side import Bounded, side_by_side_figure
from forecasting.documents.figures.style import Chart
from forecasting.documents.html import NOTEBOOK_STYLE, drawing_html, section_html
from forecasting.documents.quantities import chance, points, quote
from forecasting.documents.text import section_text
from forecasting.documents.wording import PER_CENT, long_day, term_name, years
from forecasting.explain.scenarios import NOW, Scenario, acts_to_suppose, save_scenarios, scenario_forecasts
from forecasting.explorer.outlook import Outlook, ask
from forecasting.explorer.words import hashes_said
from forecasting.models import BASE_RATE, HEADLINE
from forecasting.record.history import checked_day
from forecasting.record.months import check_horizons
from forecasting.record.overlays import Folders, hashes_told
from forecasting.record.vocabulary import CAUSES, LADDERS, STATES, TARGETS
from forecasting.store.errors import UsageError, require_text, shown

MOST: Final = 8
ENDS: Final = ("Formal agreement", "Collapse", "Fading", "Still informal")
Day = str | date | None


@dataclass(frozen=True)
class Comparison:
    """Outlooks side by side, within one horizon.

    Parameters
    ----------
    names
        A name for each.
    outlooks
        The outlooks.
    horizon
        Months after the day of each.
    """

    names: tuple[str, ...]
    outlooks: tuple[Outlook, ...] = field(repr=False)
    horizon: int

    def to_frame(self) -> pd.DataFrame:
        """A row for each outlook: state, probability and bounds, base rate, levels of the ladders, last sight."""
        rows = []
        for name, one in zip(self.names, self.outlooks, strict=True):
            own, base = (_states(one, model, self.horizon) for model in (HEADLINE, BASE_RATE))
            here = {ladder: one.case.on_ladder(ladder) for ladder in LADDERS}
            rows.append(
                {"name": name, "case_id": one.case.case_id, "as_of": one.case.as_of.isoformat()}
                | {f"{state}": own[state][0] if own else None for state in STATES}
                | {f"{state}, base rate": base[state][0] if base else None for state in STATES}
                | {f"{ladder}, level": place.level for ladder, place in here.items()}
                | {f"{ladder}, status": place.status for ladder, place in here.items()}
                | {"ended already": 1.0 - one.ended["ongoing"] if one.ended else 0.0}
                | {"last_seen": one.case.last_seen.isoformat()}
            )
        return pd.DataFrame(rows)

    def plot(self) -> Chart:
        """The endings of each, with 80 % intervals."""
        found = [_states(one, HEADLINE, self.horizon) for one in self.outlooks]
        return side_by_side_figure(list(self.names), [{c: of.get(c) for c in CAUSES} for of in found])

    def _section(self) -> Section:
        frame = self.to_frame().to_dict(orient="records")
        lines: list[list[Cell]] = []
        for state, title in zip(STATES, ENDS, strict=True):
            lines.append([title, *(_chance(one, HEADLINE, state, self.horizon) for one in self.outlooks)])
            lines.append(
                [f"{title}, base rate", *(_chance(one, BASE_RATE, state, self.horizon) for one in self.outlooks)]
            )
        lines += [
            [
                "Way to a binding text",
                *(f"{row['formalization, level']}, {row['formalization, status']}" for row in frame),
            ],
            ["Strain", *(f"{row['strain, level']}, {row['strain, status']}" for row in frame)],
            ["Ended already, unseen", *(chance(row["ended already"]) for row in frame)],
            ["Last observed", *(str(row["last_seen"]) for row in frame)],
        ]
        caption = f"Within {years(self.horizon)} of each day, with 80{PER_CENT} intervals"
        return section(compose.table(caption, ("", *self.names), lines), _made_with(self.outlooks[0]))

    def _repr_html_(self) -> str:
        words = f"Chance of each ending within {years(self.horizon)}: {', '.join(self.names)}"
        return f"{NOTEBOOK_STYLE}{drawing_html(self.plot().svg(), words)}{section_html(self._section())}"

    def __str__(self) -> str:
        return section_text(self._section())


def _made_with(one: Outlook) -> Text | None:
    """Hashes of the record and of what is laid over it; None where nothing is."""
    told = hashes_said(hashes_told(one.session.history.record))
    return text("{told}", told=told) if told else None


def _states(one: Outlook, model: str, horizon: int) -> dict[str, tuple[float, float, float]]:
    rows = one.table[(one.table["model"] == model) & (one.table["horizon"] == horizon) & (one.table["given"] == "all")]
    return {
        str(row.cause): (float(row.probability), float(row.lower), float(row.upper))
        for row in rows[["cause", "probability", "lower", "upper"]].itertuples()
    }


def _chance(one: Outlook, model: str, state: str, horizon: int) -> Cell:
    own = _states(one, model, horizon).get(state)
    return chance(*own) if own else "no number"


def compare(
    cases: str | Sequence[str],
    as_of: Day | Sequence[Day] = None,
    *,
    horizon: int = 60,
    target: str = TARGETS[0],
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
    overlay: Folders = None,
) -> Comparison:
    """Forecasts of several cases, or of several days, side by side.

    Parameters
    ----------
    cases
        A case, or several.
    as_of
        A day, or several; default: the record's end. Every case is forecast on every day.
    horizon
        Months after each day, 1 to 120.
    target
        `concluded` or `in_force`.
    data
        The folder of a record; default: the one shipped.
    artefacts
        The folder of fitted models; models not found there are fitted.
    overlay
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    Comparison
        Displayed in a notebook as picture and table; `.to_frame()` and `print` give the table.

    Raises
    ------
    UsageError
        Fewer than two or more than eight forecasts are asked for; else as of `ask`.

    Examples
    --------
    >>> found = compare(["mtcr-1987", "australia-group-1985"], "1990-01-01", horizon=12, artefacts=None)
    >>> found.to_frame()["case_id"].tolist()
    ['mtcr-1987', 'australia-group-1985']
    """
    listed, days = _several("cases", cases), [None] if as_of is None else _several("as_of", as_of)
    asked = [(case, day) for case in listed for day in days]
    if not 2 <= len(asked) <= MOST or len(set(asked)) < len(asked):
        raise UsageError(
            f"expected 2 to {MOST} different forecasts, cases times days, got {len(asked)}; name more cases or days, "
            "or fewer"
        )
    check_horizons([horizon])
    for case in listed:
        require_text("case_id", case)
    for day in days:
        checked_day(day)
    found = [
        ask(case, day, target=target, horizons=[horizon], data=data, artefacts=artefacts, overlay=overlay)
        for case, day in asked
    ]
    return Comparison(tuple(_names(found, len(listed), len(days))), tuple(found), horizon)


def _several(name: str, value: object) -> list[Any]:
    """One text or day as a list of one, and a list of them as it is; `UsageError` for anything else."""
    if isinstance(value, str | date):
        return [value]
    if not isinstance(value, Sequence):
        raise UsageError(f"expected {name} as one or a list of them, got {shown(value)}")
    return list(value)


def _names(found: Sequence[Outlook], n_cases: int, n_days: int) -> list[str]:
    """What tells the outlooks apart: the case, the day, or both."""
    names = []
    for one in found:
        parts = [str(one.case.start["name"])] if n_cases > 1 else []
        parts += [long_day(one.case.as_of)] if n_days > 1 or n_cases == 1 else []
        names.append(", ".join(parts))
    return names


@dataclass(frozen=True)
class Scenarios:
    """A case as it stands and under scenarios, within one horizon from the day.

    Parameters
    ----------
    outlook
        The case on its day.
    scenarios
        The scenarios.
    horizon
        Months after the day.
    chances
        By name, `as it stands` first, the probability of each state; None where the last act is later.
    """

    outlook: Outlook = field(repr=False)
    scenarios: tuple[Scenario, ...]
    horizon: int
    chances: Mapping[str, Mapping[str, float] | None] = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """A row for each scenario and state: probability, and percentage points from that as it stands."""
        now = self.chances[NOW]
        assert now is not None
        rows = [
            (name, state, found[state] if found else None, 100.0 * (found[state] - now[state]) if found else None)
            for name, found in self.chances.items()
            for state in STATES
        ]
        return pd.DataFrame(rows, columns=["scenario", "state", "probability", "points"])

    def plot(self) -> Chart:
        """The endings under each scenario."""
        rows: list[dict[str, Bounded | None]] = [
            {cause: (found[cause], None, None) if found else None for cause in CAUSES}
            for found in self.chances.values()
        ]
        return side_by_side_figure(list(self.chances), rows)

    def save(self, path: str | Path) -> None:
        """Write the scenarios to a JSON file, which `what_if` and `forecasting what-if` read."""
        save_scenarios(Path(path), self.outlook.case.case_id, self.scenarios)

    def _section(self) -> Section:
        now = self.chances[NOW]
        assert now is not None
        lines: list[list[Cell]] = []
        for name, found in self.chances.items():
            lines.append([quote(name), *(_scenario_cell(found, now if name != NOW else None, s) for s in STATES)])
        told = [text("{name}: {acts}", name=one.name, acts="; ".join(_told(one))) for one in self.scenarios]
        caption = f"Within {years(self.horizon)} of {long_day(self.outlook.case.as_of)}, and points from as it stands"
        listed = compose.items(told) if told else None
        return section(compose.table(caption, ("Scenario", *ENDS), lines), listed, _made_with(self.outlook))

    def _repr_html_(self) -> str:
        words = f"Chance of each ending within {years(self.horizon)}: {', '.join(self.chances)}"
        return f"{NOTEBOOK_STYLE}{drawing_html(self.plot().svg(), words)}{section_html(self._section())}"

    def __str__(self) -> str:
        return section_text(self._section())


def _scenario_cell(found: Mapping[str, float] | None, now: Mapping[str, float] | None, state: str) -> Cell:
    """Chance of a state under a scenario, and points from that as it stands where it is another."""
    if found is None:
        return "after the horizon"
    if now is None:
        return chance(found[state])
    moved = compose.aside("{n}", n=points(found[state] - now[state]))
    return text("{p} {points}", p=chance(found[state]), points=moved)


def _told(one: Scenario) -> list[str]:
    """Acts and facts of a scenario in words."""
    acts = [f"{long_day(act.day)}, {act.what}" for act in one.acts]
    return acts + [f"{term_name(name)}: {value:g}" for name, value in one.facts.items()]


def what_if(
    case_id: str,
    scenarios: Sequence[Scenario],
    as_of: Day = None,
    *,
    horizon: int = 60,
    target: str = TARGETS[0],
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
    overlay: Folders = None,
) -> Scenarios:
    """A case as it stands beside scenarios of several acts and facts.

    Parameters
    ----------
    case_id
        The case.
    scenarios
        As of `scenario`, one or more; `read_scenarios` reads saved ones.
    as_of
        The as_of day; default: the record's end.
    horizon
        Months after the day, 1 to 120.
    target
        `concluded` or `in_force`.
    data
        The folder of a record; default: the one shipped.
    artefacts
        The folder of fitted models; models not found there are fitted.
    overlay
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    Scenarios
        Displayed in a notebook as picture and table.

    Raises
    ------
    UsageError
        No scenario is given, or one cannot be supposed of the case; else as of `ask`.

    Examples
    --------
    >>> from forecasting.explain.scenarios import scenario
    >>> one = scenario("More strain", {"strain rises by a level": "1990-03-01"})
    >>> found = what_if("mtcr-1987", [one], "1990-01-01", horizon=12, artefacts=None)
    >>> list(found.chances)
    ['as it stands', 'More strain']
    """
    if not isinstance(scenarios, Sequence) or not scenarios or not all(isinstance(o, Scenario) for o in scenarios):
        raise UsageError(
            f"expected scenarios as made by scenario(name, acts, facts), got {shown(scenarios)}; give one or more"
        )
    check_horizons([horizon])
    own = ask(case_id, as_of, target=target, horizons=[horizon], data=data, artefacts=artefacts, overlay=overlay)
    chances = scenario_forecasts(own.session.headline, own.case, scenarios, horizon)
    return Scenarios(own, tuple(scenarios), horizon, chances)


def possible_acts(
    case_id: str, as_of: Day = None, *, data: str | Path | None = None, overlay: Folders = None
) -> tuple[str, ...]:
    """Words of the acts that a scenario may suppose of a case on a day.

    Parameters
    ----------
    case_id
        The case.
    as_of
        The as_of day; default: the record's end.
    data
        The folder of a record; default: the one shipped.
    overlay
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    tuple of str
        The acts.

    Examples
    --------
    >>> "leaders endorse it" in possible_acts("mtcr-1987", "1990-01-01")
    True
    """
    require_text("case_id", case_id)
    history = shared_history(data, as_of, overlay)
    return acts_to_suppose(history.case(case_id))
