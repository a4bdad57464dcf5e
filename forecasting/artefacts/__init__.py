"""Fitted models as files: a folder named by a hash of all that they depend on, verified whole before it is used."""

from forecasting.artefacts.key import MadeFrom, code_sha256, made_from
from forecasting.artefacts.store import Obtained, Trained, find, has_artefact, load, obtain, save, train

__all__ = [
    "MadeFrom",
    "Obtained",
    "Trained",
    "code_sha256",
    "find",
    "has_artefact",
    "load",
    "made_from",
    "obtain",
    "save",
    "train",
]
