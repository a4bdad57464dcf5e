"""All cases that go on, on one page: how good forecasts have been, what moved since the last period, the forecasts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.artefacts.session import shared_fit, shared_history
from forecasting.documents.blocks import Figure, Section, Text, Title
from forecasting.documents.case.content import BESIDE, HEADLINE_HORIZON, HEADLINE_MODEL, MODELS_SHOWN, STALE_MONTHS
from forecasting.documents.compose import (
    aside,
    badge,
    chance,
    code,
    count,
    day,
    interval,
    items,
    joined,
    name,
    points,
    quote,
    section,
    table,
    text,
)
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.skill_tables import DESIGNS
from forecasting.documents.values import Content, Fields
from forecasting.documents.wording import PAST, PER_CENT, counted, limit_words, years
from forecasting.forecasts import LEVEL, case_limits, forecast
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, deadline, parse_day
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import CAUSES, TARGETS

MOST_MOVED = 10
WHY = {
    "range": "something that it looks at lies outside what it learned from",
    "age": "too few cases were observed at that age",
}


def portfolio_content(
    history: History,
    earlier: History,
    horizons: tuple[int, ...] = HORIZONS,
    target: str = TARGETS[0],
    artefacts: str | Path | None = None,
) -> Content:
    """All values of the report as of the history's day, set beside those of an earlier day; JSON types only."""
    horizon = HEADLINE_HORIZON if HEADLINE_HORIZON in horizons else max(horizons)
    views, before = _ongoing(history, target), _ongoing(earlier, target)
    ids, earlier_ids = [view.case_id for view in views], {view.case_id for view in before}
    fitted, past_fit = (shared_fit(known, MODELS_SHOWN, target, artefacts) for known in (history, earlier))
    base = forecast(history, ids, fitted=fitted.only(HEADLINE_MODEL), horizons=horizons)
    beside = forecast(history, ids, fitted=fitted.only(BESIDE), horizons=horizons)
    limits = case_limits(history, ids, fitted.only(BESIDE))
    both = [case for case in ids if case in earlier_ids]
    past = forecast(earlier, both, fitted=past_fit.only(BESIDE), horizons=(horizon,))
    now, then = _chances(beside, horizon), _chances(past, horizon)
    moved = [{"case_id": c, "before": then[c], "after": now[c]} for c in both if c in then and c in now]
    return {
        "template": "portfolio",
        "title": f"All arrangements that go on - forecasts as of {history.as_of}",
        "package_version": forecasting.__version__,
        "record_sha256": history.sha256,
        "code_sha256": code_sha256(),
        "artefact": fitted.key,
        "artefact_earlier": past_fit.key,
        "data_end": history.record.data_end.isoformat(),
        "as_of": history.as_of.isoformat(),
        "earlier": earlier.as_of.isoformat(),
        "target": target,
        "horizons": list(horizons),
        "horizon": horizon,
        "level": LEVEL,
        "models": {"headline": HEADLINE_MODEL, "beside": BESIDE},
        "accuracy": _accuracy(history.record.folder),
        "ended": _ended(history, earlier_ids, target),
        "entered": [case for case in ids if case not in earlier_ids],
        "moved": sorted(moved, key=lambda row: (-abs(row["after"] - row["before"]), row["case_id"])),
        "cases": {view.case_id: _case(view) | {"limit": asdict(limits[view.case_id][BESIDE])} for view in views},
        "forecast": base.to_dict(orient="records") + beside[beside["given"] == "all"].to_dict(orient="records"),
    }


def _ongoing(history: History, target: str) -> list[Dossier]:
    return history.case_views(history.open_case_ids(target), target)


def _chances(forecasts: pd.DataFrame, horizon: int) -> dict[str, float]:
    rows = forecasts[forecasts["cause"].eq(CAUSES[0]) & forecasts["horizon"].eq(horizon) & forecasts["given"].eq("all")]
    return dict(zip(rows["case_id"], map(float, rows["probability"]), strict=True))


def _case(view: Dossier) -> Content:
    return {
        "name": str(view.start["name"]),
        "start": view.start_date.isoformat(),
        "last_seen": view.last_seen.isoformat(),
        "months_unseen": view.months_unseen,
    }


def _ended(history: History, earlier_ids: set[str], target: str) -> list[Content]:
    """Cases that went on in the last period and are known to have ended since."""
    rows = history.outcomes
    rows = rows[(rows["target"] == target) & (rows["cause"] != "") & rows["case_id"].isin(earlier_ids)]
    names = history.cases.set_index("case_id")["name"]
    return [
        {"case_id": row.case_id, "name": str(names[row.case_id]), "cause": row.cause,
         "end": row.end_date.date().isoformat()}
        for row in rows.itertuples()
    ]  # fmt: skip


def _accuracy(folder: Path) -> list[Content]:
    """Skill of the model on past days over the base rate, one entry per design; none where the record brings none."""
    path = folder / EVALUATION / "skill.csv"
    if not path.is_file():
        return []
    rows = pd.read_csv(path)
    rows = rows[(rows["model"] == BESIDE) & (rows["reference"] == "base_rate") & (rows["horizon"] == "all")]
    return [{name: row[name] for name in ("design", "brier_skill", "lower", "upper", "n")}
            for row in rows.to_dict(orient="records")]  # fmt: skip


def masthead(content: Fields) -> Section:
    """Title and day."""
    return section(
        Title(
            above=text("Forecasts as of {as_of}", as_of=day(content["as_of"])),
            title=text("All arrangements that go on"),
            below=text(
                f"{counted(len(content['cases']), 'case', 'cases')}; set beside the forecasts as of {{earlier}}.",
                earlier=day(content["earlier"]),
            ),
        )
    )


def accuracy(content: Fields) -> Section:
    """What is known of how good earlier forecasts were."""
    ended = [
        text("{name}: {how} on {end}", name=e["name"], how=badge(e["cause"], PAST[e["cause"]]), end=day(e["end"]))
        for e in content["ended"]
    ]
    known = [text("Ended since the last period:"), items(ended)] if ended else [text("No case ended in the period.")]
    rows = [
        [DESIGNS.get(a["design"], a["design"]), chance(a["brier_skill"]), interval("chance", a["lower"], a["upper"]),
         count(a["n"])]
        for a in content["accuracy"]
    ]  # fmt: skip
    head = ["Past days forecast", "Brier score saved", f"80{PER_CENT} interval", "Forecasts"]
    past = (
        table("The model beside the headline over the base rate", head, rows)
        if rows
        else text("How the model has done on past days is not known for this record.")
    )
    return section(text("There is no live track record yet: no forecast that was issued has come due."), *known, past)


def moved(content: Fields) -> Section:
    """The largest changes since the last period."""
    rows = [
        [quote(content["cases"][m["case_id"]]["name"]), chance(m["before"]), chance(m["after"]),
         points(m["after"] - m["before"])]
        for m in content["moved"][:MOST_MOVED]
    ]  # fmt: skip
    caption = f"Chance of a formal agreement within {years(content['horizon'])}, hazard model: what moved most"
    most = table(caption, ["Case", "Then", "Now", "Points"], rows) if rows else text("No case went on in both periods.")
    entered = [text("{name}", name=content["cases"][case]["name"]) for case in content["entered"]]
    return section(most, text("In the record since then: {cases}.", cases=joined(entered)) if entered else None)


def forecasts(content: Fields) -> Section:
    """Every case, by the model's chance of a formal agreement."""
    horizon = content["horizon"]
    found = {
        (row["case_id"], row["model"]): row
        for row in content["forecast"]
        if row["cause"] == CAUSES[0] and row["horizon"] == horizon
    }
    said = {case: found.get((case, BESIDE)) for case in content["cases"]}
    order = sorted(said, key=lambda case: -row["probability"] if (row := said[case]) else 1.0)
    rows = [[_name(content["cases"][case]), _cell(found[case, HEADLINE_MODEL]), _cell(said[case])] for case in order]
    caption = f"Chance of a formal agreement within {years(horizon)}, with 80{PER_CENT} intervals"
    return section(table(caption, ["Case", "Base rate (headline)", "Hazard model"], rows), *_limits(content))


def _name(case: Fields) -> Text:
    if case["months_unseen"] <= STALE_MONTHS:
        return text("{name}", name=case["name"])
    unseen = aside("not seen for {months} months", months=count(case["months_unseen"]))
    return text("{name} {unseen}", name=case["name"], unseen=unseen)


def _limits(content: Fields) -> Iterator[Text]:
    """For which cases the hazard model gives no number, and how many of its intervals are widened, and why."""
    cases = content["cases"].values()
    silent = [
        text("{name} ({why})", name=case["name"], why=limit_words(case["limit"]))
        for case in cases
        if case["limit"]["status"] == "abstained"
    ]
    if silent:
        yield text("The hazard model gives no number for {cases}.", cases=joined(silent))
    widened = [case["limit"] for case in cases if case["limit"]["status"] == "widened"]
    reasons = Counter(WHY[rule] for limit in widened for rule in {reason["rule"] for reason in limit["reasons"]})
    if reasons:
        n, why = len(widened), "; ".join(f"{number}: {words}" for words, number in sorted(reasons.items()))
        yield text(f"Its interval is widened to hold the base rate's in {counted(n, 'case', 'cases')} ({why}).")


def _cell(row: Fields | None) -> Figure | str:
    return chance(row["probability"], row["lower"], row["upper"]) if row else "no number"


def provenance(content: Fields) -> Section:
    """What the page was made from."""
    return section(
        text(
            "Record to {end}, sha256 {record}; package {version}; target {target}. Every number on this page is in the "
            "JSON file beside it.",
            end=day(content["data_end"]),
            record=code(content["record_sha256"]),
            version=content["package_version"],
            target=name(content["target"]),
        )
    )


class PortfolioReport(Report):
    """What can be said of all cases that go on, as of a day."""

    SECTIONS: ClassVar[dict[str, Maker]] = by_name((masthead, accuracy, moved, forecasts, provenance))

    def __init__(
        self,
        as_of: str | date | None = None,
        horizons: tuple[int, ...] | list[int] = HORIZONS,
        target: str = TARGETS[0],
        period_months: int = 3,
        data: str | Path | None = None,
        artefacts: str | Path | None = None,
    ) -> None:
        """Load the record as of the day and of `period_months` before; raises what `forecast` raises."""
        day = parse_day(as_of) if isinstance(as_of, str) else as_of
        history = shared_history(data, day)
        earlier = shared_history(data, deadline(history.as_of, -period_months))
        self.content: dict[str, Any] = portfolio_content(history, earlier, tuple(horizons), target, artefacts)
