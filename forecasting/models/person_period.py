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

    Attributes
    ----------
    design : numpy.ndarray of shape (n, p)
        Duration steps, then standardised covariates.
    cause : numpy.ndarray of int, shape (n,)
        Cause of the ending in the month, from 1; 0 if the case did not end in it.
    group : numpy.ndarray of int, shape (n,)
        Cluster of the standard errors.
    terms : tuple of str, length p
        Names of the columns.
    """

    design: Floats
    cause: Integers
    group: Integers
    terms: tuple[str, ...]


@dataclass(frozen=True)
class PlainLogit:
    """Maximum likelihood fit with cluster-robust standard errors.

    Attributes
    ----------
    coef, standard_error : numpy.ndarray of shape (p, n_causes)
        Estimates in monthly log odds per unit of each column.
    endings : numpy.ndarray of int, shape (n_causes,)
        Number of endings by cause.
    n_months, n_groups : int
        Number of rows and of clusters.
    terms : tuple of str, length p
        Names of the columns.
    causes : tuple of str
        Names of the causes.
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

    The hazard model also counts each month once, but shares it among all landmarks within whose follow-up it is. For
    the likelihood to have a finite maximum two things differ: a landmark with an uncertain fact is one row with the
    fact's probability as covariate, and retrospectively sampled cases are left out. All of those were formalized, so
    the intercept that the hazard model gives them would be infinite for the other causes.

    Parameters
    ----------
    model : HazardModel
        Fitted on the same landmarks; gives covariates, scaling and causes.
    X : DataFrame
        One row per landmark with `case`, `weight` and the model's covariates, as `HazardModel.fit` takes it.
    y : tuple of array_like of int, (n,) each
        Age at the landmark in completed months, month of exit, and cause (0: none known).
    groups : array_like of int, (n,)
        Component of related cases.

    Returns
    -------
    PersonMonths
        One row per case and month, without the model's group intercepts.

    Examples
    --------
    A case with landmarks at 0 and 12 months that ended in month 14:

    >>> from forecasting.models.scaling import Scaling
    >>> model = HazardModel(statics=("talks",), frame="")
    >>> model.scaling_ = Scaling(np.zeros(1), np.ones(1))
    >>> X = pd.DataFrame({"talks": [0.0, 1.0], "case": [0, 0], "weight": [1.0, 1.0]})
    >>> months = person_months(model, X, ([0, 12], [14, 14], [1, 1]), [0, 0])
    >>> len(months.cause), months.cause[-2:].tolist(), months.design[-3:, -1].tolist()
    (14, [0, 1], [0.0, 1.0, 1.0])
    """
    names = [*model.statics, *model.states]
    lines = X[[*names, "case", "weight"]].reset_index(drop=True)
    lines = lines.assign(age=y[0], exit=y[1], cause=y[2], group=groups)
    if model.frame:
        lines = lines[X[model.frame].to_numpy() == 0]
    weight = lines["weight"]
    share = weight / weight.groupby([lines["case"], lines["age"]]).transform("sum")
    lines[names] = lines[names].astype(np.float64).mul(share, axis=0)
    aggregation = {**dict.fromkeys(names, "sum"), **dict.fromkeys(("exit", "cause", "group"), "first")}
    landmarks = lines.groupby(["case", "age"]).agg(aggregation).reset_index()
    next_age = landmarks.groupby("case")["age"].shift(-1, fill_value=np.iinfo(np.int64).max)
    stop = np.minimum(next_age, landmarks["exit"])
    ahead = (stop - landmarks["age"]).to_numpy(np.int64)
    rows = landmarks.loc[landmarks.index.repeat(ahead)]
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

    Examples
    --------
    One ending in four months of each of ten groups, so log odds of log(1/3):

    >>> cause, group = np.tile([0, 0, 0, 1], 10), np.repeat(np.arange(10), 4)
    >>> fit = plain_logit(PersonMonths(np.ones((40, 1)), cause, group, ("first months",)), ("formalized",))
    >>> fit.coef.round(4).tolist(), fit.n_groups
    ([[-1.0986]], 10)
    """
    # Imported here because it takes long, and only this table needs it.
    from statsmodels.discrete.discrete_model import MNLogit

    endings = np.bincount(months.cause, minlength=len(causes) + 1)
    if not endings.all() or len(endings) != len(causes) + 1:
        counted = dict(zip(("none", *causes), endings.tolist(), strict=False))
        raise ValueError(f"expected months with each cause and with none, got {counted}; leave out what never occurs")
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
    """Regression table of the covariates: maximum likelihood estimates beside the hazard model's coefficients.

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

    Examples
    --------
    >>> p = N_DURATION + 1
    >>> terms, ones = (*DURATION_TERMS, "talks"), np.ones((p, 1))
    >>> plain = PlainLogit(2.0 * ones, ones, np.array([9]), 99, 9, terms, ("formalized",))
    >>> model = HazardModel(statics=("talks",))
    >>> model.coef_, model.calibration_ = ones, (0.0, 0.5)
    >>> beside_shrunken(plain, model).loc["talks", "formalized"].tolist()
    [2.0, 1.0, 1.0, 0.5]
    """
    # The hazard model's own columns continue with frame and groups, which the plain model does not have.
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
