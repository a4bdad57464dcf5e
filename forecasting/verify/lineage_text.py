"""The lineage of a number as lines of text."""

from collections.abc import Iterator

from forecasting.documents.provenance import PROVENANCE, Provenance
from forecasting.store.errors import shown
from forecasting.verify.forecast_lineage import Lineage

MOST = 5
FORMULAS = {
    "ladder": "docs/how/model.md, The pool; forecasting.models.ladder_pool.LadderPool, models.linear_pool.linear_pool",
    "ladder_model": "docs/how/model.md; forecasting.models.ladder.LadderModel",
    "base_rate": "docs/how/model.md, The base rate; forecasting.models.dated_rate.DatedRate",
}
"""Where the formula of a model stands, and the code that works it out; others are listed by `forecasting models`."""
CONTROLS = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def lineage_text(lineage: Lineage) -> str:
    """Source, row, feature, fit, forecast and page, one below the other; long lists are cut (JSON has all)."""
    return "\n".join(line.translate(CONTROLS) for line in _lines(lineage))


def _lines(lineage: Lineage) -> Iterator[str]:
    number = lineage["number"]
    yield f"NUMBER  {number['pointer']} = {shown(number['said'])}"
    if "found" in number and number["found"] != number["said"]:
        yield f"        derived again: {shown(number['found'])}"
    if number["also"]:
        yield f"        printed the same: {', '.join(_cut(number['also']))}"
    if "rows" in lineage:
        yield "ROWS"
        yield from (line for row in lineage["rows"] for line in _citation(row))
        if not lineage["rows"]:
            yield "  it names no row: it is worked out from the record as a whole"
    else:
        yield from _sources(lineage["sources"])
        yield from _features(lineage["features"])
        yield from _inputs(lineage.get("inputs", []))
        yield from _fit(lineage["fit"])
        yield from _forecast(lineage["forecast"])
    if lineage.get("provenance"):
        yield from _provenance(lineage["provenance"])
    place = lineage["place"]
    yield f"PLACE   {place.get('entry') or place['page']}"
    if "sections" in place:
        yield f"        shown under: {'; '.join(place['sections']) or 'nowhere; it stands in the JSON file alone'}"
    else:
        yield f"        {place['kind']}, due on {place['deadline']}"


def _sources(found: Lineage) -> Iterator[str]:
    yield "ROWS    of the case, and of what feeds the number"
    yield from _citation(found["case"])
    for row in (*found.get("ladders", ()), *found.get("events", ())):
        yield from _citation(row)
    for name in ("endings", "outcomes"):
        if rows := found.get(name):
            yield f"  {len(rows)} endings or cases: {', '.join(_cut([_where(row) for row in rows]))}"


def _features(features: list[Lineage]) -> Iterator[str]:
    if features:
        yield "FEATURES"
    for one in features:
        low, high = one["range"]
        yield (
            f"  {one['name']} = {one['value']:.4g} [{one['unit']}, {low:.3g} to {high:.3g}]: "
            f"{100 * one['points']:+.2f} points, from {', '.join(_cut(one['from']))}"
        )
        yield f"    {one['what']} {one['reason']}"


def _inputs(inputs: list[Lineage]) -> Iterator[str]:
    if inputs:
        yield "INPUTS  of the forecast, each with that of an average new case"
    for one in inputs:
        yield f"  {one['name']} = {one['value']}, on average {one['average']}: {100 * one['points']:+.2f} points"


def _fit(fit: Lineage) -> Iterator[str]:
    yield f"FIT     {fit['from']}; {fit['n_cases']} cases, population {fit['population']}"
    yield f"        record sha256 {fit['record_sha256']}; code sha256 {fit['code_sha256']}"
    if "points" in fit:
        parts = " ".join(f"{name} {100 * points:+.2f}" for name, points in fit["points"].items())
        learned = f"{fit['n_landmarks']} landmarks; " if "n_landmarks" in fit else ""
        yield f"        {learned}points: {parts} = {100 * fit['sum_of_points']:.2f}"
    else:
        ended = ", ".join(f"{count} {cause}" for cause, count in fit["ended"].items())
        yield f"        {ended}; {fit['n_at_risk_at_its_age']} at risk at {fit['age_months']} months"
        yield f"        {fit['how']}"


def _forecast(row: Lineage) -> Iterator[str]:
    yield (
        f"FORECAST {row['model']}, {row['case_id']} as of {row['as_of']}: {row['cause']} within {row['horizon']} "
        f"months {row['probability']!r} [{row['lower']!r}, {row['upper']!r}], given {row['given']}; "
        f"the {row['field']} of it"
    )
    yield f"        formula: {FORMULAS.get(row['model'], 'see `forecasting models`')}"


def _provenance(found: Lineage) -> Iterator[str]:
    origin = Provenance.of({PROVENANCE: {found["value"]: found}})[found["value"]]
    models = f"; models: {', '.join(origin.models)}" if origin.models else ""
    yield f"READ    for {found['value']}, worked out by {origin.made_by}{models}"
    for source in origin.sources:
        yield f"        {source}"


def _citation(row: Lineage) -> Iterator[str]:
    known = f", known {row['known']}" if row.get("known") else ""
    kind = f" {row[name]}" if (name := next((n for n in ("kind", "cause") if n in row), "")) else ""
    text = row.get("summary") or " ".join(row[name] for name in ("title", "url") if name in row)
    yield f"  {_where(row)}{known}:{kind} {text}"
    for source in row.get("sources", ()):
        yield f"    {_where(source)}: {source.get('title', '')} {source.get('url', '')}"


def _where(row: Lineage) -> str:
    return f"{row['file']} row {row['row']} ({row['id']})"


def _cut(names: list[str]) -> list[str]:
    return [*names[:MOST], *([f"and {len(names) - MOST} more"] if len(names) > MOST else [])]
