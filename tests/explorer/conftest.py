"""The fitted models of one day, as the analyst's room finds them."""

import pytest

from forecasting.explorer.outlook import session_of


@pytest.fixture(scope="session")
def artefacts(trained, tmp_path_factory):
    """The folder in which the models of 2026-02-05 stand, by a name of its own: what was fitted with another is not at hand."""
    own = tmp_path_factory.mktemp("explorer") / "artefacts"
    own.symlink_to(trained[2].parent)
    return own


@pytest.fixture(scope="session")
def known(artefacts):
    return session_of("2026-02-05", artefacts=artefacts)
