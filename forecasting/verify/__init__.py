"""Documents derived again from record and code and compared with what is printed; the lineage of one number."""

from forecasting.documents.difference import Difference
from forecasting.verify.lineage import explain
from forecasting.verify.subjects import SUBJECTS, Subject, verify
from forecasting.verify.verification import Trusted, Verification

__all__ = ["SUBJECTS", "Difference", "Subject", "Trusted", "Verification", "explain", "verify"]
