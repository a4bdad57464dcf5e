"""Reports of the shipped record, made once for all tests that read them."""

import pytest
from sharing import made_once

from forecasting.backtest.tables import RECORD_DIGITS
from forecasting.documents.data_quality import QualityReport
from forecasting.documents.scorecard import (
    COVERAGE,
    RESULTS,
    TABLES,
    ScorecardReport,
    registered_results,
    rows_of,
    rows_scored,
)
from forecasting.documents.values import Content
from forecasting.record.reading import RawRecord
from forecasting.store.package_data import shipped


@pytest.fixture(scope="session")
def scorecard_report(tmp_path_factory: pytest.TempPathFactory) -> ScorecardReport:
    """The scorecard of the shipped record and results."""
    return made_once(tmp_path_factory, "scorecard", lambda _: ScorecardReport())


@pytest.fixture(scope="session")
def quality_report(tmp_path_factory: pytest.TempPathFactory) -> QualityReport:
    """The report of the shipped record."""
    return made_once(tmp_path_factory, "quality", lambda _: QualityReport())


@pytest.fixture(scope="session")
def shipped_results(record: RawRecord) -> dict[str, list[Content]]:
    """Rows of the shipped tables of results that are of this record, and of the simulated coverage."""
    digits, folder = record.sha256[:RECORD_DIGITS], shipped("data")
    found = {name: rows_scored(folder, name, digits) for name in TABLES}
    return found | {COVERAGE: rows_of(folder, RESULTS.format(COVERAGE))}


@pytest.fixture(scope="session")
def registered_tables() -> dict[str, list[Content]]:
    """Rows of the shipped tables as they were registered."""
    return registered_results(shipped("data"))
