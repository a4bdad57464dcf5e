"""Scores of the ledger: counts of questions, Brier scores, and skill over the base rate issued with the forecasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.ledger.chain import Chain, read_chain
from forecasting.ledger.conditionals import NO, YES, conditional_lines
from forecasting.ledger.entries import VOID, Added, Issue
from forecasting.ledger.questions import (
    REFERENCE,
    is_scored,
    question_lines,
    retractions,
    settled_on,
    states_by_question,
)
from forecasting.record.months import HORIZONS
from forecasting.record.vocabulary import CAUSES, STATES
from forecasting.scores.proper import brier_binary, brier_states
from forecasting.scores.skill import paired_bootstrap
from forecasting.scores.weights import case_weights

Floats = NDArray[np.float64]

FEWEST_SCORED = 30
FEWEST_CLUSTERS = 10
LEVEL = 0.8
ALL_HORIZONS = HORIZONS[1:]
BY = ["kind", "model", "target"]


@dataclass(frozen=True)
class Scorecard:
    """Scores of a ledger, live and replay apart. Each case has weight one, divided among its scored forecasts.

    Parameters
    ----------
    settled_on
        End of the latest record used for resolution, ISO 8601; a question is scored once its deadline is not after it.
    forecasts
        One row for each kind, model, target and horizon (`all`: the mean over horizons of 12 months and more): numbers
        of questions issued, pending, matured, unseen (matured, but the state is not known), resolved, void, retracted
        and scored; of cases and clusters; the four-state Brier score (halved: 0 to 1, lower is better) of the model
        and of the base rate; `skill` with its 80 % interval from resampling clusters, or a `note` why there is none.
    causes
        The same for one cause, with the mean probability (`mean_forecast`) and the observed frequency (`observed`).
        In these two each forecast counts once: weights by case would favour cases that ended soon, which have fewer
        forecasts, and so raise the observed frequency of endings.
    others
        Probabilities of people and markets on the same questions, with their skill over the base rate and over the
        model beside which they were entered.
    conditionals
        Conditional forecasts: numbers of branches issued (one for each horizon), void because their condition failed or
        their question is void, and scored; the Brier score beside that of the forecast without the condition, `whole`,
        and the skill over it; the mean chance of the steps and the share that was taken, of those that are settled.

    Examples
    --------
    >>> Scorecard("2026-08-31", *(pd.DataFrame() for _ in range(4))).settled_on
    '2026-08-31'
    """

    settled_on: str
    forecasts: pd.DataFrame
    causes: pd.DataFrame
    others: pd.DataFrame
    conditionals: pd.DataFrame


def score(folder: Path | str, until: str | None = None) -> Scorecard:
    """Score every forecast as it was issued, including retracted ones.

    Parameters
    ----------
    folder
        The folder of the ledger.
    until
        sha256 of the last entry to be counted; None for all.

    Returns
    -------
    Scorecard
        Tables of counts and scores.

    Raises
    ------
    LedgerError
        The ledger has faults.
    UsageError
        There is no such folder, or no entry with that sha256.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     score(folder).forecasts[["issued", "pending", "scored"]].max().tolist()
    [1, 1, 0]
    """
    chain = read_chain(folder).until(until)
    settled = settled_on(chain)
    lines = question_lines(chain)
    lines = lines.assign(is_scored=is_scored(lines, settled), is_matured=lines["deadline"] <= settled)
    lines = lines.join(_briers(lines))
    return Scorecard(
        settled,
        pd.DataFrame(list(_forecast_rows(lines)), columns=FORECAST_SCORES),
        pd.DataFrame(list(_cause_rows(lines)), columns=CAUSE_SCORES),
        pd.DataFrame(_other_rows(other_lines(chain)), columns=OTHER_SCORES),
        pd.DataFrame(_conditional_rows(conditional_lines(chain)), columns=CONDITIONAL_SCORES),
    )


COUNTS = ("issued", "pending", "matured", "unseen", "resolved", "void", "retracted", "scored", "n_cases", "n_clusters")
SKILL = ("skill", "lower", "upper", "note")
FORECAST_SCORES = ("kind", "model", "target", "horizon", *COUNTS, "brier", "brier_base_rate", *SKILL)
CAUSE_SCORES = (
    "kind", "model", "target", "horizon", "cause", "scored", "n_cases", "mean_forecast", "observed", "brier",
    "brier_base_rate", *SKILL,
)  # fmt: skip
CONDITIONAL_SCORES = (
    "kind", "model", "target", "issued", "void", "scored", "n_cases", "mean_chance", "taken", "brier", "brier_whole",
    *SKILL,
)  # fmt: skip
OTHER_SCORES = (
    "kind", "by", "against", "stated", "scored", "retracted", "n_cases", "brier", "brier_against", *SKILL,
)  # fmt: skip


def compared(score: Floats, reference: Floats, case_id: "pd.Series[str]", cluster: "pd.Series[str]") -> dict[str, Any]:
    """Weighted means of paired scores, and skill with its interval if there are enough forecasts and clusters."""
    n, n_clusters = len(score), cluster.nunique()
    if n == 0:
        return {"note": "none scored"}
    weight = case_weights(case_id)
    means = {"brier": np.average(score, weights=weight), "brier_base_rate": np.average(reference, weights=weight)}
    if n < FEWEST_SCORED or n_clusters < FEWEST_CLUSTERS:
        least = f"expected {FEWEST_SCORED} and {FEWEST_CLUSTERS} at least"
        return means | {"note": f"too few: {n} forecasts in {n_clusters} clusters; {least}"}
    if not weight @ reference > 0.0:
        return means | {"note": "no skill against a perfect base rate"}
    found = paired_bootstrap(score, reference, weight, cluster, level=LEVEL)
    return means | {"skill": found.value, "lower": found.lower, "upper": found.upper, "note": ""}


def _briers(lines: pd.DataFrame) -> pd.DataFrame:
    """Four-state Brier score of each scored question, of the model and of the base rate; NaN for the others."""
    chosen = lines[lines["is_scored"]]
    scores = pd.DataFrame(np.nan, index=lines.index, columns=["brier", "brier_base_rate"])
    if len(chosen):
        observed = _state_numbers(chosen)
        for name, column in (("brier", "probability"), ("brier_base_rate", "reference")):
            scores.loc[chosen.index, name] = brier_states(_distributions(chosen[column]), observed)
    return scores


def _distributions(rows: "pd.Series[Any]") -> Floats:
    """Rows of four probabilities, (n, 4), normalized: decimals of an entry sum to 1 only to rounding."""
    values = np.array(list(rows), dtype=np.float64).reshape(-1, len(STATES))
    return values / values.sum(axis=1, keepdims=True)


def _state_numbers(lines: pd.DataFrame) -> NDArray[np.int64]:
    return lines["resolution"].map({state: i for i, state in enumerate(STATES)}).to_numpy(np.int64)


def _horizon_parts(part: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    each = [(str(horizon), part[part["horizon"] == horizon]) for horizon in sorted(part["horizon"].unique())]
    return [("all", part[part["horizon"].isin(ALL_HORIZONS)]), *each]


def _forecast_rows(lines: pd.DataFrame) -> Any:
    for key, part in lines.groupby(BY, sort=False):
        for horizon, asked in _horizon_parts(part):
            scored = asked[asked["is_scored"]]
            mean = scored.groupby(["as_of", "case_id", "cluster_id"], as_index=False)[
                ["brier", "brier_base_rate"]
            ].mean()
            found = compared(
                mean["brier"].to_numpy(), mean["brier_base_rate"].to_numpy(), mean["case_id"], mean["cluster_id"]
            )
            yield (
                dict(zip(BY, key, strict=True))
                | {"horizon": horizon}
                | _counts(asked, scored)
                | _unless_itself(key[1], found)
            )


def _counts(asked: pd.DataFrame, scored: pd.DataFrame) -> dict[str, int]:
    is_void, is_pending = asked["resolution"] == VOID, asked["resolution"] == ""
    return {
        "issued": len(asked),
        "pending": int(is_pending.sum()),
        "matured": int(asked["is_matured"].sum()),
        "unseen": int((asked["is_matured"] & is_pending).sum()),
        "resolved": int((~is_void & ~is_pending).sum()),
        "void": int(is_void.sum()),
        "retracted": int(asked["is_retracted"].sum()),
        "scored": len(scored),
        "n_cases": scored["case_id"].nunique(),
        "n_clusters": scored["cluster_id"].nunique(),
    }


def _unless_itself(model: str, found: dict[str, Any]) -> dict[str, Any]:
    if model != REFERENCE or "brier" not in found:
        return found
    return {**{name: found[name] for name in ("brier", "brier_base_rate")}, "note": "the base rate itself"}


def _cause_rows(lines: pd.DataFrame) -> Any:
    for key, part in lines[lines["is_scored"]].groupby(BY, sort=False):
        for horizon in sorted(part["horizon"].unique()):
            scored = part[part["horizon"] == horizon]
            point, other = (_distributions(scored[name]) for name in ("probability", "reference"))
            for k, cause in enumerate(CAUSES):
                observed = (scored["resolution"] == cause).to_numpy(np.float64)
                found = compared(
                    brier_binary(point[:, k], observed),
                    brier_binary(other[:, k], observed),
                    scored["case_id"],
                    scored["cluster_id"],
                )
                yield {
                    **dict(zip(BY, key, strict=True)), "horizon": str(horizon), "cause": cause, "scored": len(scored),
                    "n_cases": scored["case_id"].nunique(), "mean_forecast": point[:, k].mean(),
                    "observed": observed.mean(), **_unless_itself(key[1], found),
                }  # fmt: skip


def other_lines(chain: Chain) -> pd.DataFrame:
    """One row for each probability of a person or market, with those of the model beside it and of the base rate."""
    settled, day, retracted = states_by_question(chain), settled_on(chain), retractions(chain)
    entries = {link.name: link.entry for link in chain.links}
    rows = []
    for link in chain.links:
        entry = link.entry
        if not isinstance(entry, Added):
            continue
        beside = entries.get(entry.beside)
        if not isinstance(beside, Issue):
            continue
        for said in entry.opinions:
            forecast = next(f for f in beside.forecasts if f.case_id == said.case_id)
            i, k = beside.horizons.index(said.horizon), STATES.index(said.cause)
            rows.append(
                {
                    "kind": entry.kind, "by": entry.by, "model": beside.model, "case_id": said.case_id,
                    "cluster_id": forecast.cluster_id, "horizon": said.horizon, "cause": said.cause,
                    "probability": said.probability, "of_model": forecast.probability[i][k],
                    "of_base_rate": forecast.base_rate[i][k], "deadline": beside.deadlines[i].isoformat(),
                    "resolution": settled.get((entry.target, said.case_id, entry.as_of.isoformat(), said.horizon), ""),
                    "is_retracted": link.name in retracted,
                }
            )  # fmt: skip
    lines = pd.DataFrame(rows, columns=OTHER_LINES)
    return lines.assign(is_scored=is_scored(lines, day))


OTHER_LINES = (
    "kind", "by", "model", "case_id", "cluster_id", "horizon", "cause", "probability", "of_model", "of_base_rate",
    "deadline", "resolution", "is_retracted",
)  # fmt: skip


def _other_rows(lines: pd.DataFrame) -> Sequence[dict[str, Any]]:
    rows = []
    for (kind, by, model), part in lines.groupby(["kind", "by", "model"], sort=False):
        scored = part[part["is_scored"]]
        observed = (scored["resolution"] == scored["cause"]).to_numpy(np.float64)
        own = brier_binary(scored["probability"].to_numpy(np.float64), observed)
        for name, column in ((REFERENCE, "of_base_rate"), (model, "of_model"))[: 1 if model == REFERENCE else 2]:
            other = brier_binary(scored[column].to_numpy(np.float64), observed)
            found = compared(own, other, scored["case_id"], scored["cluster_id"])
            found["brier_against"] = found.pop("brier_base_rate", None)
            rows.append(
                {
                    "kind": kind, "by": by, "against": name, "stated": len(part), "scored": len(scored),
                    "retracted": int(part["is_retracted"].sum()), "n_cases": scored["case_id"].nunique(), **found,
                }
            )  # fmt: skip
    return rows


def _conditional_rows(lines: pd.DataFrame) -> Sequence[dict[str, Any]]:
    rows = []
    for key, part in lines.groupby(BY, sort=False):
        scored, conditions = part[part["is_scored"]], part.drop_duplicates("entry")
        settled = conditions[conditions["is_taken"].isin([YES, NO])]
        observed = _state_numbers(scored)
        own, whole = (brier_states(_distributions(scored[name]), observed) for name in ("probability", "whole"))
        found = compared(own, whole, scored["case_id"], scored["cluster_id"])
        found["brier_whole"] = found.pop("brier_base_rate", None)
        rows.append(
            {
                **dict(zip(BY, key, strict=True)), "issued": len(part), "void": int((part["resolution"] == VOID).sum()),
                "scored": len(scored), "n_cases": scored["case_id"].nunique(),
                "mean_chance": settled["chance"].mean(), "taken": settled["is_taken"].eq(YES).mean(), **found,
            }
        )  # fmt: skip
    return rows
