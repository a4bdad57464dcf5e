"""Why two issued forecasts of a case differ: parts for the model, its recalibration, time, acts, code and record.

The forecasts of both days are made again by the code and from the record at hand, one change at a time. What the two
entries say beyond that comes from code or rows that have changed since, and is named for what it can be told to be.
"""

from dataclasses import dataclass, replace
from typing import Final

from forecasting.artefacts import code_sha256
from forecasting.features import MODEL_FEATURES
from forecasting.forecasts import FittedModels, fit_models, open_cases
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.limits import LEVEL
from forecasting.forecasts.situation import SituationForecast, refit_path, situation_of
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import MARGINAL, marginal_probabilities
from forecasting.ledger.chain import Link
from forecasting.ledger.entries import ROUNDING, CaseForecast, Issue
from forecasting.models.dated_rate import DatedRate
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError, shown

MODEL: Final = "model"
RECALIBRATION: Final = "recalibration"
BASE_RATE: Final = "base rate"
TIME: Final = "time"
ACTS: Final = "record: acts"
CODE: Final = "code"
REVISED: Final = "record: rows revised since"
UNTOLD: Final = "code and record, not told apart"
OTHER_CODE: Final = "code at hand, not theirs"
ROUNDED: Final = "rounding"
WORDS: Final = {"ladder_model": MODEL, "recalibration": RECALIBRATION, "base_rate": BASE_RATE}
WHY: Final = {
    MODEL: "fitted again on what was known on the second day, for the case as it stood on the first",
    RECALIBRATION: "the second day's shift and slope in place of the first's",
    BASE_RATE: "the base rate, fitted again on what was known on the second day",
    TIME: "age and months since the last sight",
    ACTS: "what became known of the case between the two days, on the ladder and in the covariates",
    CODE: "the entries were made by different code, from the record at hand",
    REVISED: "rows of what was then known have been corrected or added; the code is the same",
    UNTOLD: "neither the code nor the record at hand is theirs: make each entry again with `verify --code-of-entry`",
    OTHER_CODE: "one code made both entries, and it is not the one at hand: the parts above are this code's",
    ROUNDED: "decimals of the entries, and digits that libraries give differently",
}


@dataclass(frozen=True)
class Part:
    """A part of the difference: its name, its points in [-1, 1], and why it is there."""

    name: str
    points: float
    why: str


@dataclass(frozen=True)
class EntryChanges:
    """The difference of two issued forecasts of a case.

    Attributes
    ----------
    case_id, model, state : str
        The case, the model of both entries, and a state out of `STATES`.
    horizon : int
        Months after each entry's day.
    entries, days : tuple of str
        File names and as_of days of the two entries.
    before, after : float
        Probabilities published.
    parts : tuple of Part
        By cause; their points sum to `after` - `before`.
    steps : tuple of Part
        By step of the forecast, as the entries say it: raw model, recalibration, base rate, pool, rounding; they sum to
        the same. Empty unless both entries keep their lineage.

    Examples
    --------
    >>> EntryChanges("a", "ladder", "formalized", 12, ("1", "2"), ("", ""), 0.1, 0.2, (Part("time", 0.1, ""),)).steps
    ()
    """

    case_id: str
    model: str
    state: str
    horizon: int
    entries: tuple[str, str]
    days: tuple[str, str]
    before: float
    after: float
    parts: tuple[Part, ...]
    steps: tuple[Part, ...] = ()


def entry_changes(
    first: Link, second: Link, history: History, case_id: str, *, horizon: int = 60, state: str = STATES[0]
) -> EntryChanges:
    """Parts of the difference between two issued forecasts of a case.

    Parameters
    ----------
    first, second
        Entries with forecasts of one model, the earlier as_of day first.
    history
        The record, as of the second day or later.
    case_id
        A case that both forecast.
    horizon
        Months after each day; one that both ask about.
    state
        The state whose probability is looked at.

    Returns
    -------
    EntryChanges
        Parts that sum to the whole, to 1e-9.

    Raises
    ------
    UsageError
        The entries are of other models or targets, do not both forecast the case at the horizon, or are not in order.
    InsufficientHistoryError
        Too few endings were known on one of the days.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts, read_chain
    >>> history, case = load_history(), "us-china-encounters-mou-2014"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for day in ("2019-01-01", "2020-01-01"):
    ...         known = load_history(as_of=day)
    ...         table, _ = open_forecasts(known, ["base_rate"], cases=[case], horizons=[60])
    ...         written = issue(table, folder, known, as_replay=True)
    ...     found = entry_changes(*read_chain(folder).links, history, case)
    >>> abs(sum(part.points for part in found.parts) - (found.after - found.before)) < 1e-9
    True
    """
    before, after = _issue(first), _issue(second)
    rows = _forecast(first, before, case_id), _forecast(second, after, case_id)
    _require_comparable(before, after, horizon, state)
    k = STATES.index(state)
    places = before.horizons.index(horizon), after.horizons.index(horizon)
    published = [row.probability[place][k] for row, place in zip(rows, places, strict=True)]
    walked = _walked(history, before, after, case_id, horizon, k)
    values = [value for _, value in walked]
    parts = [Part(name, now - was, WHY[name]) for (name, now), was in zip(walked[1:], values[:-1], strict=True)]
    rest = (published[1] - values[-1]) - (published[0] - values[0])
    name = _rest_name(before, after, history, rest)
    parts.append(Part(name, rest, WHY[name]))
    return EntryChanges(
        case_id, before.model, state, horizon, (first.name, second.name),
        (before.as_of.isoformat(), after.as_of.isoformat()), published[0], published[1], tuple(parts),
        _steps(rows, places, k),
    )  # fmt: skip


def _issue(link: Link) -> Issue:
    if not isinstance(link.entry, Issue):
        raise UsageError(f"expected an entry with forecasts, got {link.name}; name one that was issued")
    return link.entry


def _forecast(link: Link, entry: Issue, case_id: str) -> CaseForecast:
    for forecast in entry.forecasts:
        if forecast.case_id == case_id:
            return forecast
    silent = "; the model abstained from it" if case_id in entry.silent else ""
    raise UsageError(f"expected a case that {link.name} forecasts, got {shown(case_id)}{silent}; name another")


def _require_comparable(before: Issue, after: Issue, horizon: int, state: str) -> None:
    if state not in STATES:
        raise UsageError(f"expected a state out of {', '.join(STATES)}, got {shown(state)}; choose one of them")
    for what, one, other in (
        ("model", before.model, after.model),
        ("target", before.target, after.target),
        ("population", before.population, after.population),
    ):
        if one != other:
            raise UsageError(f"expected two entries of one {what}, got {one} and {other}; name entries of the same")
    if before.as_of > after.as_of:
        raise UsageError(f"expected the earlier day first, got {before.as_of} and {after.as_of}; turn them round")
    both = [months for months in before.horizons if months in after.horizons]
    if horizon not in both:
        asked = ", ".join(map(str, both)) or "none"
        raise UsageError(f"expected a horizon that both entries ask about, {asked}, got {horizon}; choose another")


def _walked(
    history: History, before: Issue, after: Issue, case_id: str, horizon: int, state: int
) -> list[tuple[str, float]]:
    """Probabilities along the path from the first forecast to the second; the first with an empty name."""
    past, now = history.at(before.as_of), history.at(after.as_of)
    name, target = before.model, before.target
    views = open_cases(past, [case_id], target)[0], open_cases(now, [case_id], target)[0]
    earlier, later = (fit_models(known, [name], target, before.population) for known in (past, now))
    if isinstance(earlier.models[name], HazardModel):
        return _hazard_path(past, now, views, earlier, later, horizon, state)
    return _ladder_path(name, past, now, views, earlier, later, horizon, state)


def _hazard_path(
    past: History,
    now: History,
    views: tuple[Dossier, Dossier],
    earlier: FittedModels,
    later: FittedModels,
    horizon: int,
    state: int,
) -> list[tuple[str, float]]:
    (name,) = earlier.models
    first, second = earlier.models[name], later.models[name]
    assert isinstance(first, HazardModel)
    assert isinstance(second, HazardModel)
    young, old = (
        case_lines(known.dossiers(earlier.target), [view], MODEL_FEATURES)
        for known, view in zip((past, now), views, strict=True)
    )
    aged = young.assign(age_months=views[1].age_months, gap_months=views[1].gap_months)
    half = second.recalibrated_by(first.calibration_)
    walk = (
        ("", first, young), (MODEL, half, young), (RECALIBRATION, second, young), (TIME, second, aged),
        (ACTS, second, old),
    )  # fmt: skip
    return [
        (leg, float(marginal_probabilities(model, line, UNCERTAIN, (horizon,))[state, 0])) for leg, model, line in walk
    ]


def _ladder_path(
    name: str,
    past: History,
    now: History,
    views: tuple[Dossier, Dossier],
    earlier: FittedModels,
    later: FittedModels,
    horizon: int,
    state: int,
) -> list[tuple[str, float]]:
    first, second = earlier.models[name], later.models[name]
    if isinstance(first, DatedRate) and isinstance(second, DatedRate):
        cases = [
            CaseOnLadder(known.dossiers(earlier.target), view, (horizon,), LEVEL)
            for known, view in zip((past, now), views, strict=True)
        ]
        steps = (("", first, cases[0]), (BASE_RATE, second, cases[0]), (TIME, second, cases[1]))
        return [(leg, float(case.states(name, rate)[MARGINAL].point[state, 0])) for leg, rate, case in steps]
    assert isinstance(first, LadderPool | LadderModel)
    assert isinstance(second, LadderPool | LadderModel)
    young, old = map(situation_of, views)
    aged = replace(young, age=old.age, gap=old.gap, looked=old.looked)
    walk = [("", first, young), *((WORDS[leg], model, young) for leg, model in refit_path(first, second))]
    walk += [(TIME, second, aged), (ACTS, second, old)]
    return [(leg, float(SituationForecast(model, (horizon,)).point(at)[state, 0])) for leg, model, at in walk]


def _rest_name(before: Issue, after: Issue, history: History, rest: float) -> str:
    """What the difference may come from that the present code and record do not give."""
    if abs(rest) <= 2 * ROUNDING:
        return ROUNDED
    codes, records = {before.code.sha256, after.code.sha256}, {before.record_sha256, after.record_sha256}
    if records == {history.sha256}:
        if len(codes) > 1:
            return CODE
        return ROUNDED if codes == {code_sha256()} else OTHER_CODE
    return REVISED if codes == {code_sha256()} else UNTOLD


def _steps(rows: tuple[CaseForecast, CaseForecast], places: tuple[int, int], k: int) -> tuple[Part, ...]:
    """Parts by step of the forecast, from the lineage that the entries keep."""
    if rows[0].lineage is None or rows[1].lineage is None:
        return ()
    told = []
    for row, place in zip(rows, places, strict=True):
        kept = row.lineage
        assert kept is not None
        base = kept.base_rate[place][k] if kept.base_rate is not None else 0.0
        raw, recalibrated = kept.raw[place][k], kept.recalibrated[place][k]
        told.append((raw, recalibrated, base, kept.base_share or 0.0, row.probability[place][k]))
    (raw0, model0, base0, share0, said0), (raw1, model1, base1, share1, said1) = told
    mixed0 = (1 - share0) * model0 + share0 * base0
    mixed1 = (1 - share1) * model1 + share1 * base1
    shift = (share1 - share0) * (base1 - model1)
    found = (
        ("raw model", (1 - share0) * (raw1 - raw0), "the model before its recalibration, by its share in the pool"),
        (RECALIBRATION, (1 - share0) * ((model1 - raw1) - (model0 - raw0)), "what the recalibration adds to it"),
        (BASE_RATE, share0 * (base1 - base0), "the base rate, by its share in the pool"),
        ("share of the base rate", shift, "another weight in the pool"),
        (ROUNDED, (said1 - said0) - (mixed1 - mixed0), WHY[ROUNDED]),
    )
    return tuple(Part(*each) for each in found if each[1])
