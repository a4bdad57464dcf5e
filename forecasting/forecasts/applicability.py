"""Applicability rules: when the hazard model abstains, and when its interval is widened.

The model abstains where no other training case has the type of the case, or none its domain: the forecast would then
be an extrapolation from other kinds of arrangement alone. Its interval is widened to contain that of the base rate,
while its probability is unchanged, where a covariate is an extrapolation, outside its range in the other training cases
(each by itself: the bounding box, the plainest of the applicability domains in King & Zeng 2006, Political Analysis
14:131-159), or where the risk set at the case's age has fewer than ten cases.

Other cases alone count: a training case lies within its own range and is of its own type, so that with it the rule
could hardly ever be met; and of itself it shows only that it has not ended yet. The range counts at any distance, so
that no margin had to be chosen: a covariate that all cases share on a day, such as the climate, widens all of them when
it reaches a new extreme. Ten: a model is fitted on no fewer endings (`fit.FEWEST_ENDINGS`), and the track record of
fewer cases is not shown; with no ending among ten cases the upper bound of a probability is still 0.21 at the level of
80 %.

The base rate by type abstains likewise: with no other case of the type it would repeat the overall rate.
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
    """A rule that a case meets.

    Attributes
    ----------
    rule : {"type", "domain", "range", "age"}
        The rule.
    name : str
        Column that it is about.
    value : float or str
        Value of the case; of `age`, the size of its risk set.
    lower, upper : float, optional
        Range in the other cases (`range`), or the fewest cases required (`age`: in `lower`).
    effect : float, optional
        Change of the probability that it moves most, against the nearest value within the range; None where the rule
        does not ask for it (`ladder_applicability` does).
    """

    rule: Rule
    name: str
    value: float | str
    lower: float | None = None
    upper: float | None = None
    effect: float | None = None

    def __str__(self) -> str:
        if self.lower is None:
            return f"no other case that the model learned from has the {self.name} {self.value}"
        if self.upper is None:
            cases = "case was" if self.value == 1 else "cases were"
            return f"{self.value:.0f} {cases} under observation at its age, fewer than {self.lower:.0f}"
        value, lower, upper = distinct_digits(float(self.value), self.lower, self.upper)
        said = f"{self.name} is {value}, outside the {lower} to {upper} of the other cases"
        if self.effect is None:
            return said
        return f"{said} of its form, which moves the forecast by {100 * self.effect:+.1f} points"


@dataclass(frozen=True)
class Applicability:
    """Applicability of a model to a case.

    Attributes
    ----------
    status : {"within", "widened", "abstained"}
        Within the domain, forecast with a widened interval, or not forecast.
    reasons : tuple of Reason
        Rules that the case meets; empty if within.

    Examples
    --------
    >>> print(Applicability("abstained", (Reason("type", "type", "informal_regime"),)))
    no other case that the model learned from has the type informal_regime
    """

    status: Status
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))


@dataclass(frozen=True)
class Support:
    """The applicability domain spanned by the n training cases of a model.

    Attributes
    ----------
    case_ids, types, domains : tuple of str, of length n
        Keys, types and domains of the cases.
    names : tuple of str, of length p
        Covariates.
    lower, upper : numpy.ndarray of shape (n, p)
        Range of each covariate over the landmarks of each case.

    Examples
    --------
    >>> lines = pd.DataFrame({"case_id": ["a", "a"], "type": ["t", "t"], "x": [0.0, 1.0]})
    >>> support_of(lines, ["x"], pd.Series({"a": "space"})).upper.tolist()
    [[1.0]]
    """

    case_ids: tuple[str, ...]
    types: tuple[str, ...]
    domains: tuple[str, ...]
    names: tuple[str, ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


WITHIN: Final = Applicability("within", ())


def support_of(landmarks: pd.DataFrame, names: Sequence[str], domains: "pd.Series[str]") -> Support:
    """Applicability domain of a model fitted on landmarks.

    Parameters
    ----------
    landmarks : pandas.DataFrame
        Rows with `case_id`, `type` and the covariates.
    names : sequence of str
        Covariates.
    domains : pandas.Series
        Domain of each case, indexed by case_id.

    Returns
    -------
    Support
        Cases sorted by case_id.
    """
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
    support : Support
        Domain of the model's training cases.
    cases : pandas.DataFrame of n rows
        `case_id`, `type`, `domain` and the covariates of the support.
    at_risk : numpy.ndarray of shape (n,)
        Size of the risk set at the age of each case.

    Returns
    -------
    list of Applicability
        In the order of the cases.
    """
    values = cases[list(support.names)].to_numpy(np.float64)
    kinds = cases[["case_id", *KINDS]].astype(str).to_dict(orient="records")
    return [applicability_of(support, own, values[line], int(at_risk[line])) for line, own in enumerate(kinds)]


def applicability_of(
    support: Support, own: Mapping[str, str], values: NDArray[np.float64], at_risk: int
) -> Applicability:
    """Applicability of the hazard model to one case.

    Parameters
    ----------
    support : Support
        Domain of the model's training cases.
    own : mapping of str to str
        `case_id`, `type` and `domain` of the case.
    values : numpy.ndarray of shape (p,)
        Its covariates, in the order of the support.
    at_risk : int
        Size of the risk set at its age.

    Returns
    -------
    Applicability
        An abstention leaves the rules for widening unchecked.

    References
    ----------
    King, G. and Zeng, L. (2006). The dangers of extreme counterfactuals. Political Analysis 14:131-159.

    Examples
    --------
    >>> support = Support(("a", "b"), ("t", "t"), ("space", "space"), ("x",), np.zeros((2, 1)), np.ones((2, 1)))
    >>> own = {"case_id": "c", "type": "t", "domain": "space"}
    >>> [applicability_of(support, own, np.array([x]), at_risk=50).status for x in (0.5, 1.5)]
    ['within', 'widened']
    """
    return _by_reasons(_unseen(support, own) or [*_outside(support, own["case_id"], values), *_too_few(at_risk)])


def applicability_by_type(case_ids: Sequence[str], types: Sequence[str], case_id: str, kind: str) -> Applicability:
    """Applicability of a base rate by type, fitted on these cases, to a case of type `kind`."""
    return _by_reasons([] if _is_seen(case_ids, types, case_id, kind) else [Reason("type", "type", kind)])


def _is_seen(case_ids: Sequence[str], values: Sequence[str], case_id: str, value: str) -> bool:
    """True if another case has the value."""
    return any(own == value and name != case_id for name, own in zip(case_ids, values, strict=True))


def _by_reasons(reasons: list[Reason]) -> Applicability:
    if not reasons:
        return WITHIN
    return Applicability("abstained" if reasons[0].rule in KINDS else "widened", tuple(reasons))


def _unseen(support: Support, own: Mapping[str, str]) -> list[Reason]:
    """Reasons for abstention."""
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


def distinct_digits(*numbers: float) -> list[str]:
    """Numbers as text with the fewest decimals, at least two, at which different numbers differ.

    Parameters
    ----------
    *numbers : float
        Numbers.

    Returns
    -------
    list of str
        All with the same number of decimals, at most 16.

    Examples
    --------
    >>> distinct_digits(0.1234, 0.1236)
    ['0.123', '0.124']
    """
    for decimals in range(2, 17):
        told = [f"{number:.{decimals}f}" for number in numbers]
        if len(set(told)) == len(set(numbers)):
            break
    return told
