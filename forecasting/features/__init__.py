"""Numbers about a case as of a day. One module per family; each feature states its unit, its range and its reason."""

from typing import Final

from forecasting.features import arrangement, climate, parties, precedent, series, tempo
from forecasting.features.registry import FEATURES, catalogue, feature, feature_table, names_of
from forecasting.record.cases import Dossier
from forecasting.record.dossiers import DossierIndex

MODEL_FEATURES: Final = names_of("model")
HINDSIGHT_FEATURES: Final = names_of("hindsight")

__all__ = [
    "FEATURES",
    "HINDSIGHT_FEATURES",
    "MODEL_FEATURES",
    "Dossier",
    "DossierIndex",
    "arrangement",
    "catalogue",
    "climate",
    "feature",
    "feature_table",
    "parties",
    "precedent",
    "series",
    "tempo",
]
