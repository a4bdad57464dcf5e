"""Reports of the shipped record, made once for all tests that read them."""

import pytest
from sharing import made_once

from forecasting.documents.data_quality import QualityReport
from forecasting.documents.scorecard import ScorecardReport


@pytest.fixture(scope="session")
def scorecard_report(tmp_path_factory: pytest.TempPathFactory) -> ScorecardReport:
    """The scorecard of the shipped record and results."""
    return made_once(tmp_path_factory, "scorecard", lambda _: ScorecardReport())


@pytest.fixture(scope="session")
def quality_report(tmp_path_factory: pytest.TempPathFactory) -> QualityReport:
    """The report of the shipped record."""
    return made_once(tmp_path_factory, "quality", lambda _: QualityReport())
