"""The whole chain of one past day, made by hand: record, features, fit, forecast, entry."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from ledger.bodies import ISSUED_ON
from record.planting import LATER

from forecasting import FittedModels, History, fit_models, forecast
from forecasting.features import DossierIndex, feature_table
from forecasting.forecasts import case_limits
from forecasting.ledger import issue
from forecasting.ledger.chain import Link, read_chain

MODELS = ("primary", "ladder", "base_rate")
PAST = date(1972, 1, 1)
CASES = 6


@dataclass(frozen=True)
class ChainOf:
    features: pd.DataFrame
    fitted: FittedModels
    table: pd.DataFrame
    links: tuple[Link, ...]


def with_later_facts(history):
    """The same record with facts of every kind planted that became known after the past day."""
    record = history.record
    for plant in LATER.values():
        record = plant(record, PAST)
    return History(history.as_of, record)


def chain_of(whole, folder):
    known = whole.at(PAST)
    cases = known.open_case_ids()[:CASES]
    index = DossierIndex(known)
    features = feature_table(index, [(case, PAST) for case in cases])
    fitted = fit_models(known, MODELS, index=index)
    table = forecast(known, cases, fitted=fitted, index=index)
    limits = case_limits(known, cases, fitted, index)
    silent = {
        name: {case: str(of[name]) for case, of in limits.items() if of[name].status == "abstained"} for name in MODELS
    }
    issue(table, folder, whole, as_replay=True, issued_on=ISSUED_ON, abstained=silent)
    return ChainOf(features, fitted, table, read_chain(folder).links)
