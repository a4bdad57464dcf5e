"""Entries of a ledger compared with the record: forecasts made again as of their own day, endings read again."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forecasting
from forecasting.artefacts import code_sha256, obtain
from forecasting.artefacts.session import shared_history
from forecasting.documents.difference import Difference, compared, leaves
from forecasting.features import DossierIndex
from forecasting.forecasts import LEVEL, case_limits, forecast
from forecasting.forecasts.parts import forecast_parts
from forecasting.ledger.chain import ENTRY_FILE, Chain, Link, read_chain, read_link
from forecasting.ledger.conditionals import newly_settled
from forecasting.ledger.entries import (
    Added,
    Conditional,
    Form,
    Issue,
    Resolution,
    Resolved,
    Retraction,
    Settled,
    encoded,
)
from forecasting.ledger.lineage import with_lineage
from forecasting.ledger.questions import (
    QUESTION,
    REFERENCE,
    RULE,
    block_forecasts,
    blocks,
    states_by_question,
)
from forecasting.ledger.resolve import every_question, verdicts
from forecasting.record.history import History
from forecasting.store.errors import UsageError
from forecasting.store.files import found_at
from forecasting.verify.conditionals import compared_conditional
from forecasting.verify.verification import SUBJECT, Trusted, Verification, models_note

FIRST_FORECAST = ' "forecasts": ['
GIVEN = (
    "not derived, taken as given: model, target, population, as_of, horizons (what was asked); kind, issued_on, "
    "sequence, previous (sealed by the chain alone); commit, wheel and libraries of the code (`verify --code-of-entry`)"
)
GIVEN_OF_A_CONDITIONAL = (
    "not derived, taken as given: case, condition, target, as_of, horizons of a conditional forecast (what was asked); "
    "its kind, issued_on, sequence, previous (sealed by the chain alone)"
)
GIVEN_OF_A_RESOLUTION = (
    "not derived, taken as given: issued_on, sequence, previous of a resolution (sealed by the chain alone)"
)
LINE = re.compile(r"(.+):(\d+)")


@dataclass(frozen=True)
class Setting:
    """What entries have in common whose forecasts are made at once."""

    as_of: Any
    target: str
    population: str
    horizons: tuple[int, ...]


def is_entry(path: Path, held: Any) -> bool:
    """True if a file is named and begun like an entry of a ledger, or a folder holds such files."""
    if path.is_dir():
        return any(ENTRY_FILE.fullmatch(one.name) for one in path.iterdir())
    return bool(ENTRY_FILE.fullmatch(path.name)) and (held is None or "entry" in held)


def verify_entries(path: Path, trusted: Trusted, line: int | None = None) -> Verification:
    """A ledger, one entry of it, or the forecast on one line of an entry; a broken chain is a `LedgerError`."""
    links = list(read_chain(path).links) if path.is_dir() else [read_link(path, SUBJECT)]
    case = case_on_line(links[0], line) if line is not None else None
    earlier = links if path.is_dir() or not isinstance(links[0].entry, Resolution) else read_chain(path.parent).links
    return verify_links(str(path), links, shared_history(trusted.data), trusted, case, earlier)


def verify_links(
    subject: str,
    links: Sequence[Link],
    whole: History,
    trusted: Trusted,
    case: str | None = None,
    chain: Sequence[Link] = (),
) -> Verification:
    """Entries compared with what the record `whole` gives as of their days; `chain`: entries before resolutions."""
    n, made, notes, differences = 0, dict[str, None](), dict[str, None](), list[Difference]()
    for setting, group in _groups(links):
        rederived = _Rederived(whole, setting, group, trusted)
        notes |= dict.fromkeys(rederived.notes)
        for link in group:
            made |= dict.fromkeys(_made_from(link, whole))
            count, found = rederived.compared_with(link, case)
            n, differences = n + count, differences + found
    for link in links:
        if isinstance(link.entry, Resolution):
            notes[GIVEN_OF_A_RESOLUTION] = None
            made |= dict.fromkeys(_made_from(link, whole))
            count, found = _resolution(link, chain or links, whole)
            n, differences = n + count, differences + found
        if isinstance(link.entry, Conditional):
            notes[GIVEN_OF_A_CONDITIONAL] = None
            made |= dict.fromkeys(_made_from(link, whole))
            count, found = compared_conditional(link.name, link.entry, whole)
            n, differences = n + count, differences + found
    other = sum(isinstance(link.entry, Added | Retraction) for link in links)
    if other:
        notes[f"{other} entries of what people said or withdrew: nothing to derive"] = None
    order = {link.name: i for i, link in enumerate(links)}
    differences.sort(key=lambda one: order[one.section.split()[0]])
    return Verification(subject, n, tuple(made), tuple(notes), tuple(differences))


def case_on_line(link: Link, line: int) -> str:
    """The case whose forecast stands on a line (from 1) of an entry's file; `UsageError` for another line."""
    cases = [forecast.case_id for forecast in link.entry.forecasts] if isinstance(link.entry, Issue) else []
    first = line_of(link, cases[0]) if cases else 0
    if not 0 <= line - first < len(cases):
        raise UsageError(
            f"expected a line with a forecast, {first} to {first + len(cases) - 1} of {link.name}, got {line}"
        )
    return cases[line - first]


def line_of(link: Link, case_id: str) -> int:
    """The line (from 1) of an entry's file on which the forecast of a case stands."""
    if not isinstance(link.entry, Issue):
        raise UsageError(f"expected an entry with forecasts, got {link.name}")
    lines = encoded(link.entry).decode().splitlines()
    cases = [forecast.case_id for forecast in link.entry.forecasts]
    return lines.index(FIRST_FORECAST) + 2 + cases.index(case_id)


class _Rederived:
    """Forecasts of entries of one setting, made again on the record as it was known on their day."""

    def __init__(self, whole: History, setting: Setting, group: list[Link], trusted: Trusted) -> None:
        history = whole.at(setting.as_of)
        issues = [link.entry for link in group if isinstance(link.entry, Issue)]
        models = list(dict.fromkeys(name for entry in issues for name in (entry.model, entry.reference_model)))
        is_open = set(history.open_case_ids(setting.target))
        cases = sorted({case for entry in issues for case in entry.case_ids} & is_open)
        obtained = obtain(trusted.artefacts, history, models, setting.target, issues[0].population)
        self.notes = (models_note(obtained.key), GIVEN)
        self._record = (whole.sha256, whole.record.data_end)
        self._unknown = {view.case_id for view in history.case_views(cases, setting.target) if not view.is_state_known}
        self._clusters = history.cases.set_index("case_id")["cluster_id"]
        index = DossierIndex(history, setting.target)
        limits = case_limits(history, cases, obtained.fitted, index) if cases else {}
        self._silent = {
            name: {case: str(of[name]) for case, of in limits.items() if of[name].status == "abstained"}
            for name in models
        }
        fitted = obtained.fitted
        table = forecast(history, cases, fitted=fitted, horizons=setting.horizons, index=index) if cases else None
        self._blocks = {} if table is None else blocks(table)
        has_lineage = any(said.lineage is not None for entry in issues for said in entry.forecasts)
        self._parts = forecast_parts(history, cases, fitted, setting.horizons, index) if has_lineage and cases else {}

    def compared_with(self, link: Link, case: str | None) -> tuple[int, list[Difference]]:
        """How many values were compared, and those that differ; of one case, if it is named."""
        entry = link.entry
        assert isinstance(entry, Issue)
        found = {one["case_id"]: one for one in self._forecasts_of(entry)}
        n, differences = self._fields(link, entry) if case is None else (0, [])
        for number, said in enumerate(entry.model_dump(mode="json", exclude_none=True)["forecasts"]):
            if case not in (None, said["case_id"]):
                continue
            place = f"{link.name} line {line_of(link, said['case_id'])}, {said['case_id']}"
            if said["case_id"] not in found:
                reason = self._silent[entry.model].get(said["case_id"])
                got = f"none: {reason or f'the record does not have it open on {entry.as_of}'}"
                differences.append(Difference(f"/forecasts/{number}", place, "a forecast", got))
                continue
            own = found[said["case_id"]]
            n += sum(1 for _ in leaves(own))
            differences += [
                Difference(one.pointer, place, one.said, one.found)
                for one in compared(said, own, f"/forecasts/{number}")
            ]
        return n, differences

    def _fields(self, link: Link, entry: Issue) -> tuple[int, list[Difference]]:
        """What an entry says beside its forecasts: how many values of it were compared, and those that differ."""
        block, named = self._blocks.get(entry.model), set(entry.case_ids)
        found: dict[str, Any] = {
            "question": QUESTION,
            "rule": RULE,
            "level": block.level if block is not None else LEVEL,
            "reference_model": REFERENCE,
            "abstained": {case: reason for case, reason in self._silent[entry.model].items() if case in named},
        }
        if entry.record_sha256 == self._record[0]:
            found["record_end"] = self._record[1].isoformat()
        if entry.code.libraries is not None:  # entries before these named no case apart
            found["unknown"] = sorted(self._unknown & {each.case_id for each in entry.forecasts}) or None
        held = entry.model_dump(mode="json") | {
            "abstained": {each.case_id: each.reason for each in entry.abstained or ()}
        }
        differences = compared({name: held[name] for name in found}, found)
        n = sum(1 for _ in leaves(found))
        return n, [Difference(one.pointer, link.name, one.said, one.found) for one in differences]

    def _forecasts_of(self, entry: Issue) -> list[dict[str, Any]]:
        if entry.model not in self._blocks:
            return []
        own = self._blocks[entry.model]
        is_itself = entry.model == entry.reference_model
        reference = None if is_itself else self._blocks[entry.reference_model].only(own.case_ids)
        found = block_forecasts(own, reference, self._clusters)
        told = {said.case_id for said in entry.forecasts if said.lineage is not None}
        parts = self._parts.get(entry.model, {})
        return with_lineage(found, {case: part for case, part in parts.items() if case in told})


def _groups(links: Iterable[Link]) -> Iterator[tuple[Setting, list[Link]]]:
    groups: dict[Setting, list[Link]] = defaultdict(list)
    for link in links:
        if isinstance(e := link.entry, Issue):
            groups[Setting(e.as_of, e.target, e.population, e.horizons)].append(link)
    yield from groups.items()


def _made_from(link: Link, whole: History) -> Iterator[str]:
    entry = link.entry
    assert isinstance(entry, Issue | Conditional | Resolution)
    if entry.record_sha256 != whole.sha256:
        yield f"made from another record: it says sha256 {entry.record_sha256}; this one is {whole.sha256}"
    if not isinstance(entry, Issue | Conditional):
        return
    if entry.code.sha256 != code_sha256():
        yield f"made from other code: it says sha256 {entry.code.sha256}; this is {code_sha256()}"
    elif entry.code.version != forecasting.__version__:
        yield f"made by another version of the package: it says {entry.code.version}; this is {forecasting.__version__}"


def _resolution(link: Link, links: Sequence[Link], whole: History) -> tuple[int, list[Difference]]:
    """How many values of a resolution were compared with the record as of its day, and those that differ."""
    entry = link.entry
    assert isinstance(entry, Resolution)
    earlier = Chain(tuple(one for one in links if one.entry.sequence < entry.sequence))
    history = whole.at(entry.record_end)
    resolved = verdicts(every_question(earlier), history, states_by_question(earlier))
    found: dict[str, Any] = {"resolutions": [_dumped(one) for one in map(Resolved.model_validate, resolved)]}
    if settled := newly_settled(earlier, history):
        found["conditions"] = [_dumped(one) for one in map(Settled.model_validate, settled)]
    if entry.record_sha256 == whole.sha256:
        found["record_end"] = whole.record.data_end.isoformat()
    held = _dumped(entry)
    said = {name: held[name] for name in {*found, "conditions"} & held.keys()}
    differences = [Difference(d.pointer, link.name, d.said, d.found) for d in compared(said, found)]
    return sum(1 for _ in leaves(found)), differences


def _dumped(form: Form) -> dict[str, Any]:
    return form.model_dump(mode="json", exclude_none=True)


def split_line(text: str) -> tuple[Path, int | None]:
    """A path, and the line that `PATH:LINE` names where there is no file of that name."""
    found = LINE.fullmatch(text)
    if found and found_at(Path(text)) not in ("a folder", "a file"):
        return Path(found[1]), int(found[2])
    return Path(text), None
