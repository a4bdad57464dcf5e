"""One artefact that is small, for all tests that read it; those that spoil it copy it."""

import pytest

from forecasting.artefacts import train


@pytest.fixture(scope="session")
def rate(history, tmp_path_factory):
    """The artefact of the base rate alone, in a folder of its own."""
    return train(history, ("base_rate",), artefacts=tmp_path_factory.mktemp("rates")).folder
