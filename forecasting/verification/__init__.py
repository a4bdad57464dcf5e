"""Proof of every number: derived again from record and code, and held against what was printed."""

from forecasting.verification.differences import Difference, Verification


__all__ = ["Difference", "Verification"]
