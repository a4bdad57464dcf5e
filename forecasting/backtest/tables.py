"""Results of a backtest as tables, written beside those of other designs and records."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from forecasting.backtest.breakdown import BREAKDOWNS, skill_by
from forecasting.backtest.calibration import calibration_table, period_table, reliability_curve
from forecasting.backtest.designs import DESIGNS, Design
from forecasting.backtest.origins import FRESH, WEIGHTS, Sample, Weights
from forecasting.backtest.results import SCORES, Backtest
from forecasting.forecasts import LEVEL
from forecasting.record.files import RESULTS
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.power import power, ranked
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole

KEY = ["record", "design"]
RECORD_DIGITS = 12
SIGNIFICANT = "%.6g"
_FIGURES = {
    "difference": "value",
    "lower": "lower",
    "upper": "upper",
    "standard_error": "standard_error",
    "minimum_detectable": "smallest",
    "critical_difference": "apart",
    "same_sign": "right_sign",
    "n": "n",
    "n_groups": "n_groups",
}


def skill_table(scored: Backtest) -> pd.DataFrame:
    """Skill of the models of a backtest over the base rates, in whole and in parts.

    Parameters
    ----------
    scored : Backtest
        Forecasts of `SCORED_MODELS`, or some of them.

    Returns
    -------
    pandas.DataFrame
        `sample`, `weights`, `model`, `reference`, `score` and the columns of `skill_by`. Of the ladder forecast over
        the base rate there are all parts; of the others the whole alone, and horizons of formalization.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.backtest import backtest
    >>> models = ["ladder", "base_rate"]
    >>> table = skill_table(backtest(load_history(as_of="1990-12-31"), "rolling", only=["1985"], models=models))
    >>> table["sample"].unique().tolist(), sorted(table["model"].unique())
    (['all', 'development', 'reserved', 'fresh', 'reserved and fresh'], ['ladder'])
    """
    tables = []
    for sample in scored.origins.samples():
        for weights in WEIGHTS:
            for model, reference in _pairs(scored):
                for score in SCORES:
                    for by in _parts_shown(model, reference, score, weights):
                        found = skill_by(scored, by, model, reference, score, weights, sample)
                        head = {"sample": sample, "weights": weights, "model": model, "reference": reference}
                        tables.append(found.assign(**head, score=score))
    return _first(pd.concat(tables, ignore_index=True), ["sample", "weights", "model", "reference", "score"])


def headline_table(scored: Backtest) -> pd.DataFrame:
    """Skill of the ladder forecast over the base rate under the registered weights: each score, sample and horizon."""
    weights: Weights = "forecast"
    tables = [
        skill_by(scored, by, score=score, weights=weights, sample=sample).assign(sample=sample, score=score)
        for sample in scored.origins.samples()
        for score in ("formalized", "states", "collapsed", "faded")
        for by in ("all", "horizon")
    ]
    return _first(pd.concat(tables, ignore_index=True), ["sample", "score"]).drop(columns="by")


def slope_table(scored: Backtest) -> pd.DataFrame:
    """Slope of (outcome - base rate) on (forecast - base rate) of the ladder forecast.

    Columns: `sample`, `cause`, `slope`, `sd`, `lower95`, `upper95` (components resampled whole).
    """
    rows = []
    for sample in scored.origins.samples():
        for cause in CAUSES:
            found = scored.slope(cause, sample=sample)
            rows.append({
                "sample": sample, "cause": cause, "slope": found.value, "sd": found.sd,
                "lower95": found.lower, "upper95": found.upper,
            })  # fmt: skip
    return pd.DataFrame(rows)


def power_table(scored: Backtest, score: str = "formalized", sample: Sample = "all") -> pd.DataFrame:
    """Paired differences of each pair of models, with their power.

    Columns: `model`, `against`, `difference` (the score that `model` saves more than `against`, as a share of the base
    rate's score; its skill where `against` is the base rate), `lower`, `upper`, `standard_error`, `minimum_detectable`
    (true difference detected with probability 0.8), `critical_difference` (least measured difference whose interval
    excludes 0), `same_sign` (probability that a repetition shows the same sign), `n`, `n_groups` and `tier` (of
    `model`, 1 the best; models of one tier are indistinguishable). See `scores.power.Power`.
    """
    weight = scored.origins.weights("forecast", None, sample)
    rows = weight > 0
    models = tuple(scored.probabilities)
    scores, group = {model: scored.scores(score, model)[rows] for model in models}, scored.origins.group[rows]
    tiers = ranked(scores, weight[rows], group, level=LEVEL)
    found = []
    for model in models:
        tier = next(number for number, names in enumerate(tiers, start=1) if model in names)
        for other in models:
            if other != model:
                shown = power(scores[model], scores[other], weight[rows], group, scores["base_rate"], level=LEVEL)
                figures = {column: getattr(shown, name) for column, name in _FIGURES.items()}
                found.append({"model": model, "against": other, **figures, "tier": tier})
    return pd.DataFrame(found)


def result_tables(scored: Backtest) -> dict[str, pd.DataFrame]:
    """The tables of a design.

    Parameters
    ----------
    scored : Backtest
        Forecasts of its models.

    Returns
    -------
    dict of str to pandas.DataFrame
        `skill`, `slope`, `calibration`, `reliability` (curves at 60 months), `periods` and `power`; see `skill_table`,
        `slope_table`, `calibration_table`, `reliability_curve`, `period_table` and `power_table`. From `calibration`
        on they are of the fresh cases in the designs that never learn from them, and of all cases elsewhere.
    """
    sample: Sample = FRESH if scored.design in ("fresh", "fresh_rolling") else "all"
    curves = [reliability_curve(scored, cause, sample=sample).assign(cause=cause, horizon=60) for cause in CAUSES]
    weighted = [
        calibration_table(scored, weights=weights, sample=sample).assign(weights=weights) for weights in WEIGHTS
    ]
    return {
        "skill": skill_table(scored),
        "slope": slope_table(scored),
        "calibration": _first(pd.concat(weighted, ignore_index=True), ["weights"]),
        "reliability": _first(pd.concat(curves, ignore_index=True), ["cause", "horizon"]),
        "periods": period_table(scored, sample=sample),
        "power": power_table(scored, sample=sample),
    }


def _pairs(scored: Backtest) -> list[tuple[str, str]]:
    """Models and the references that they are scored over."""
    models = [name for name in scored.probabilities if name != "base_rate"]
    pairs = [(model, "base_rate") for model in models]
    return pairs + [("ladder", name) for name in ("type_base_rate", "recent_base_rate") if name in models]


def _parts_shown(model: str, reference: str, score: str, weights: Weights) -> tuple[str, ...]:
    if (model, reference) == ("ladder", "base_rate") and score in ("states", *CAUSES):
        return BREAKDOWNS if weights == "forecast" else ("all", "horizon")
    if score == "formalized" and weights == "forecast":
        return ("all", "horizon")
    return ("all",) if score in ("states", *CAUSES) or (model, reference) == ("ladder", "base_rate") else ()


def write_tables(
    tables: Mapping[str, pd.DataFrame], record_sha256: str, design: Design, folder: str | Path
) -> list[Path]:
    """Write the `result_tables` of a design into a folder, all or none.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By name; each is written to `<name>.csv` with the columns `record` and `design` before its own.
    record_sha256 : str
        Hash of the record that was scored; its first digits go into `record`.
    design : str
        How the folds were made.
    folder : str or Path
        Rows of the same record and design are replaced there; those of others stay, the last record written first.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UsageError
        For a file there with other columns.
    """
    key = (record_sha256[:RECORD_DIGITS], design)
    contents = {}
    for name, fresh in tables.items():
        path = Path(folder) / f"{name}.csv"
        text = io.StringIO()
        fresh.assign(record=key[0], design=key[1])[[*KEY, *fresh.columns]].to_csv(
            text, index=False, float_format=SIGNIFICANT, lineterminator="\n"
        )
        contents[path] = _merged(path, text.getvalue(), key).encode()
    write_whole(contents)
    return list(contents)


def _merged(path: Path, fresh: str, key: tuple[str, str]) -> str:
    """The lines of the fresh table with those of other records and designs in the file, its own record first."""
    header, *lines = fresh.splitlines(keepends=True)
    old: list[str] = []
    if path.exists():
        old_header, *old = RESULTS.text(path).splitlines(keepends=True) or [""]
        if old_header != header:
            raise UsageError(
                f"expected {path} with the columns {header.strip()}, got {old_header.strip()}; "
                "write the tables to another folder"
            )
    others = [line for line in old if tuple(line.split(",")[:2]) != key]
    own = [line for line in [*others, *lines] if line.startswith(f"{key[0]},")]
    in_order = [line for design in DESIGNS for line in own if line.split(",")[1] == design]
    return "".join([header, *in_order, *(line for line in others if not line.startswith(f"{key[0]},"))])


def _first(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    return table[[*names, *table.columns.drop(list(names))]]
