"""Applicability rules: when the hazard model abstains, and when its interval is widened.

The model abstains where no other training case has the type of the case, or none its domain: the forecast would then
be carried over whole from other kinds of arrangement. Its interval is widened to contain that of the base rate, while
its probability stays, where a covariate is an extrapolation, outside its range in the other training cases (each by
itself: the bounding box, the plainest of the applicability domains in King & Zeng 2006, Political Analysis
14:131-159), or where the risk set at the case's age has fewer than ten cases.

Other cases: a training case lies within its own range and is of its own type, so that with it the rule could hardly
ever be met; and of itself it shows only that it has not ended yet. The range counts at any distance, so
that no margin had to be chosen: a covariate that all cases share on a day, such as the climate, widens all of them when
it reaches what it never was. Ten: fewer endings fit no model (`fit.FEWEST_ENDINGS`), and fewer cases make no track
record; with none seen among ten the upper bound of a probability is still 0.21 at the level of 80 %.

Of a base rate by type the same holds: with no other case of the type it would repeat the overall rate, and abstains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Status = Literal["within", "widened", "abstained"]
Rule = Literal["type", "domain", "range", "age"]
KINDS: Final = ("type", "domain")
FEWEST_AT_RISK: Final = 10
NOISE: Final = 1e-9


@dataclass(frozen=True)
class Reason:
    """A rule that a case meets: the `rule`, the `name` of the column, and its `value` in the case.

    `lower` and `upper` are the range in the other cases (`range`), or the fewest required (`age`: in `lower`).
    """

    rule: Rule
    name: str
    value: float | str
    lower: float | None = None
    upper: float | None = None

    def __str__(self) -> str:
        if self.lower is None:
            return f"no other case that the model learned from has the {self.name} {self.value}"
        if self.upper is None:
            cases = "case was" if self.value == 1 else "cases were"
            return f"{self.value:.0f} {cases} under observation at its age, fewer than {self.lower:.0f}"
        value, lower, upper = told_apart(float(self.value), self.lower, self.upper)
        return f"{self.name} is {value}, outside the {lower} to {upper} of the other cases"


@dataclass(frozen=True)
class Applicability:
    """Applicability of a model to a case: `within` its domain, `widened` or `abstained`, and the reasons."""

    status: Status
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))


@dataclass(frozen=True)
class Support:
    """The domain spanned by the n training cases of a model.

    `case_ids`, `types`, `domains` (n,); `names` (p,): the covariates; `lower`, `upper` (n, p): the range of each over
    the case's landmarks.
    """

    case_ids: tuple[str, ...]
    types: tuple[str, ...]
    domains: tuple[str, ...]
    names: tuple[str, ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


WITHIN: Final = Applicability("within", ())


def support_of(landmarks: pd.DataFrame, names: Sequence[str], domains: "pd.Series[str]") -> Support:
    """The support of a model fitted on `landmarks` with `case_id`, `type` and the covariates; `domains` by case."""
    each = landmarks.groupby("case_id", sort=True)
    lower, upper = (getattr(each[list(names)], bound)() for bound in ("min", "max"))
    cases = tuple(map(str, lower.index))
    types, own_domains = tuple(map(str, each["type"].first())), tuple(map(str, domains.loc[lower.index]))
    bounds = (part.to_numpy(np.float64) for part in (lower, upper))
    return Support(cases, types, own_domains, tuple(names), *bounds)


def applicabilities(support: Support, cases: pd.DataFrame, at_risk: NDArray[np.int64]) -> list[Applicability]:
    """Applicability of the hazard model to n cases.

    Parameters
    ----------
    support
        The domain of the model's training cases.
    cases
        n rows with `case_id`, `type`, `domain` and the covariates of the support.
    at_risk
        Size of the risk set at the age of each case, (n,).
    """
    values = cases[list(support.names)].to_numpy(np.float64)
    kinds = cases[["case_id", *KINDS]].astype(str).to_dict(orient="records")
    return [applicability_of(support, own, values[line], int(at_risk[line])) for line, own in enumerate(kinds)]


def applicability_of(
    support: Support, own: Mapping[str, str], values: NDArray[np.float64], at_risk: int
) -> Applicability:
    """Applicability to one case: `own` has `case_id`, `type` and `domain`; `values` (p,) are its covariates."""
    return _by_reasons(_unseen(support, own) or [*_outside(support, own["case_id"], values), *_too_few(at_risk)])


def applicability_by_type(case_ids: Sequence[str], types: Sequence[str], case_id: str, kind: str) -> Applicability:
    """Applicability of a base rate by type, fitted on these cases, to a case of type `kind`."""
    return _by_reasons([] if _is_seen(case_ids, types, case_id, kind) else [Reason("type", "type", kind)])


def _is_seen(case_ids: Sequence[str], values: Sequence[str], case_id: str, value: str) -> bool:
    """Whether another case has the value."""
    return any(own == value and name != case_id for name, own in zip(case_ids, values, strict=True))


def _by_reasons(reasons: list[Reason]) -> Applicability:
    if not reasons:
        return WITHIN
    return Applicability("abstained" if reasons[0].rule in KINDS else "widened", tuple(reasons))


def _unseen(support: Support, own: Mapping[str, str]) -> list[Reason]:
    """Reasons to abstain."""
    columns: dict[Rule, tuple[str, ...]] = {"type": support.types, "domain": support.domains}
    return [
        Reason(kind, kind, own[kind])
        for kind, values in columns.items()
        if not _is_seen(support.case_ids, values, own["case_id"], own[kind])
    ]


def _outside(support: Support, case_id: str, values: NDArray[np.float64]) -> list[Reason]:
    """Covariates outside their range in the other cases."""
    others = np.array([name != case_id for name in support.case_ids])
    lower, upper = support.lower[others].min(axis=0), support.upper[others].max(axis=0)
    away = np.flatnonzero((values < lower - NOISE) | (values > upper + NOISE))
    return [
        Reason("range", support.names[i], float(values[i]), float(lower[i]), float(upper[i])) for i in away.tolist()
    ]


def _too_few(at_risk: int) -> list[Reason]:
    return [Reason("age", "age_months", float(at_risk), float(FEWEST_AT_RISK))] if at_risk < FEWEST_AT_RISK else []


def told_apart(*numbers: float) -> list[str]:
    """Numbers with as few decimals, two at least, as keep different ones different."""
    for decimals in range(2, 17):
        told = [f"{number:.{decimals}f}" for number in numbers]
        if len(set(told)) == len(set(numbers)):
            break
    return told
