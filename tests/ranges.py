"""Fitted models as if their training cases had spanned other ranges, for what is said and done outside of these."""

from dataclasses import replace

import numpy as np

from forecasting.forecasts import FittedModels


def of_fewer_months(fitted: FittedModels, most: float = 150.0) -> FittedModels:
    """The same models, as if no case that the ladder's model learned from had been followed for more months than this.

    Of a case that has gone on for longer the record then says less than it does, so that even the headline, with its
    smaller share of the model, reaches beyond it.
    """
    support = fitted.ladder_support
    assert support is not None
    age, upper = support.names.index("age_months"), support.upper.copy()
    upper[:, age] = np.minimum(upper[:, age], most)
    return replace(fitted, ladder_support=replace(support, upper=upper))
