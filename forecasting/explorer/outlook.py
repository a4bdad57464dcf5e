"""One question, one answer: what the models say of a case as of a day, and why, as an object that shows itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from forecasting.artefact.store import ARTEFACTS
from forecasting.errors import UsageError, shown
from forecasting.explain.drivers import driver_points
from forecasting.explain.signposts import Signpost, line_after, signposts
from forecasting.explorer import words
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecast import FittedModels, case_limits, forecast, open_cases
from forecasting.given import ALL, NO, YES, expected
from forecasting.history.cases import CaseView
from forecasting.history.view import History
from forecasting.limits import Limit
from forecasting.models.hazard import HazardModel
from forecasting.months import HORIZONS, check_horizons, parse_day
from forecasting.reporting.figures import Chart, outlook_figure
from forecasting.reporting.shared import shared_fit, shared_history, shared_index
from forecasting.training import UNCERTAIN, case_lines
from forecasting.vocabulary import STATES, TARGETS

MODEL = "primary"
MODELS = (MODEL, "base_rate")
CURVE = (1, 2, 3, *range(6, 121, 6))
MAIN_HORIZON = 60


@dataclass(frozen=True)
class Grounds:
    """What answers of one day and target rest on; `artefact` is the key of the models' artefact, None if refitted."""

    history: History
    fitted: FittedModels
    index: DossierIndex
    artefact: str | None

    @property
    def hazard(self) -> HazardModel:
        """The hazard model among the fitted ones."""
        model = self.fitted.models[MODEL]
        assert isinstance(model, HazardModel)
        return model

    def line(self, view: CaseView) -> pd.DataFrame:
        """The case's covariates, one line."""
        return case_lines(self.index, [view], MODEL_FEATURES)


@dataclass(frozen=True)
class Outlook:
    """What the models say of one case as of a day.

    `horizons` in months after `as_of`, of which `horizon` is the one told in words; `table` the forecast table at
    these and at the months of a curve; `drivers` the points of probability of formalization, in [-1, 1], that each
    thing the hazard model looks at adds, by what is `given`; `signposts` what would move it, strongest first; `limit`
    whether that model abstains, and then has no rows, drivers or signposts, or has its interval widened, and why.
    """

    case_id: str
    name: str
    as_of: date
    target: str
    horizons: tuple[int, ...]
    horizon: int
    artefact: str | None
    table: pd.DataFrame = field(repr=False)
    drivers: Mapping[str, Mapping[str, float]] = field(repr=False)
    signposts: tuple[Signpost, ...] = field(repr=False)
    limit: Limit = field(repr=False)

    @property
    def givens(self) -> tuple[str, ...]:
        """What can be taken as given: `all`, and both sides of an endorsement that is uncertain."""
        return tuple(self.drivers)

    def to_frame(self, given: str | None = None) -> pd.DataFrame:
        """The forecast table at the horizons, as `forecast` gives it; `given`: only the rows under which that holds.

        The base rate knows no endorsement, so its rows stand under every `given`.
        """
        rows = self.table[self.table["horizon"].isin(self.horizons)]
        return (rows if given is None else self._under(rows, given)).reset_index(drop=True)

    def plot(self, given: str = ALL, supposed: pd.DataFrame | None = None) -> Chart:
        """Cumulative incidence with 80 % bands; `supposed` (see `suppose`) is drawn as a dotted line."""
        more = supposed.to_dict(orient="records") if supposed is not None else None
        return outlook_figure(self._under(self.table, given).to_dict(orient="records"), more)

    def why(self, given: str = ALL) -> str:
        """One line of text: the model beside the base rate, and what moves it most."""
        frame = self.to_frame(given)
        return words.why(frame[frame["horizon"] == self.horizon], self.drivers[given], asdict(self.limit))

    def what_would_move_it(self) -> pd.DataFrame:
        """Acts that would move the chance of formalization: what, before and after within `horizon`, and points."""
        rows = [(post.what, post.before, post.after, 100 * (post.after - post.before)) for post in self.signposts]
        return pd.DataFrame(rows, columns=["if it were known that", "before", "after", "points"])

    def _under(self, rows: pd.DataFrame, given: str) -> pd.DataFrame:
        if given not in self.givens:
            raise UsageError(f"wanted given as one of {', '.join(self.givens)} for {self.case_id}; came {shown(given)}")
        return rows[rows["given"].eq(given) | (rows["model"].ne(MODEL) & rows["given"].eq(ALL))]

    def _repr_html_(self) -> str:
        top = f"{words.heading(self.name, self.as_of, self.target)}<p>{escape(self.why())}</p>"
        return f"{top}{words.figure(self.plot().svg(), self.why())}{words.table(self.to_frame(ALL))}"


def grounds(
    as_of: date | str | None = None,
    target: str = TARGETS[0],
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
) -> Grounds:
    """Record, fitted models and index of a day: from an artefact if one is there, else fitted; kept in this process."""
    history = shared_history(data, parse_day(as_of) if isinstance(as_of, str) else as_of)
    obtained = shared_fit(history, MODELS, target, artefacts)
    return Grounds(history, obtained.only(*MODELS), shared_index(history, target), obtained.key)


def ask(
    case_id: str,
    as_of: date | str | None = None,
    *,
    target: str = TARGETS[0],
    horizons: Sequence[int] = HORIZONS,
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
) -> Outlook:
    """What the hazard model and the base rate say of a case as of a day (default: the record's end), and why.

    Shows itself in a notebook; `.plot()` gives the figure, `.to_frame()` the forecast table. Raises what `forecast`
    raises: `UsageError` for an unknown or ended case, `LeakageError` for a day after the record's end.
    """
    check_horizons(horizons)
    history = shared_history(data, parse_day(as_of) if isinstance(as_of, str) else as_of)
    open_cases(history, [case_id], target)
    return outlook(grounds(history.as_of, target, data, artefacts), case_id, horizons)


def outlook(known: Grounds, case_id: str, horizons: Sequence[int] = HORIZONS) -> Outlook:
    """The answer for one case from what is loaded."""
    months = check_horizons(horizons)
    view = open_cases(known.history, [case_id], known.fitted.target)[0]
    horizon = _main(months)
    shown = tuple(sorted({*months, *CURVE}))
    table = forecast(known.history, case_id, fitted=known.fitted, horizons=shown, index=known.index)
    limit = case_limits(known.history, [case_id], known.fitted, known.index)[case_id][MODEL]
    if limit.status == "abstained":
        return _answer(known, view, months, table, limit)
    line = known.line(view)
    sides = {ALL: line, YES: line.assign(**{UNCERTAIN: 1.0}), NO: line.assign(**{UNCERTAIN: 0.0})}
    given = tuple(table.loc[table["model"] == MODEL, "given"].unique())
    drivers = {side: MappingProxyType(driver_points(known.hazard, sides[side], horizon)) for side in given}
    dossier = known.index.dossier(case_id, view.as_of)
    posts = tuple(signposts(known.hazard, line, dossier, horizon))
    return _answer(known, view, months, table, limit, drivers, posts)


def _main(months: tuple[int, ...]) -> int:
    return MAIN_HORIZON if MAIN_HORIZON in months else months[-1]


def _answer(
    known: Grounds,
    view: CaseView,
    months: tuple[int, ...],
    table: pd.DataFrame,
    limit: Limit,
    drivers: Mapping[str, Mapping[str, float]] = MappingProxyType({ALL: MappingProxyType({})}),
    posts: tuple[Signpost, ...] = (),
) -> Outlook:
    return Outlook(
        case_id=view.case_id,
        name=str(view.start["name"]),
        as_of=view.as_of,
        target=known.fitted.target,
        horizons=months,
        horizon=_main(months),
        artefact=known.artefact,
        table=table,
        drivers=MappingProxyType(dict(drivers)),
        signposts=posts,
        limit=limit,
    )


def suppose(known: Grounds, case_id: str, what: str) -> pd.DataFrame:
    """The hazard model's forecast table, without intervals, if `what` (one of `SIGNS`) became known the day after."""
    view = open_cases(known.history, [case_id], known.fitted.target)[0]
    line = line_after(known.line(view), known.index.dossier(case_id, view.as_of), what)
    values = expected(known.hazard, line, UNCERTAIN, CURVE)
    rows = pd.MultiIndex.from_product([STATES, CURVE], names=["cause", "horizon"]).to_frame(index=False)
    return rows.assign(model=MODEL, case_id=case_id, as_of=view.as_of.isoformat(), probability=values.ravel())
