"""One question, one answer: what the models say of a case as of a day, and why, as an object that shows itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from forecasting.artefacts.session import shared_fit, shared_history
from forecasting.artefacts.store import ARTEFACTS
from forecasting.documents.case.material import MODELS_SHOWN
from forecasting.documents.figures import Chart, outlook_figure
from forecasting.explain.drivers import driver_points
from forecasting.explain.signposts import SIGNS, Signpost, line_after, signposts
from forecasting.explorer import words
from forecasting.forecasts import Session, open_cases
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import ENDORSED, MARGINAL, NOT_ENDORSED, marginal_probabilities
from forecasting.record.cases import Dossier
from forecasting.record.months import HORIZONS, check_horizons, parse_day
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import AbstentionError, UsageError, shown

MODEL = "primary"
MODELS = (MODEL, "base_rate")
CURVE = (1, 2, 3, *range(6, 121, 6))
MAIN_HORIZON = 60


@dataclass(frozen=True)
class Outlook:
    """What the models say of one case as of a day; it shows itself in a notebook.

    `horizons` in months after the day; `table` the forecast table at these and at the months of a curve.
    """

    case: Dossier
    horizons: tuple[int, ...]
    session: Session = field(repr=False)
    table: pd.DataFrame = field(repr=False)

    @property
    def horizon(self) -> int:
        """The horizon told in words: 60 months, or the longest asked for."""
        return MAIN_HORIZON if MAIN_HORIZON in self.horizons else self.horizons[-1]

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """What can be taken as given: `all`, and both sides of an endorsement that is uncertain."""
        return tuple(self.table.loc[self.table["model"] == MODEL, "given"].unique()) or (MARGINAL,)

    @cached_property
    def limit(self) -> Applicability:
        """Whether the hazard model abstains (no rows, drivers or signposts) or says it less narrowly, and why."""
        return self.session.limits([self.case.case_id])[self.case.case_id][MODEL]

    @property
    def abstains(self) -> bool:
        """Whether the hazard model gives no number."""
        return MODEL not in set(self.table["model"])

    @cached_property
    def signposts(self) -> tuple[Signpost, ...]:
        """Acts that would move the chance of formalization within `horizon`, strongest first."""
        if self.abstains:
            return ()
        return tuple(signposts(self.session.hazard, self.session.line(self.case), self.case, self.horizon))

    def to_frame(self, given: str | None = None) -> pd.DataFrame:
        """The forecast table at the horizons, as `forecast` gives it; `given`: only the rows under which that holds.

        The base rate knows no endorsement, so its rows stand under every `given`.
        """
        rows = self.table[self.table["horizon"].isin(self.horizons)]
        return (rows if given is None else self._under(rows, given)).reset_index(drop=True)

    def plot(self, given: str = MARGINAL, supposed: pd.DataFrame | None = None) -> Chart:
        """Cumulative incidence with 80 % bands; `supposed` (see `suppose`) is drawn as a dotted line."""
        more = supposed.to_dict(orient="records") if supposed is not None else None
        return outlook_figure(self._under(self.table, given).to_dict(orient="records"), more)

    def drivers(self, given: str = MARGINAL) -> dict[str, float]:
        """Points of probability of formalization within `horizon`, in [-1, 1], of all that the hazard model adds up."""
        if self.abstains:
            return {}
        side = {ENDORSED: {UNCERTAIN: 1.0}, NOT_ENDORSED: {UNCERTAIN: 0.0}}.get(given, {})
        return driver_points(self.session.hazard, self.session.line(self.case).assign(**side), self.horizon)

    def why(self, given: str = MARGINAL) -> str:
        """One line of text: the model beside the base rate, and what moves it most."""
        frame = self.to_frame(given)
        return words.why(frame[frame["horizon"] == self.horizon], self.drivers(given), asdict(self.limit))

    def what_would_move_it(self) -> pd.DataFrame:
        """The signposts as a table: what, the chance before and after it became known, and percentage points."""
        rows = [(post.what, post.before, post.after, 100 * (post.after - post.before)) for post in self.signposts]
        return pd.DataFrame(rows, columns=["if it were known that", "before", "after", "points"])

    def suppose(self, what: str) -> pd.DataFrame:
        """The hazard model's forecast table, without intervals, if `what` became known the day after.

        `what` is one of `explain.signposts.SIGNS`; `UsageError` otherwise. `AbstentionError` where it gives no number.
        """
        if what not in SIGNS:
            raise UsageError(f"wanted an act out of {'; '.join(SIGNS)}; came {shown(what)}")
        if self.abstains:
            raise AbstentionError(f"wanted a case within the record; came {self.case.case_id}: {self.limit}")
        known, months = self.session, tuple(sorted({*self.horizons, *CURVE}))
        line = line_after(known.line(self.case), self.case, what)
        values = marginal_probabilities(known.hazard, line, UNCERTAIN, months)
        rows = pd.MultiIndex.from_product([STATES, months], names=["cause", "horizon"]).to_frame(index=False)
        named = rows.assign(model=MODEL, case_id=self.case.case_id, as_of=self.case.as_of.isoformat())
        return named.assign(probability=values.ravel())

    def _under(self, rows: pd.DataFrame, given: str) -> pd.DataFrame:
        if given not in self.givens:
            came = f"{self.case.case_id}; came {shown(given)}"
            raise UsageError(f"wanted given as one of {', '.join(self.givens)} for {came}")
        return rows[rows["given"].eq(given) | (rows["model"].ne(MODEL) & rows["given"].eq(MARGINAL))]

    def _repr_html_(self) -> str:
        why = self.why()
        top = f"{words.heading(self.case, self.session.target)}{words.paragraph(why)}"
        return f"{top}{words.figure(self.plot().svg(), why)}{words.table(self.to_frame(MARGINAL))}"


def session_of(
    as_of: date | str | None = None,
    target: str = TARGETS[0],
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
) -> Session:
    """The session of a day: its models from an artefact if one is there, else fitted; shared within this process."""
    history = shared_history(data, parse_day(as_of) if isinstance(as_of, str) else as_of)
    obtained = shared_fit(history, MODELS_SHOWN, target, artefacts)
    return Session(history, obtained.only(*MODELS), obtained.key)


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
    return outlook(session_of(history.as_of, target, data, artefacts), case_id, horizons)


def outlook(session: Session, case_id: str, horizons: Sequence[int] = HORIZONS) -> Outlook:
    """The answer for one case from what is loaded."""
    months = check_horizons(horizons)
    case = open_cases(session.history, [case_id], session.target)[0]
    shown_months = tuple(sorted({*months, *CURVE}))
    return Outlook(case, months, session, session.forecast(case_id, shown_months))
