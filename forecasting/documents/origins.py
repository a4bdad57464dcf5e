"""What each value of a page rests on: the function that works it out, the files and columns it reads, the models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Reads = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Origin:
    """`made_by`: dotted name of the function; `reads`: columns by table of the record, or () for a file as a whole."""

    made_by: str
    reads: Reads
    models: tuple[str, ...] = ()


def _together(*parts: Reads) -> Reads:
    """Several sets of columns as one, each column once."""
    tables = dict.fromkeys(table for part in parts for table in part)
    return {table: tuple(dict.fromkeys(c for part in parts for c in part.get(table, ()))) for table in tables}


ENDINGS: Final = {
    "outcomes": ("case_id", "target", "cause", "end_date", "end_known_date", "last_observed_date", "instrument"),
}
SPELLS: Final = _together(
    {
        "cases": ("case_id", "type", "adversarial", "start_date", "start_known_date", "cluster_id"),
        "coding": ("in_core", "sampled_via"),
    },
    ENDINGS,
)
ACTS: Final = {
    "events": ("event_id", "case_id", "event_date", "known_date", "known_late", "kind", "plover", "actor", "target",
               "is_ending"),
    "parties": ("code", "kind", "successor"),
}  # fmt: skip
HAZARD: Final = _together(
    SPELLS,
    {
        "cases": ("parties", "n_parties", "observed_now", "stated_horizon_months", "verification", "armed_conflict",
                  "third_party_objection", "leader_endorsed"),
    },
    ACTS,
)  # fmt: skip
TOLD: Final = {
    "events": ("event_id", "case_id", "event_date", "date_precision", "known_date", "known_late", "standing", "actor",
               "kind", "summary", "source_id", "confidence", "is_ending"),
    "parties": ("code", "name"),
}  # fmt: skip
START: Final = {
    "cases": ("case_id", "name", "summary", "parties", "start_date", "start_precision", "type", "domain",
              "limit_object", "prior_instrument", "stated_horizon_months", "leader_endorsed", "matched",
              "negotiation_underway", "formal_target", "ratification_required", "verification",
              "third_party_objection", "adversarial", "armed_conflict", "background_treaty"),
    "parties": ("code", "name"), "coding": ("confidence",), "outcomes": ("last_observed_date",),
}  # fmt: skip
STOCKPILES: Final = {"warheads": ("code", "year", "warheads", "source_id"), "parties": ("code", "name", "successor"),
                     "events": ("kind", "actor")}  # fmt: skip
CITED: Final = _together(
    {"sources": ("source_id", "title", "publisher", "published", "url", "seen"),
     "case_sources": ("case_id", "source_id"), "events": ("source_id",), "calendar": ("source_id",)},
    STOCKPILES,
)  # fmt: skip
RATES: Final = ("base_rate", "type_base_rate", "rivalry_base_rate")
CONTENT: Final = "forecasting.documents.case.content.case_content"
PROOF: Final = Origin("forecasting.backtest.backtest", {"evaluation/skill.csv": ()}, ("primary", "base_rate"))
SETTINGS: Final = frozenset(
    ("template", "title", "package_version", "record_sha256", "code_sha256", "artefact", "artefact_earlier", "data_end",
     "as_of", "earlier", "target", "horizons", "horizon", "deadlines", "level", "models", "sound")
)  # fmt: skip

CASE: Final = {
    "case": Origin(CONTENT, START),
    "headline": Origin("forecasting.forecasts.forecast.forecast", SPELLS, ("base_rate",)),
    "unseen": Origin(CONTENT, SPELLS, ("base_rate",)),
    "confidence": Origin(
        "forecasting.documents.case.confidence.confidence",
        _together(SPELLS, {"multiverse/*.json": (), "evaluation/skill.csv": (), "cases": ("name",),
                           "alternatives": ("alternative_id", "reason")}),
        ("primary", "base_rate"),
    ),
    "contested": Origin(
        "forecasting.explain.contested.contested_codings",
        _together({"alternatives": ("alternative_id", "case_id", "target", "field", "value", "reason", "known_date")},
                  SPELLS),
        RATES,
    ),
    "forecast": Origin("forecasting.forecasts.forecast.forecast", SPELLS, RATES),
    "beside.forecast": Origin("forecasting.forecasts.forecast.forecast", HAZARD, ("primary",)),
    "beside.limit": Origin("forecasting.forecasts.forecast.case_limits", HAZARD, ("primary",)),
    "beside.proof": PROOF,
    "explained.drivers": Origin("forecasting.explain.drivers.drivers", HAZARD, ("primary", "base_rate")),
    "explained.changes": Origin(
        "forecasting.explain.changes.changes",
        _together(HAZARD, {"events": ("standing", "summary"), "corrections": ()}),
        ("primary", "base_rate"),
    ),
    "explained.signposts": Origin("forecasting.explain.signposts.signposts", HAZARD, ("primary",)),
    "explained.track_record": Origin(
        "forecasting.explain.track_record.track_record",
        _together({"evaluation/track_record.csv": ()}, ENDINGS, {"cases": ("start_date", "cluster_id")}),
        ("primary", "base_rate"),
    ),
    "curve": Origin("forecasting.forecasts.forecast.forecast", HAZARD, ("base_rate", "type_base_rate", "primary")),
    "ladder": Origin("forecasting.explain.reference_classes.reference_class_ladder", SPELLS, RATES),
    "stated_term": Origin(CONTENT, {"cases": ("stated_horizon_months", "start_date", "start_precision")}),
    "earlier_terms": Origin(
        "forecasting.explain.windows.stated_terms", _together(SPELLS, {"cases": ("stated_horizon_months",)})
    ),
    "stockpiles": Origin("forecasting.record.series.stockpiles", STOCKPILES),
    "n_acts": Origin("forecasting.documents.case.evidence_values.evidence_values", TOLD),
    "n_unconfirmed_acts": Origin("forecasting.documents.case.evidence_values.evidence_values", TOLD),
    "timeline": Origin("forecasting.documents.case.evidence_values.evidence_values", TOLD),
    "calendar": Origin(
        "forecasting.documents.case.evidence_values.evidence_values",
        {"calendar": ("case_id", "announced_date", "scheduled_date", "what", "source_id")},
    ),
    "precedents": Origin(
        "forecasting.explain.precedents.nearest_precedents",
        _together(
            {"cases": ("case_id", "name", "summary", "start_date", "parties", "type", "domain", "limit_object",
                       "matched", "verification", "adversarial", "armed_conflict", "leader_endorsed",
                       "third_party_objection", "background_treaty"),
             "coding": ("in_core", "sampled_via"), "parties": ("code", "successor")},
            ENDINGS,
        ),
    ),
    "sources": Origin("forecasting.documents.case.evidence_values.evidence_values", CITED),
}  # fmt: skip

PORTFOLIO_CONTENT: Final = "forecasting.documents.portfolio.portfolio_content"
PORTFOLIO: Final = {
    "accuracy": PROOF,
    "ended": Origin(PORTFOLIO_CONTENT, _together(ENDINGS, {"cases": ("case_id", "name")})),
    "entered": Origin(PORTFOLIO_CONTENT, _together(ENDINGS, {"cases": ("case_id", "start_known_date")})),
    "moved": Origin("forecasting.forecasts.forecast.forecast", HAZARD, ("primary",)),
    "cases": Origin(PORTFOLIO_CONTENT, _together({"cases": ("name",)}, HAZARD), ("primary",)),
    "forecast": Origin("forecasting.forecasts.forecast.forecast", HAZARD, ("base_rate", "primary")),
}

RESULTS: Final = "forecasting.backtest.backtest"
SCORECARD: Final = {
    "scored_record": Origin(RESULTS, {"evaluation/breakdown.csv": ()}),
    "registered": PROOF,
    "breakdown": Origin(RESULTS, {"evaluation/breakdown.csv": ()}),
    "calibration": Origin(RESULTS, {"evaluation/calibration.csv": ()}),
    "reliability": Origin(RESULTS, {"evaluation/reliability.csv": ()}),
    "earlier": Origin(RESULTS, {"evaluation/breakdown.csv": ()}),
    "power": Origin(RESULTS, {"evaluation/power.csv": ()}),
    "peers": Origin("forecasting.documents.scorecard.rows_of", {"benchmarks/peers/results.csv": ()}),
    "ledger": Origin("forecasting.ledger.score", {"ledger": ()}, ("primary", "base_rate")),
    "tried": Origin("forecasting.documents.scorecard.scorecard_content", {"REGISTRATION.md": ()}),
    "registrations": Origin("forecasting.documents.scorecard.scorecard_content", {"REGISTRATION.md": ()}),
}

QUALITY_CONTENT: Final = "forecasting.documents.data_quality.quality_content"
EVERY: Final = {"every table": ()}
QUALITY: Final = {
    "faults": Origin("forecasting.record.checks.record_faults", EVERY),
    "rows": Origin(QUALITY_CONTENT, EVERY),
    "assumed": Origin(
        QUALITY_CONTENT,
        {"cases": ("start_known_assumed",), "outcomes": ("target", "cause", "end_known_assumed")},
    ),
    "stale": Origin(
        QUALITY_CONTENT,
        {"cases": ("case_id", "name"), "outcomes": ("target", "cause", "last_observed_date")},
    ),
    "sources": Origin(QUALITY_CONTENT, {"sources": ("seen",)}),
    "agreement": Origin(QUALITY_CONTENT, {"second_coding": (), "cases": (), "outcomes": ("cause", "end_date")}),
    "audit": Origin(QUALITY_CONTENT, {"audit": ("verdict",)}),
    "coverage": Origin(
        "forecasting.features.coverage.coverage_by_state",
        _together(
            SPELLS,
            {"events": ("event_id", "case_id", "event_date", "known_date", "known_late", "kind", "confidence",
                        "is_ending")},
        ),
    ),
}  # fmt: skip

ORIGINS: Final[Mapping[str, Mapping[str, Origin]]] = {
    "case_report": CASE,
    "portfolio": PORTFOLIO,
    "scorecard": SCORECARD,
    "data_quality": QUALITY,
}


@dataclass
class Reading:
    """The values of a page's content that a section has read, in order, by their names in `ORIGINS`."""

    known: Mapping[str, Origin]
    found: dict[str, None] = field(default_factory=dict)

    def of(self, content: dict[str, Any]) -> "Watched":
        """The same content, noted here as it is read."""
        return Watched(content, self, "")


class Watched(dict[str, Any]):
    """Content that notes which of its values are read."""

    def __init__(self, content: dict[str, Any], reading: Reading, prefix: str) -> None:
        super().__init__(content)
        self._reading, self._prefix = reading, prefix

    def __getitem__(self, key: str) -> Any:
        value, path = super().__getitem__(key), f"{self._prefix}{key}"
        if isinstance(value, dict) and any(name.startswith(f"{path}.") for name in self._reading.known):
            return Watched(value, self._reading, f"{path}.")
        if path in self._reading.known or path not in SETTINGS:
            self._reading.found[path] = None
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """As of a dict, noted."""
        try:
            return self[key]
        except KeyError:
            return default
