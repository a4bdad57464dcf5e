"""A one-page map to the NIST AI Risk Management Framework, with triggers of withdrawal that are worked out."""

from dataclasses import dataclass
from typing import Any, Final

from forecasting.documents.card.form import Section, Text
from forecasting.documents.card.material import Material
from forecasting.documents.card.phrases import count, figure, name, quote, share, table, text
from forecasting.documents.skill_tables import DESIGNS, REGISTERED
from forecasting.record.vocabulary import CAUSES

TRIGGER_MONTHS: Final = "60"


@dataclass(frozen=True)
class Trigger:
    """A rule of withdrawal, what it looks at now, and whether it is met; None where nothing was measured."""

    rule: Text
    now: Text
    is_met: bool | None


def risk_map(material: Material) -> Section:
    """Govern, Map, Measure, Manage, and the state of each trigger."""
    found = triggers(material)
    met = sum(one.is_met is True for one in found)
    stewards = material.stewards
    rows: list[list[Any]] = [
        ["Govern", "Who is accountable", text("{who}", who=quote(stewards.owner if stewards else "nobody is named")),
         "\"Who answers for it\""],
        ["Govern", "Change control", "A card is bound by hashes to record, code and results; a change makes it "
         "stale and fails the build until it is made anew.", text("`forecasting card --check`; `.ci/run`")],
        ["Govern", "Independent review", "Sign-offs are appended, bound to the bytes signed, and never carried over "
         "to other bytes.", text("`forecasting approve`")],
        ["Map", "Context and purpose", "An outside view for analysts; excluded uses are named.",
         "\"Intended and excluded uses\""],
        ["Map", "Who could be harmed", "States and people about whom a number is quoted as a finding or as advice.",
         "\"Misuse\""],
        ["Map", "Limits of knowledge", "A record coded with hindsight; no list of all cases.",
         "\"Training data\", \"Agreement of coders\""],
        ["Measure", "Validity", "Registered proof, skill with intervals, breakdowns, failures as real cases.",
         "\"Metrics\", \"Known failures\""],
        ["Measure", "Reliability", "Calibration by ending; power; other choices.",
         "\"Calibration\", \"Other defensible choices\""],
        ["Measure", "Explainability", "Each report splits the model's number into its inputs and names precedents.",
         text("`forecasting report`; `forecasting changes`")],
        ["Measure", "Privacy and security", "No personal data; artefacts are read without pickle and checked whole; "
         "pages carry no script.", text("`data/DATASHEET.md`; `forecasting/artefacts/`")],
        ["Manage", "Limits that are enforced", "Outside what the record holds the model abstains or widens its "
         "interval, and says why.", "\"Executable limits\""],
        ["Manage", "Monitoring", "Forecasts are issued into a chain of files, settled and scored.",
         text("`forecasting ledger`")],
        ["Manage", "Withdrawal", text("If a trigger below is met, the hazard model leaves every report until it is "
                                      "registered and proved anew; base rates stay. Met now: {met} of {n}.",
                                      met=count(met), n=count(len(found))), "below"],
        ["Manage", "Correction", "Faults are corrected in rows, dated corrections or alternatives; results are run "
                                 "again.",
         text("`data/corrections.csv`; `data/DATASHEET.md`, maintenance")],
    ]  # fmt: skip
    return Section(
        title="Map to the NIST AI Risk Management Framework",
        blocks=(
            table("The four functions of the framework", ("Function", "What", "How", "Where"), rows),
            table(
                "Triggers of withdrawal, worked out from the results",
                ("Trigger", "Now", "Met"),
                [[one.rule, one.now, {True: "yes", False: "no", None: "not measured"}[one.is_met]] for one in found],
            ),
        ),
    )


def triggers(material: Material) -> list[Trigger]:
    """Each rule with what it looks at; each asks for both registered designs, so that one unlucky cut is not enough."""
    skills = [material.skill(design) for design in REGISTERED]
    found = [
        Trigger(
            text("Skill over the base rate lies wholly below nought in both registered designs"),
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
                text("Calibration slope at {months} months lies wholly below one in both: {cause}",
                     months=figure("count", int(TRIGGER_MONTHS)), cause=name(cause)),
                text("{one}; {other}", one=slopes[0], other=slopes[1]),
                all((one.upper or 0.0) < 1.0 for one in slopes) if measured else None,
            )
        )  # fmt: skip
    spread = material.multiverse["skill"]["spread"] if material.multiverse else {}
    found.append(
        Trigger(
            text("Under at least half of the other choices the skill is below nought"),
            text("median {median}", median=share(spread.get("median"))),
            spread["median"] < 0 if spread else None,
        )
    )
    return found


def _slope(material: Material, design: str, cause: str) -> Any:
    rows = material.rows("calibration", design=design, weights="case", horizon=TRIGGER_MONTHS, cause=cause)
    row = rows[0] if rows else {}
    return figure("ratio", row.get("slope"), row.get("slope_lower"), row.get("slope_upper"))
