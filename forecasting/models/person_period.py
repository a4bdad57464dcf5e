"""The plain multinomial logit of person-months: the hazard model without priors, groups, recalibration or base rate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecasting.models.episodes import decay, duration_bin, lag_bin
from forecasting.models.hazard import N_DURATION, HazardModel
from forecasting.models.threads import one_thread

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_STEPS = 50
DURATION_TERMS = ("first months", *(f"duration step {number}" for number in range(1, N_DURATION)))


@dataclass(frozen=True)
class PersonMonths:
    """Months at risk, one row each.

    `design` (n, p): duration steps, then covariates, standardised; `cause` (n,): 0 where the month did not end the
    case, else the number of the cause; `group` (n,): what the standard errors keep whole; `terms` (p,).
    """

    design: Floats
    cause: Integers
    group: Integers
    terms: tuple[str, ...]


@dataclass(frozen=True)
class PlainLogit:
    """Maximum likelihood fit with cluster-robust standard errors.

    `coef` and `standard_error` (p, n_causes), in log odds of a month; `endings` (n_causes,): months that ended a case
    by each cause; `n_months`, `n_groups`: rows and clusters behind them; `terms` (p,); `causes` (n_causes,).
    """

    coef: Floats
    standard_error: Floats
    endings: Integers
    n_months: int
    n_groups: int
    terms: tuple[str, ...]
    causes: tuple[str, ...]


def person_months(
    model: HazardModel, X: pd.DataFrame, y: tuple[ArrayLike, ArrayLike, ArrayLike], groups: ArrayLike
) -> PersonMonths:
    """Months at risk of the landmarks, each month of a case once, with the covariates of its latest landmark.

    The hazard model also counts each month once, but shares it among all landmarks that look ahead to it. Two things
    differ, so that maximum likelihood has an answer: a landmark with an uncertain fact is one line with the fact's
    probability as covariate, and retrospectively sampled cases are left out. All of those were formalized, so the
    intercept that the hazard model gives them would be infinite for the other causes.

    Parameters
    ----------
    model : HazardModel
        Fitted on the same landmarks; gives covariates, scaling and causes.
    X : DataFrame
        One line per landmark with `case`, `weight` and the model's covariates, as `HazardModel.fit` takes it.
    y : tuple of array_like of int, (n,) each
        Age at the landmark in completed months, month of exit, and cause (0: none known).
    groups : array_like of int, (n,)
        Component of related cases.

    Returns
    -------
    PersonMonths
        One row per case and month, without the model's group intercepts.
    """
    names = [*model.statics, *model.states]
    lines = X[[*names, "case", "weight"]].reset_index(drop=True)
    lines = lines.assign(age=y[0], exit=y[1], cause=y[2], group=groups)
    if model.frame:
        lines = lines[X[model.frame].to_numpy() == 0]
    weight = lines["weight"]
    share = weight / weight.groupby([lines["case"], lines["age"]]).transform("sum")
    lines[names] = lines[names].astype(np.float64).mul(share, axis=0)
    how = {**dict.fromkeys(names, "sum"), **dict.fromkeys(("exit", "cause", "group"), "first")}
    marks = lines.groupby(["case", "age"]).agg(how).reset_index()
    stop = np.minimum(marks.groupby("case")["age"].shift(-1, fill_value=np.iinfo(np.int64).max), marks["exit"])
    ahead = (stop - marks["age"]).to_numpy(np.int64)
    rows = marks.loc[marks.index.repeat(ahead)]
    since = np.arange(1, len(rows) + 1) - np.repeat(np.cumsum(ahead) - ahead, ahead)
    month = rows["age"].to_numpy(np.int64) + since
    covariates = model.scaling_.apply(rows[names].to_numpy(np.float64))
    covariates[:, len(model.statics) :] *= decay(lag_bin(since))[:, None]
    steps = duration_bin(month)[:, None] >= np.arange(N_DURATION)
    return PersonMonths(
        design=np.concatenate([steps, covariates], axis=1).astype(np.float64),
        cause=np.where(month == rows["exit"], rows["cause"], 0).astype(np.int64),
        group=rows["group"].to_numpy(np.int64),
        terms=(*DURATION_TERMS, *names),
    )


@one_thread
def plain_logit(months: PersonMonths, causes: tuple[str, ...]) -> PlainLogit:
    """Unpenalised multinomial logit by Newton's method, its covariance robust to dependence within groups.

    Parameters
    ----------
    months : PersonMonths
        Rows of the likelihood; every cause and no ending must occur.
    causes : tuple of str
        Names of causes 1, 2, ...

    Returns
    -------
    PlainLogit
        Estimates with the sandwich covariance H^-1 (sum of s_g s_g') H^-1, where s_g is the score of group g, times
        G / (G - 1) * (n - 1) / (n - p k) for G groups, n months and p k coefficients.

    Raises
    ------
    ValueError
        Where a cause never occurs, or the likelihood has no finite maximum that Newton's method finds.

    References
    ----------
    Liang and Zeger 1986, Biometrika 73:13-22; Allison 1982, Sociol. Methodol. 13:61-98, for person-periods.
    """
    from statsmodels.discrete.discrete_model import MNLogit

    endings = np.bincount(months.cause, minlength=len(causes) + 1)
    if not endings.all() or len(endings) != len(causes) + 1:
        found = dict(zip(("none", *causes), endings.tolist(), strict=False))
        raise ValueError(f"expected months with each cause and with none, got {found}; leave out what never occurs")
    fit = MNLogit(months.cause, months.design).fit(
        method="newton",
        maxiter=MOST_STEPS,
        disp=False,
        warn_convergence=False,
        cov_type="cluster",
        cov_kwds={"groups": months.group},
    )
    if not fit.mle_retvals["converged"]:
        raise ValueError(
            f"expected the likelihood to converge in {MOST_STEPS} Newton steps, got none; "
            "leave out covariates that separate a cause from the others"
        )
    return PlainLogit(
        coef=np.asarray(fit.params),
        standard_error=np.asarray(fit.bse),
        endings=endings[1:],
        n_months=len(months.cause),
        n_groups=len(np.unique(months.group)),
        terms=months.terms,
        causes=causes,
    )


def beside_shrunken(plain: PlainLogit, model: HazardModel) -> pd.DataFrame:
    """Regression table of the covariates: plain coefficient and standard error, and what the hazard model holds.

    Parameters
    ----------
    plain : PlainLogit
        Fit of `person_months` of the same model.
    model : HazardModel
        The fitted model, with `calibration_`.

    Returns
    -------
    DataFrame
        One row per covariate, in log odds per standard deviation; columns are (cause, `plain` | `se` | `shrunken` |
        `recalibrated`), the last being the shrunken one times the slope of the recalibration.
    """
    slopes = slice(N_DURATION, len(plain.terms))
    shrunken = model.coef_[slopes]
    columns = {
        "plain": plain.coef[slopes],
        "se": plain.standard_error[slopes],
        "shrunken": shrunken,
        "recalibrated": model.calibration_[1] * shrunken,
    }
    return pd.DataFrame(
        {(cause, name): values[:, k] for k, cause in enumerate(plain.causes) for name, values in columns.items()},
        index=list(plain.terms[slopes]),
    )
