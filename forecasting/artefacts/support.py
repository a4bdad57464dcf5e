"""The support of a hazard model as plain values and arrays, and again from them."""

from forecasting.features import MODEL_FEATURES
from forecasting.forecasts.applicability import Support
from forecasting.models.base_rate_state import require, require_sorted
from forecasting.store.errors import shown
from forecasting.store.npz import Arrays, Form
from forecasting.store.values import Values

PREFIX = "support"


class SupportValues(Values):
    """Cases that the hazard model learned from, in order, with the type and domain of each."""

    case_ids: tuple[str, ...]
    types: tuple[str, ...]
    domains: tuple[str, ...]


def support_state(support: Support | None) -> tuple[SupportValues | None, Arrays]:
    """Values and arrays of a support; none of either where there is none."""
    if support is None:
        return None, {}
    values = SupportValues(case_ids=support.case_ids, types=support.types, domains=support.domains)
    return values, {f"{PREFIX}.lower": support.lower, f"{PREFIX}.upper": support.upper}


def support_forms(values: SupportValues | None, has_hazard: bool) -> dict[str, Form]:
    """The form of each array; `ValueError` unless a hazard model, and none other, comes with a support."""
    if (values is not None) != has_hazard:
        raise ValueError(f"wanted {'a' if has_hazard else 'no'} support with these models; came {shown(values)}")
    if values is None:
        return {}
    require_sorted(values.case_ids)
    for column in (values.types, values.domains):
        if len(column) != len(values.case_ids):
            raise ValueError(f"wanted a type and a domain of each of {len(values.case_ids)} cases; came {len(column)}")
    shape = (len(values.case_ids), len(MODEL_FEATURES))
    return {f"{PREFIX}.{bound}": Form("<f8", shape) for bound in ("lower", "upper")}


def restored_support(values: SupportValues | None, arrays: Arrays) -> Support | None:
    """The support again; `ValueError` for a range that ends before it begins."""
    if values is None:
        return None
    lower, upper = (arrays[f"{PREFIX}.{bound}"] for bound in ("lower", "upper"))
    require(lower <= upper, PREFIX, upper - lower, "numbers not below nought")
    return Support(values.case_ids, values.types, values.domains, tuple(MODEL_FEATURES), lower, upper)
