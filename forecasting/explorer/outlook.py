"""The outlook of a case as of a day: forecasts, their drivers and what-ifs, with a display for notebooks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from forecasting.artefacts.session import require_artefacts, shared_fit, shared_history
from forecasting.artefacts.store import ARTEFACTS
from forecasting.documents.case.material import MODELS_SHOWN
from forecasting.documents.figures.incidence import outlook_figure
from forecasting.documents.figures.style import Chart
from forecasting.explain.drivers import Drivers, drivers
from forecasting.explain.what_ifs import WhatIf, suppositions, what_ifs
from forecasting.explorer import words
from forecasting.forecasts import Session, ended_already, forecast, open_cases
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.situation import Situation, SituationForecast, situation_of
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import ENDORSED, MARGINAL, NOT_ENDORSED
from forecasting.ledger.place import ledger_folder
from forecasting.ledger.pool import fitted_for, pool_forecast
from forecasting.models import BASE_RATE, FIRST, HEADLINE, LADDER_MODEL
from forecasting.models.register import POOL
from forecasting.record.cases import Dossier
from forecasting.record.months import HORIZONS, check_horizons
from forecasting.record.overlays import Folders
from forecasting.record.panel import check_choice
from forecasting.record.vocabulary import CAUSES, STATES, TARGETS
from forecasting.store.errors import AbstentionError, UsageError, require_text, shown

MODEL = FIRST
MODELS = (HEADLINE, LADDER_MODEL, BASE_RATE, "recent_base_rate", "type_base_rate", MODEL)
CURVE = (1, 2, 3, *range(6, 121, 6))
MAIN_HORIZON = 60


@dataclass(frozen=True)
class Outlook:
    """Forecasts of one case as of a day: the headline, and what stands under it, displayed in a notebook.

    Parameters
    ----------
    case
        The case as known on the as_of day.
    horizons
        Months after as_of, 1 to 120.
    session
        The fitted models and the record as of that day.
    table
        Forecast table at these horizons and at the months of the curve.
    model
        The model whose rows alone are shown in tables; None for all.
    """

    case: Dossier
    horizons: tuple[int, ...]
    session: Session = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    model: str | None = None
    _drivers: dict[str, Drivers] = field(default_factory=dict, repr=False, compare=False)

    @property
    def horizon(self) -> int:
        """The main horizon, in months: 60, or else the longest."""
        return MAIN_HORIZON if MAIN_HORIZON in self.horizons else self.horizons[-1]

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """Conditions of the forecasts: `all` (marginal), and both values of an uncertain endorsement (conditional)."""
        return tuple(self.table.loc[self.table["model"] == HEADLINE, "given"].unique()) or (MARGINAL,)

    @cached_property
    def headline_limit(self) -> Applicability:
        """Whether the headline abstains or its interval is widened, and why."""
        return self._limits[HEADLINE]

    @cached_property
    def _limits(self) -> dict[str, Applicability]:
        return self.session.limits([self.case.case_id])[self.case.case_id]

    @cached_property
    def limit(self) -> Applicability:
        """Whether the first registration's model abstains (no rows) or its interval is widened, and why."""
        return self._limits[MODEL]

    @cached_property
    def ended(self) -> dict[str, float]:
        """Probability by the headline that it has ended already, by state; empty where seen in the month."""
        rows = ended_already(
            self.session.history, self.case.case_id, fitted=self.session.fitted.only(HEADLINE), index=self.session.index
        )
        return dict(zip(rows["cause"], map(float, rows["probability"]), strict=True))

    @cached_property
    def suppositions(self) -> dict[str, Situation]:
        """The case under each supposition that the headline can answer, by its words; see `explain.what_ifs`."""
        return suppositions(self.case)

    @cached_property
    def what_ifs(self) -> tuple[WhatIf, ...]:
        """Effect of each supposition on the headline within `horizon`; none where the headline abstains."""
        if self.headline_limit.status == "abstained":
            return ()
        own = SituationForecast(self.session.headline, (self.horizon,))
        return tuple(what_ifs(own, self.case, self.suppositions))

    def to_frame(self, given: str | None = None) -> pd.DataFrame:
        """The forecast table at the horizons, or its rows under one condition.

        Parameters
        ----------
        given
            One of `givens`; default: all rows. The base rates do not depend on endorsement, so that their rows are
            included under each condition.

        Returns
        -------
        DataFrame
            With the columns of `forecast`.

        Raises
        ------
        UsageError
            `given` is not one of `givens`.
        """
        rows = self.table[self.table["horizon"].isin(self.horizons)]
        rows = rows if self.model is None else rows[rows["model"].eq(self.model)]
        return (rows if given is None else self._under(rows, given)).reset_index(drop=True)

    def plot(self, given: str = MARGINAL, supposed: pd.DataFrame | None = None) -> Chart:
        """Curves of cumulative incidence with 80 % bands; `supposed` (see `suppose`) is drawn as a dotted line."""
        more = supposed.to_dict(orient="records") if supposed is not None else None
        return outlook_figure(self._under(self.table, given).to_dict(orient="records"), more)

    def drivers(self, given: str = MARGINAL) -> Drivers:
        """Contribution of each input of the headline to the probability of each state in `horizon`."""
        if given not in self._drivers:
            at = self._on_side(situation_of(self.case), given)
            self._drivers[given] = drivers(self.session.headline, at, (self.horizon,))
        return self._drivers[given]

    def why(self, given: str = MARGINAL) -> str:
        """One line of text: all endings at the main horizon, the models, and the strongest drivers of the headline."""
        frame = self.to_frame(given)
        rows = self.drivers(given).rows
        sizes = {cause: {row.name: row.points[k][0] for row in rows} for k, cause in enumerate(CAUSES)}
        first, headline = asdict(self.limit), asdict(self.headline_limit)
        return words.why(frame[frame["horizon"] == self.horizon], sizes, first, headline)

    def what_would_move_it(self) -> pd.DataFrame:
        """The what-ifs: the probability of formalization without and with each, and percentage points by ending."""
        rows = [(one.what, one.before[0], one.after[0], *one.points[: len(CAUSES)]) for one in self.what_ifs]
        head = [f"{cause}, points" for cause in CAUSES]
        return pd.DataFrame(rows, columns=["if it were known that", "before", "after", *head])

    def suppose(self, what: str, given: str = MARGINAL) -> pd.DataFrame:
        """The headline, without intervals, under a supposition about the as_of day.

        Parameters
        ----------
        what
            One of `suppositions`: a rung, more or less strain, an endorsement.
        given
            One of `givens`; a supposition about the endorsement itself goes before it.

        Returns
        -------
        DataFrame
            Columns `cause`, `horizon`, `model`, `case_id`, `as_of`, `probability`.

        Raises
        ------
        UsageError
            There is no such supposition, or `given` is not one of `givens`.
        AbstentionError
            The headline abstains.
        """
        if what not in self.suppositions:
            known = "; ".join(self.suppositions)
            raise UsageError(f"expected a supposition out of {known}, got {shown(what)}; choose one of them")
        self._require_given(given)
        if self.headline_limit.status == "abstained":
            raise AbstentionError(
                f"expected a case within the applicability domain, got {self.case.case_id}: {self.headline_limit}; "
                "choose another"
            )
        months = tuple(sorted({*self.horizons, *CURVE}))
        values = SituationForecast(self.session.headline, months).point(self._on_side(self.suppositions[what], given))
        rows = pd.MultiIndex.from_product([STATES, months], names=["cause", "horizon"]).to_frame(index=False)
        named = rows.assign(model=HEADLINE, case_id=self.case.case_id, as_of=self.case.as_of.isoformat())
        return named.assign(probability=values.ravel())

    def _on_side(self, at: Situation, given: str) -> Situation:
        """A situation with its endorsement taken one way, where it is in doubt in it."""
        side = {ENDORSED: 1.0, NOT_ENDORSED: 0.0}.get(given)
        return at if side is None or len(at.readings()) == 1 else at.with_covariate(UNCERTAIN, side)

    def _require_given(self, given: str) -> None:
        if given not in self.givens:
            known = f"{', '.join(self.givens)} for {self.case.case_id}"
            raise UsageError(f"expected given as one of {known}, got {shown(given)}; choose one of them")

    def _under(self, rows: pd.DataFrame, given: str) -> pd.DataFrame:
        self._require_given(given)
        under = set(rows.loc[rows["given"].eq(given), "model"])
        return rows[rows["given"].eq(given) | (~rows["model"].isin(under) & rows["given"].eq(MARGINAL))]

    def _repr_html_(self) -> str:
        why = self.why()
        told = words.ended(self.ended)
        top = f"{words.heading(self.case, self.session.target)}{words.paragraph(told) if told else ''}"
        top += words.paragraph(why)
        foot = words.made_with(self.session.history.record)
        return f"{top}{words.figure(self.plot().svg(), why)}{words.table(self.to_frame(MARGINAL))}{foot}"


def session_of(
    as_of: date | str | None = None,
    target: str = TARGETS[0],
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
    overlay: Folders = None,
) -> Session:
    """The session of a day: the record and the fitted models, cached in this process.

    Parameters
    ----------
    as_of
        The as_of day; default: the record's end.
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
    Session
        The session.

    Raises
    ------
    LeakageError
        The day is after the record's end.
    """
    history = shared_history(data, as_of, overlay)
    check_choice(target, "forward")
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
    model: str | None = None,
    ledger: str | Path | None = None,
    overlay: Folders = None,
) -> Outlook:
    """Forecast one case by the headline and what stands under it, with an explanation.

    Parameters
    ----------
    case_id
        The case.
    as_of
        The as_of day; default: the record's end.
    target
        `concluded` or `in_force`.
    horizons
        Months after as_of, 1 to 120.
    data
        The folder of a record; default: the one shipped.
    artefacts
        The folder of fitted models; models not found there are fitted.
    model
        The model whose rows alone the tables show: one that an outlook has, or `pool` (`ledger.pool_forecast`).
        Default: all but the pool. Figure and drivers are those of the headline.
    ledger
        The folder of the ledger whose entries by people are in `pool`; by default as for `forecasting ledger`.
    overlay
        Folders with rows of one's own, laid over the record.

    Returns
    -------
    Outlook
        Displayed in a notebook; `.plot()` gives the figure, `.to_frame()` the forecast table.

    Raises
    ------
    UsageError
        The case is unknown or has ended, a horizon is out of range, or the model unknown.
    LeakageError
        The day is after the record's end.

    Examples
    --------
    >>> outlook = ask("mtcr-1987", "1990-01-01", horizons=[12], artefacts=None)
    >>> outlook.to_frame()["horizon"].unique().tolist()
    [12]
    """
    require_text("case_id", case_id)
    require_artefacts(artefacts)
    check_horizons(horizons)
    if model not in (None, POOL, *MODELS):
        raise UsageError(
            f"expected a model out of {', '.join((*MODELS, POOL))}, got {shown(model)}; choose one of them"
        )
    check_choice(target, "forward")
    history = shared_history(data, as_of, overlay)
    open_cases(history, [case_id], target)
    found = outlook(session_of(history.as_of, target, data, artefacts, overlay), case_id, horizons)
    if model == POOL:
        parts = shared_fit(history, MODELS_SHOWN, target, artefacts).only(*fitted_for([POOL]))
        asked = sorted(set(found.table["horizon"]))
        table = forecast(history, case_id, fitted=parts, horizons=asked, index=found.session.index)
        pooled = pool_forecast(table, ledger_folder(ledger), target)
        found = replace(found, table=pd.concat([found.table, pooled], ignore_index=True))
    return replace(found, model=model)


def outlook(session: Session, case_id: str, horizons: Sequence[int] = HORIZONS) -> Outlook:
    """The outlook of one case in a session; parameters and errors as of `ask`."""
    months = check_horizons(horizons)
    case = open_cases(session.history, [case_id], session.target)[0]
    shown_months = tuple(sorted({*months, *CURVE}))
    return Outlook(case, months, session, session.forecast(case_id, shown_months))
