"""Proof of every number: derived again from record and code, and held against what was printed."""

from forecasting.verify.differences import Difference, Verification
from forecasting.verify.lineage import explain
from forecasting.verify.subjects import SUBJECTS, Subject, verify
from forecasting.verify.trust import Trusted

__all__ = ["SUBJECTS", "Difference", "Subject", "Trusted", "Verification", "explain", "verify"]
