"""Numbers about dyads and cases from events: one set of expressions for every engine.

Each works on what was known: an event counts on a day if it happened and was known on or before that day.
"""

import math
from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

from forecasting.streams.tables import QUADS, plover

WINDOWS: Final = (30, 90, 365)
HALF_LIVES: Final = (30, 180)
LONGEST: Final = 1095
"""Days that any feature looks back: three years are the baseline of a dyad."""
FADED: Final = 6
"""Half-lives after which an event no longer counts in an intensity: 1.6 % of its weight is left."""
CATEGORIES: Final = tuple(plover())
CONFLICT: Final = ("verbal_conflict", "material_conflict")
QUIET: Final = ("quiet", "quiet_conflict")
COOPERATION: Final = ("verbal_cooperation", "material_cooperation")
SUMS: Final = ("n", *(f"n_{name.lower()}" for name in CATEGORIES), *(f"n_{name}" for name in QUADS))
WHOLE: Final = ("goldstein_tenths", "n_goldstein", "tone_millionths", "n_tone", "sources")
DAILY: Final[dict[str, str]] = {
    "dyad": "string",
    "event_day": "int64",
    "known_day": "int64",
    "month": "int64",
    **dict.fromkeys((*SUMS, *WHOLE), "int64"),
}
CASE_DAYS: Final = {"case_id": "string", "as_of_day": "int64", "dyad": "string"}


def days(events: ir.Table) -> ir.Table:
    """Sums of events by dyad, day of the event and day on which it was known.

    All sums are whole numbers, so that they are the same in any order of rows: values of the scale of Goldstein in
    tenths, tones in millionths.

    Parameters
    ----------
    events : ibis table
        With columns of `events.EVENT`; rows without a dyad do not count.

    Returns
    -------
    ibis table
        Columns of `DAILY`; `event_day` and `known_day` are days since 1970-01-01, `month` is year and month as YYYYMM.
    """
    between = events.filter(events.dyad.notnull())
    keyed = between.mutate(
        event_day=_day_number(between.event_date),
        known_day=_day_number(between.known_date),
        month=(between.event_date.year() * 100 + between.event_date.month()).cast("int64"),
        tenths=(between.goldstein * 10).round().cast("int64"),
        millionths=(between.tone * 1_000_000).round().cast("int64"),
    )
    return keyed.group_by("dyad", "event_day", "known_day", "month").aggregate(
        n=_count(keyed),
        **{f"n_{name.lower()}": _count(keyed, keyed.plover == name) for name in CATEGORIES},
        **{f"n_{name}": _count(keyed, keyed.quad == name) for name in QUADS},
        goldstein_tenths=_whole(keyed.tenths),
        n_goldstein=_whole(keyed.tenths.count()),
        tone_millionths=_whole(keyed.millionths),
        n_tone=_whole(keyed.millionths.count()),
        sources=_whole(keyed.sources),
    )


def dyad_months(daily: ir.Table, as_of_day: int | None = None) -> ir.Table:
    """The table of dyads and months.

    Parameters
    ----------
    daily : ibis table
        Columns of `DAILY`; several rows of one dyad and day add up.
    as_of_day : int, optional
        Days since 1970-01-01; what was not known on that day does not count. By default everything counts.

    Returns
    -------
    ibis table
        Keys `dyad` and `month`; counts `n`, `n_<category>` and `n_<quad class>`; `goldstein` (mean), `cooperation`
        (share of events), `tone` (mean; null where no event has one) and `sources` (sum over events).
    """
    known = daily if as_of_day is None else daily.filter(daily.known_day <= as_of_day, daily.event_day <= as_of_day)
    summed = known.group_by("dyad", "month").aggregate(**{name: _whole(known[name]) for name in (*SUMS, *WHOLE)})
    return summed.select("dyad", "month", *SUMS, **_means(summed, ""), sources=summed.sources)


def case_features(
    daily: ir.Table,
    case_days: ir.Table,
    windows: Sequence[int] = WINDOWS,
    half_lives: Sequence[int] = HALF_LIVES,
) -> ir.Table:
    """Features of cases as of days.

    Parameters
    ----------
    daily : ibis table
        Columns of `DAILY`.
    case_days : ibis table
        Columns of `CASE_DAYS`: a row for each day of a case and each dyad among its parties.
    windows, half_lives : sequence of int
        Days, up to `LONGEST`.

    Returns
    -------
    ibis table
        A row for each case and day, see `feature_names`: within each window counts, means, the share of cooperation,
        the sum of sources, and `change`, the logarithm of one more event than counted over one more than expected from
        the dyads' own rate in the days before the window; intensities, sums of events that halve with every half-life;
        `quiet` and `quiet_conflict`, days since the last event, at most `LONGEST`.
    """
    keys = case_days.select("case_id", "as_of_day").distinct()
    met = case_days.join(
        daily,
        [
            case_days.dyad == daily.dyad,
            daily.known_day <= case_days.as_of_day,
            daily.event_day <= case_days.as_of_day,
            daily.event_day > case_days.as_of_day - LONGEST,
        ],
    )
    met = met.mutate(age=met.as_of_day - met.event_day, n_conflict=sum(met[f"n_{name}"] for name in CONFLICT))
    ordered = sorted(windows)
    bands = [(met.age < window, band) for band, window in enumerate(ordered)]
    met = met.mutate(band=ibis.cases(*bands, else_=len(ordered)))
    counted = ("n", *(f"n_{one}" for one in QUADS), *WHOLE)
    faded = {}
    for half_life in half_lives:
        weight = ibis.ifelse(met.age < FADED * half_life, (met.age * (-math.log(2) / half_life)).exp(), 0.0)
        faded[f"intensity_all_{half_life}"] = (weight * met.n).sum()
        faded[f"intensity_conflict_{half_life}"] = (weight * met.n_conflict).sum()
    # first between the ends of neighbouring windows, so that each event is added once and not once for each window
    banded = met.group_by("case_id", "as_of_day", "band").aggregate(
        **{name: _whole(met[name]) for name in counted},
        **faded,
        last_age=met.age.min(),
        last_conflict_age=met.age.min(where=met.n_conflict > 0),
    )
    sums = {"all_n": _whole(banded.n)} | {name: banded[name].sum() for name in faded}
    sums |= {name: banded[name].min() for name in ("last_age", "last_conflict_age")}
    for band, window in enumerate(ordered):
        for name in counted:
            sums[f"{name}_{window}"] = _whole(ibis.ifelse(banded.band <= band, banded[name], 0))
    found = banded.group_by("case_id", "as_of_day").aggregate(**sums)
    whole = keys.left_join(found, ["case_id", "as_of_day"]).drop("case_id_right", "as_of_day_right")
    return whole.select("case_id", "as_of_day", **_features(whole, windows, half_lives))


def feature_names(windows: Sequence[int] = WINDOWS, half_lives: Sequence[int] = HALF_LIVES) -> dict[str, int]:
    """Names of the features, each with the days that it looks back.

    Examples
    --------
    >>> list(feature_names([30], [180]))[:3], feature_names([30], [180])["intensity_all_180"]
    (['n_30', 'n_verbal_cooperation_30', 'n_material_cooperation_30'], 1080)
    """
    of_windows = ("n", *(f"n_{name}" for name in QUADS), "goldstein", "cooperation", "tone", "sources")
    found = {f"{name}_{window}": window for window in windows for name in of_windows}
    found |= {f"change_{window}": LONGEST for window in windows}
    found |= {
        f"intensity_{name}_{half}": min(FADED * half, LONGEST) for half in half_lives for name in ("all", "conflict")
    }
    return found | dict.fromkeys(QUIET, LONGEST)


def _features(row: ir.Table, windows: Sequence[int], half_lives: Sequence[int]) -> dict[str, ir.Value]:
    found: dict[str, ir.Value] = {}
    for window in windows:
        end = f"_{window}"
        for name in ("n", *(f"n_{one}" for one in QUADS), "sources"):
            found[f"{name}{end}"] = row[f"{name}{end}"].fill_null(0)
        found |= {f"{name}{end}": value for name, value in _means(row, end).items()}
        n, before = found[f"n{end}"], row.all_n.fill_null(0) - found[f"n{end}"]
        expected = before.cast("float64") * (window / (LONGEST - window))
        found[f"change{end}"] = ((n + 1).cast("float64") / (expected + 1.0)).ln()
    for half_life in half_lives:
        for name in ("all", "conflict"):
            found[f"intensity_{name}_{half_life}"] = row[f"intensity_{name}_{half_life}"].fill_null(0.0)
    found["quiet"] = row.last_age.fill_null(LONGEST)
    found["quiet_conflict"] = row.last_conflict_age.fill_null(LONGEST)
    return {name: found[name] for name in feature_names(windows, half_lives)}


def _means(row: ir.Table, end: str) -> dict[str, ir.Value]:
    """Means from sums; null where there is nothing to be averaged."""
    n = row[f"n{end}"].nullif(0)
    kind = sum(row[f"n_{name}{end}"] for name in COOPERATION)
    return {
        "goldstein": row[f"goldstein_tenths{end}"].cast("float64") / row[f"n_goldstein{end}"].nullif(0) / 10,
        "cooperation": kind.cast("float64") / n,
        "tone": row[f"tone_millionths{end}"].cast("float64") / row[f"n_tone{end}"].nullif(0) / 1_000_000,
    }


def _day_number(day: ir.DateValue) -> ir.IntegerValue:
    return day.delta(ibis.date("1970-01-01"), unit="day").cast("int64")


def _count(table: ir.Table, where: ir.BooleanValue | None = None) -> ir.IntegerValue:
    if where is None:
        return table.count().cast("int64")
    return _whole(ibis.ifelse(where, 1, 0).sum())


def _whole(value: ir.IntegerValue) -> ir.IntegerValue:
    """A sum as a whole number of 64 bits, 0 of nothing."""
    summed = value if isinstance(value, ir.IntegerScalar) else value.sum()
    return summed.cast("int64").fill_null(0)
