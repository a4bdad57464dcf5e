"""A map to the NIST AI Risk Management Framework (`risk.toml`), with triggers of withdrawal that are computed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecasting.documents.blocks import Text
from forecasting.documents.card.form import CardSection
from forecasting.documents.card.material import Material
from forecasting.documents.compose import slotted, table, text
from forecasting.documents.quantities import count, figure, name, quote, share
from forecasting.documents.skill_tables import DESIGNS, REGISTERED
from forecasting.documents.wording import NOT_MEASURED
from forecasting.record.vocabulary import CAUSES

MEASURES: Final = Path(__file__).with_name("risk.toml")
TRIGGER_MONTHS: Final = "60"


@dataclass(frozen=True)
class Trigger:
    """A rule of withdrawal, its current values, and whether it is met; None where nothing was measured."""

    rule: Text
    now: Text
    is_met: bool | None


def risk_map(material: Material) -> CardSection:
    """Govern, Map, Measure, Manage, and the state of each trigger."""
    found = triggers(material)
    slots = {
        "owner": quote(material.stewards.owner if material.stewards else "nobody is named"),
        "met": count(sum(one.is_met is True for one in found)),
        "triggers": count(len(found)),
    }
    rows = [
        [one["function"], one["what"], slotted(one["how"], slots), text(one["where"])]
        for one in tomllib.loads(MEASURES.read_text(encoding="utf-8"))["measures"]
    ]
    met = {True: "yes", False: "no", None: NOT_MEASURED}
    return CardSection(
        title="Map to the NIST AI Risk Management Framework",
        blocks=(
            table("The four functions of the framework", ("Function", "What", "How", "Where"), rows),
            table(
                "Triggers of withdrawal, computed from the results",
                ("Trigger", "Now", "Met"),
                [[one.rule, one.now, met[one.is_met]] for one in found],
            ),
        ),
    )


def triggers(material: Material) -> list[Trigger]:
    """Each rule with its current values; all require two registered designs, lest one split decide."""
    skills = [material.skill(design) for design in REGISTERED]
    found = [
        Trigger(
            text("The interval of the skill on formalization lies below zero, related cases held out and as of each "
                 "year"),
            text("{one} ({first}); {other} ({second})", one=skills[0], other=skills[1],
                 first=quote(DESIGNS[REGISTERED[0]]), second=quote(DESIGNS[REGISTERED[1]])),
            None if None in (one.upper for one in skills) else all((one.upper or 0.0) < 0 for one in skills),
        )
    ]  # fmt: skip
    for cause in CAUSES:
        slopes = [_slope(material, design, cause) for design in REGISTERED]
        measured = None not in (one.upper for one in slopes)
        found.append(
            Trigger(
                text("The interval of the calibration slope at {months} months lies below one in both: {cause}",
                     months=figure("count", int(TRIGGER_MONTHS)), cause=name(cause)),
                text("{one}; {other}", one=slopes[0], other=slopes[1]),
                all((one.upper or 0.0) < 1.0 for one in slopes) if measured else None,
            )
        )  # fmt: skip
    spread = material.multiverse["skill"]["spread"] if material.multiverse else {}
    found.append(
        Trigger(
            text("The skill on formalization is below zero under at least half of the other defensible choices"),
            text("median {median}", median=share(spread.get("median"))),
            spread["median"] < 0 if spread else None,
        )
    )
    return found


def _slope(material: Material, design: str, cause: str) -> Any:
    rows = material.rows("calibration", design=design, weights="forecast", horizon=TRIGGER_MONTHS, cause=cause)
    row = rows[0] if rows else {}
    return figure("ratio", row.get("slope"), row.get("slope_lower"), row.get("slope_upper"))
