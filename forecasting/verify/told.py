"""The chain of a number as lines of text."""

from collections.abc import Iterator
from typing import Any

from forecasting.store.errors import shown

MOST = 5
CONTROLS = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

Chain = dict[str, Any]


def chain_text(chain: Chain) -> str:
    """Source, row, feature, fit, forecast and page, one below the other; long lists are cut (JSON has all)."""
    return "\n".join(line.translate(CONTROLS) for line in _lines(chain))


def _lines(chain: Chain) -> Iterator[str]:
    number = chain["number"]
    yield f"NUMBER  {number['pointer']} = {shown(number['said'])}"
    if "found" in number and number["found"] != number["said"]:
        yield f"        derived again: {shown(number['found'])}"
    if number["also"]:
        yield f"        printed the same: {', '.join(_cut(number['also']))}"
    if "rows" in chain:
        yield "ROWS"
        yield from (line for fact in chain["rows"] for line in _fact(fact))
        if not chain["rows"]:
            yield "  it names no row: it is worked out from the record as a whole"
    else:
        yield from _sources(chain["sources"])
        yield from _features(chain["features"])
        yield from _fit(chain["fit"])
        yield from _forecast(chain["forecast"])
    if chain.get("provenance"):
        yield from _provenance(chain["provenance"])
    place = chain["place"]
    yield f"PLACE   {place.get('entry') or place['page']}"
    if "sections" in place:
        yield f"        shown under: {'; '.join(place['sections']) or 'nowhere; it stands in the JSON file alone'}"
    else:
        yield f"        {place['kind']}, due on {place['deadline']}"


def _sources(found: Chain) -> Iterator[str]:
    yield "ROWS    of the case, and of what feeds the number"
    yield from _fact(found["case"])
    for fact in found.get("events", ()):
        yield from _fact(fact)
    for name in ("endings", "outcomes"):
        if facts := found.get(name):
            yield f"  {len(facts)} endings or cases: {', '.join(_cut([_where(fact) for fact in facts]))}"


def _features(features: list[Chain]) -> Iterator[str]:
    if features:
        yield "FEATURES"
    for one in features:
        low, high = one["range"]
        yield (
            f"  {one['name']} = {one['value']:.4g} [{one['unit']}, {low:.3g} to {high:.3g}]: "
            f"{100 * one['points']:+.2f} points, from {', '.join(_cut(one['from']))}"
        )
        yield f"    {one['what']} {one['reason']}"


def _fit(fit: Chain) -> Iterator[str]:
    yield f"FIT     {fit['from']}; {fit['n_cases']} cases, population {fit['population']}"
    yield f"        record sha256 {fit['record_sha256']}; code sha256 {fit['code_sha256']}"
    if "points" in fit:
        parts = " ".join(f"{name} {100 * points:+.2f}" for name, points in fit["points"].items())
        yield f"        {fit['n_landmarks']} landmarks; points: {parts} = {100 * fit['sum_of_points']:.2f}"
    else:
        ended = ", ".join(f"{count} {cause}" for cause, count in fit["ended"].items())
        yield f"        {ended}; {fit['n_at_risk_at_its_age']} at risk at {fit['age_months']} months"
        yield f"        {fit['how']}"


def _forecast(row: Chain) -> Iterator[str]:
    yield (
        f"FORECAST {row['model']}, {row['case_id']} as of {row['as_of']}: {row['cause']} within {row['horizon']} "
        f"months {row['probability']!r} [{row['lower']!r}, {row['upper']!r}], given {row['given']}; "
        f"the {row['field']} of it"
    )


def _provenance(found: Chain) -> Iterator[str]:
    models = f"; models: {', '.join(found['models'])}" if found["models"] else ""
    yield f"READ    for {found['value']}, worked out by {found['made_by']}{models}"
    for table, columns in sorted(found["reads"].items()):
        yield f"        {table}: {', '.join(columns)}" if columns else f"        {table}"
    for file in found["files"]:
        yield f"        {file}"


def _fact(fact: Chain) -> Iterator[str]:
    known = f", known {fact['known']}" if fact.get("known") else ""
    kind = f" {fact[name]}" if (name := next((n for n in ("kind", "cause") if n in fact), "")) else ""
    text = fact.get("summary") or " ".join(fact[name] for name in ("title", "url") if name in fact)
    yield f"  {_where(fact)}{known}:{kind} {text}"
    for source in fact.get("sources", ()):
        yield f"    {_where(source)}: {source.get('title', '')} {source.get('url', '')}"


def _where(fact: Chain) -> str:
    return f"{fact['file']} row {fact['row']} ({fact['id']})"


def _cut(names: list[str]) -> list[str]:
    return [*names[:MOST], *([f"and {len(names) - MOST} more"] if len(names) > MOST else [])]
