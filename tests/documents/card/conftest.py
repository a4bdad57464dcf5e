"""One card made anew for all tests, and folders of cards that a test may spoil."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sharing import made_once

from forecasting import History
from forecasting.documents.card import Card, card_bytes, make_card, read_card
from forecasting.documents.card.home import STEWARDS, file_name, home_of
from forecasting.documents.card.material import Material, gather, results_hashes
from forecasting.record.reading import read_record
from forecasting.store.package_data import shipped


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, history: History) -> list[Path]:
    """The files of the card of the shipped record and this code, made anew into a folder of their own."""
    return made_once(tmp_path_factory, "made", lambda folder: make_card(history, folder / "card"))


@pytest.fixture(scope="session")
def fresh(made: list[Path]) -> Card:
    """That card."""
    return read_card(made[0])


@pytest.fixture(scope="session")
def light(tmp_path_factory: pytest.TempPathFactory, few_cases: Path, fresh: Card) -> tuple[Path, Card]:
    """A record that is read in no time, and a short card that names its hashes: current as far as hashes tell."""
    folder = shutil.copytree(few_cases, tmp_path_factory.mktemp("light") / "record")
    home = home_of(folder)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    shutil.copyfile(home_of(shipped("data")) / STEWARDS, home / STEWARDS)
    artefact = fresh.made_from.artefact.model_copy(update={"record_sha256": read_record(folder).sha256})
    made = fresh.made_from.model_copy(update={"artefact": artefact, "results": results_hashes(folder, home, None)})
    few = {name: fresh.sections[name] for name in ("summary", "uses", "training_data")}
    return folder, fresh.model_copy(update={"made_from": made, "sections": few})


@pytest.fixture
def kept(light: tuple[Path, Card], tmp_path: Path) -> tuple[Path, Path]:
    """A copy of that record, and the file of its card."""
    folder = shutil.copytree(light[0], tmp_path / "record")
    path = home_of(folder) / file_name(light[1].version)
    path.write_bytes(card_bytes(light[1]))
    return folder, path


@pytest.fixture
def without_results(history: History, tmp_path: Path) -> Material:
    """The shipped record in a folder that holds no result."""
    return gather(History(history.as_of, replace(history.record, folder=tmp_path)))
