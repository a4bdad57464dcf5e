"""Proof of every number: derived again from record and code, and held against what was printed."""

from forecasting.verification.differences import Difference, Verification
from forecasting.verification.lineage import explain
from forecasting.verification.subjects import SUBJECTS, Subject, verify
from forecasting.verification.trust import Trusted

__all__ = ["SUBJECTS", "Difference", "Subject", "Trusted", "Verification", "explain", "verify"]
