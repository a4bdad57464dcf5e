"""Results of a backtest as tables, written beside those of other designs and records."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from forecasting.backtest.breakdown import BREAKDOWNS, skill_by
from forecasting.backtest.calibration import calibration_table, reliability_curve
from forecasting.backtest.designs import DESIGNS, Design
from forecasting.backtest.origins import SCORED_MODELS, WEIGHTS, Weights
from forecasting.backtest.results import Backtest, skill_table
from forecasting.forecasts import LEVEL
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.power import power, ranked
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole

KEY = ["record", "design"]
RECORD_DIGITS = 12
SIGNIFICANT = "%.6g"
_SHOWN = {"base_rate": BREAKDOWNS, "type_base_rate": ("all", "horizon", "cause")}
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
MODELS_SHOWN = ("primary", "primary_hindsight", "type_base_rate")


def breakdown_table(scored: Backtest) -> pd.DataFrame:
    """Breakdowns of `skill_by` under each weighting: all of them for the primary model, only the whole for the others.

    Over the base rate by type there are the whole, horizons and causes alone. Columns: weights, model, reference and
    those of `skill_by`.
    """
    breakdowns = [
        (weights, model, reference, by)
        for weights in WEIGHTS
        for model in MODELS_SHOWN
        for reference in ("base_rate", "type_base_rate")
        for by in (_SHOWN[reference] if model == "primary" else ("all",))
        if model != reference
    ]
    tables = [
        skill_by(scored, by, model, reference, weights).assign(weights=weights, model=model, reference=reference)
        for weights, model, reference, by in breakdowns
    ]
    head = ["weights", "model", "reference"]
    return pd.concat(tables, ignore_index=True)[[*head, *tables[0].columns.drop(head)]]


def power_table(scored: Backtest, weights: Weights = "case") -> pd.DataFrame:
    """Paired differences of each pair of models, with their power.

    Columns: `model`, `against`, `difference` (the score that `model` saves more than `against`, as a share of the base
    rate's score; its skill where `against` is the base rate), `lower`, `upper`, `standard_error`, `minimum_detectable`
    (true difference detected with probability 0.8), `critical_difference` (least measured difference whose interval
    excludes 0), `same_sign` (probability that a repetition shows the same sign), `n`, `n_groups` and `tier` (of
    `model`, 1 the best; models of one tier are indistinguishable). See `scores.power.Power`.
    """
    weight = scored.origins.weights(weights)
    rows = weight > 0
    scores, group = {model: scored.score(model)[rows] for model in SCORED_MODELS}, scored.origins.group[rows]
    tiers = ranked(scores, weight[rows], group, level=LEVEL)
    found = []
    for model in SCORED_MODELS:
        tier = next(number for number, names in enumerate(tiers, start=1) if model in names)
        for other in SCORED_MODELS:
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
        Forecasts of `SCORED_MODELS`.

    Returns
    -------
    dict of str to pandas.DataFrame
        `skill`, `breakdown`, `calibration`, `reliability` (curves at 60 months) and `power`; see
        `skill_table`, `skill_by`, `calibration_table`, `reliability_curve` and `power_table`.
    """
    curves = [reliability_curve(scored, cause).assign(cause=cause, horizon=60) for cause in CAUSES]
    weighted = [calibration_table(scored, weights=weights).assign(weights=weights) for weights in WEIGHTS]
    return {
        "skill": skill_table(scored),
        "breakdown": breakdown_table(scored),
        "calibration": _first(pd.concat(weighted, ignore_index=True), ["weights"]),
        "reliability": _first(pd.concat(curves, ignore_index=True), ["cause", "horizon"]),
        "power": power_table(scored),
    }


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
    design : {"cluster", "rolling", "era", "dyad"}
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
        old_header, *old = path.read_text(encoding="utf-8").splitlines(keepends=True)
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
