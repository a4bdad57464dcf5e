"""The list of models: status, what each is, where it was registered, its card, and its skill on formalization."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from forecasting.backtest.skill_of_models import FormalizationSkill, formalization_skill
from forecasting.documents.card.form import read_card
from forecasting.documents.card.home import file_name, home_of, versions
from forecasting.models.register import REGISTER, REGISTRATIONS, Registered

NO_CARD = "no card"
NO_SKILL = "not scored"
REFERENCE = "base_rate"


@dataclass(frozen=True)
class ListedModel:
    """A model of the register, with what is known about it in the folder of a record.

    Attributes
    ----------
    model : Registered
        The model.
    card : str
        File of the latest card made with it, relative to the folder; empty without one.
    skill : FormalizationSkill or None
        Its skill over the base rate on formalization; None where it was not scored.

    Examples
    --------
    >>> ListedModel(REGISTER["ladder"], "", None).line()[:4]
    ('ladder', 'headline', 'Registration 2', 'no card')
    """

    model: Registered
    card: str
    skill: FormalizationSkill | None

    def line(self) -> tuple[str, ...]:
        """Name, status, registration, card, skill and description, as text."""
        own = self.model
        skill = "the reference" if own.name == REFERENCE else NO_SKILL
        if self.skill is not None:
            skill = f"{self.skill.skill:.3f} [{self.skill.lower:.3f}, {self.skill.upper:.3f}]"
        return own.name, own.status, own.registration or "not registered", self.card or NO_CARD, skill, own.what

    def values(self) -> dict[str, Any]:
        """The same as values of JSON types."""
        where = f"{REGISTRATIONS}: {self.model.registration}" if self.model.registration else None
        skill = None if self.skill is None else asdict(self.skill)
        return asdict(self.model) | {"registration": where, "card": self.card or None, "formalization": skill}


def listed_models(folder: Path) -> list[ListedModel]:
    """Every model of the register.

    Parameters
    ----------
    folder : Path
        Folder of the record, with the cards and the results of the backtest beside it.

    Returns
    -------
    list of ListedModel
        The headline first.

    Raises
    ------
    CardError
        A card in the folder is not of its form.
    ForeignFileError
        The table of skill is not readable text.

    Examples
    --------
    >>> from forecasting.store.package_data import shipped
    >>> [each.model.name for each in listed_models(shipped("data"))][:2]
    ['ladder', 'ladder_model']
    """
    skills, cards = formalization_skill(folder), _cards(folder)
    return [ListedModel(model, cards.get(name, ""), skills.get(name)) for name, model in REGISTER.items()]


def _cards(folder: Path) -> dict[str, str]:
    """File of the latest card made with each model."""
    home = home_of(folder)
    found: dict[str, str] = {}
    for version in versions(home):
        path = home / file_name(version)
        names = read_card(path).made_from.artefact.models
        found |= dict.fromkeys(names, path.relative_to(folder).as_posix())
    return found
