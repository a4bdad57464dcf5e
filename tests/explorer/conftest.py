"""The fitted models of one day, as the analyst's room finds them."""

import pytest

from forecasting.explorer.outlook import grounds


@pytest.fixture(scope="session")
def artefacts(trained):
    """The folder in which the models of 2026-02-05 stand."""
    return trained[2].parent


@pytest.fixture(scope="session")
def known(artefacts):
    return grounds("2026-02-05", artefacts=artefacts)
