"""Sign-off of pages and model cards: an append-only log in each folder, of who decided what about which bytes."""

from forecasting.review.log import APPROVALS, SignOff, append, sign_offs
from forecasting.review.pages import approve, review_of
from forecasting.review.sidecar import Headline, Sidecar, content_of, read_sidecar, sidecar_bytes
from forecasting.review.status import APPROVED, DRAFT, EDITED, Remark, SignOffStatus, sign_off_status

__all__ = [
    "APPROVALS",
    "APPROVED",
    "DRAFT",
    "EDITED",
    "Headline",
    "Remark",
    "Sidecar",
    "SignOff",
    "SignOffStatus",
    "append",
    "approve",
    "content_of",
    "read_sidecar",
    "review_of",
    "sidecar_bytes",
    "sign_off_status",
    "sign_offs",
]
