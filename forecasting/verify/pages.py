"""A page of a report, derived again from its own parameters and compared value by value, then as a page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.artefacts import made_from
from forecasting.documents.difference import NOTHING, Difference, compared, leaves
from forecasting.documents.provenance import PROVENANCE
from forecasting.documents.report import Shown
from forecasting.models import MODELS
from forecasting.publish.fingerprint import fingerprint
from forecasting.publish.notebook import source_of
from forecasting.publish.parameters import TEMPLATES, Forecasting, Mark, Parameters, checked_parameters
from forecasting.publish.rerun import Rerun, reordered, rerun
from forecasting.review import content_of, read_sidecar
from forecasting.review.sidecar import SIDECAR, Rendering
from forecasting.store.errors import UsageError, shown
from forecasting.verify.page_files import hash_differences, notebook_differences, review_differences
from forecasting.verify.page_html import page_differences
from forecasting.verify.verification import SUBJECT, Trusted, Verification, models_note, results_note

MADE_FROM = ("record_sha256", "overlays", "code_sha256", "package_version", "artefact", "artefact_earlier")


@dataclass(frozen=True)
class Printed:
    """A page as it was printed: its `content`, its template with its parameters, and what was said of its rendering."""

    path: Path
    content: dict[str, Any]
    template: str
    parameters: dict[str, Any]
    rendering: Rendering
    review: Any = None
    more: tuple[str, ...] = ()
    """Keys that it has beside those of a rendering."""

    @property
    def page(self) -> Path:
        """Path of the page."""
        return self.path.with_suffix(".html")


def is_page(path: Path, held: Any) -> bool:
    """True if a file is a page of a report, or the JSON file beside one."""
    return path.suffix == ".html" or (isinstance(held, dict) and isinstance(held.get("rendering"), dict))


def read_page(path: Path) -> Printed:
    """The content of a page; `UsageError` where the JSON file beside it is not what a report writes."""
    sidecar, held = read_sidecar(path)
    place, rendering = path.with_suffix(".json"), sidecar.rendering
    if rendering.template not in TEMPLATES or sidecar.template != rendering.template:
        got = shown([rendering.template, sidecar.template])
        raise SIDECAR.error(place, f"a page of a template out of {', '.join(TEMPLATES)}", got)
    more = tuple(name for name in held["rendering"] if name not in Rendering.model_fields)
    return Printed(
        place, content_of(held), rendering.template, rendering.parameters, rendering, held.get("review"), more
    )


def derived(printed: Printed, trusted: Trusted) -> tuple[Rerun, Parameters]:
    """The report run again on the record that is trusted, never on a folder that the page names.

    Of the ledger that is trusted the entries up to the one that the page names are read: it could not know later ones.
    """
    kind = TEMPLATES[printed.template]
    if printed.parameters.get("data") is not None and trusted.data is None:
        raise UsageError(
            f"expected --data, the record to derive the page from, got none, and the page was made from one of its own "
            f"({shown(str(printed.parameters['data']))}): a page does not choose what it is held against"
        )
    if printed.parameters.get("overlay") and not trusted.overlay:
        raise UsageError(
            f"expected --overlay, the rows of one's own to derive the page with, got none, and the page was made with "
            f"{shown(printed.parameters['overlay'])}; name the folder that you trust"
        )
    parameters = printed.parameters | {
        "overlay": [str(folder) for folder in trusted.overlay],
        "data": str(trusted.data) if trusted.data is not None else None,
    }
    if "artefacts" in kind.model_fields:
        parameters["artefacts"] = str(trusted.artefacts) if trusted.artefacts is not None else None
    says_entries = printed.parameters.get("ledger") is not None
    if "ledger" in kind.model_fields:
        if says_entries and trusted.ledger is None:
            raise UsageError(
                f"expected --ledger, the ledger to hold the page against, got none, and the page names one of its own "
                f"({shown(str(printed.parameters['ledger']))}); name the one that you trust"
            )
        parameters["ledger"] = str(trusted.ledger) if trusted.ledger is not None else None
        parameters["ledger_until"] = kind.head_read(printed.content)
    if printed.parameters.get("streams") is not None:
        if trusted.streams is None:
            raise UsageError(
                f"expected --streams, the event files to hold the page against, got none, and the page names some of "
                f"its own ({shown(str(printed.parameters['streams']))}); name the folder that you trust"
            )
        parameters["streams"] = str(trusted.streams)
    asked = checked_parameters(printed.template, parameters)
    used = asked.values(asked.checked())
    again = rerun(printed.template, printed.parameters, used)
    if (
        isinstance(asked, Forecasting) and not says_entries
    ):  # the ledger that is trusted served to count the live record
        again.report.content.pop("registered", None)
        asked = asked.model_copy(update={"ledger": None})
    return again, asked


def verify_page(path: Path, trusted: Trusted) -> Verification:
    """Compare every value of the JSON file, then the page beside it; raises what rendering the report would raise."""
    printed = read_page(path)
    again, asked = derived(printed, trusted)
    found = again.content
    made = tuple(_made_from(printed, asked, found))
    content = {name: value for name, value in printed.content.items() if name not in MADE_FROM}
    expected = {name: value for name, value in found.items() if name not in MADE_FROM}
    differences = list(compared(content, expected))
    differences += [Difference(f"/rendering/{name}", printed.path.name, "a key", NOTHING) for name in printed.more]
    if differences:
        headings = headings_by_pointer(again.sections())
        differences = [
            replace(one, section=next(iter(headings.get(one.pointer, ())), one.section)) for one in differences
        ]
    kept = {name: printed.content[name] for name in MADE_FROM if name in printed.content}
    shown_content = found | kept if differences else reordered(found, printed.content)
    n = sum(1 for _ in leaves(expected))
    if printed.page.is_file():
        of_page = page_differences(SUBJECT.text(printed.page), again.html(asked, shown_content).decode())
        # the hash of an edited page is another by that
        differences += of_page or [*hash_differences(printed.page, printed.rendering)]
        differences += [*review_differences(printed.page, printed.review, asked)]
    notebook = printed.path.with_suffix(".ipynb")
    if notebook.is_file():
        differences += notebook_differences(notebook, again, shown_content, printed.content)
    read = [file for value in found[PROVENANCE].values() for file in value["files"]]
    notes = (*_models_used(found), *results_note(read), *_not_checked(printed, asked, found))
    return Verification(str(path), n, made, notes, tuple(differences))


def _not_checked(printed: Printed, asked: Parameters, found: dict[str, Any]) -> Iterator[str]:
    """What of a page and of the files beside it was not compared."""
    if not printed.page.is_file():
        yield f"not checked: no page {printed.page.name} beside it, so neither its hash nor sign-off; the values were"
    if not printed.path.with_suffix(".ipynb").is_file():
        yield f"not checked: no notebook {printed.path.with_suffix('.ipynb').name} beside it"
    if printed.path.with_suffix(".pdf").is_file():
        yield f"not checked: {printed.path.with_suffix('.pdf').name}; print the page again"
    given = [name for name in asked.marked(Mark.OF_THE_RUN) if name in found and name not in asked.marked(Mark.PLACE)]
    if given:
        yield f"not checked, taken as said: {', '.join(given)} (of the day of the run, which no record holds)"


def _made_from(printed: Printed, asked: Parameters, found: dict[str, Any]) -> Iterator[str]:
    """In what the page was made from something else than what is at hand."""
    said = printed.content.get("record_sha256")
    if said != found.get("record_sha256"):
        yield f"made from another record: it says sha256 {shown(said)}; this one is {found.get('record_sha256')}"
    if (laid := printed.content.get("overlays", [])) != found.get("overlays", []):
        yield f"made with other rows of one's own: it says {shown(laid)}; here {shown(found.get('overlays', []))}"
    if "code_sha256" in found and printed.content.get("code_sha256") != found["code_sha256"]:
        code = shown(printed.content.get("code_sha256"))
        yield f"made from other code: it says sha256 {code}; this is {found['code_sha256']}"
    version, own = printed.content.get("package_version"), found.get("package_version")
    if version != own:
        yield f"made by another version of the package: it says {shown(version)}; this is {own}"
    if said == found.get("record_sha256") and printed.rendering.fingerprint != _fingerprint(printed, asked):
        yield (
            "made by other modules, libraries or templates, or from other files beside the record: the fingerprint "
            f"that it says, {shown(printed.rendering.fingerprint)}, is another"
        )
    if isinstance(asked, Forecasting):
        yield from _other_models(printed, asked)


def _other_models(printed: Printed, asked: Forecasting) -> Iterator[str]:
    """Artefacts that a page names and that are not those of this record and code."""
    history, choices = asked.history(), (*asked.models, tuple(MODELS))
    days = {"artefact": history.as_of, "artefact_earlier": printed.content.get("earlier", "")}
    for name, day in days.items():
        key = printed.content.get(name)
        if key is None:
            continue
        known = history.at(date.fromisoformat(day) if isinstance(day, str) else day)
        keys = [made_from(known, names, asked.target, "forward").key for names in choices]
        if key not in keys:
            yield f"made from other fitted models: it says artefact {shown(key)}; of this record and code {keys[0]}"


def _fingerprint(printed: Printed, asked: Parameters) -> str:
    return fingerprint(source_of(printed.template), asked, printed.parameters)


def _models_used(found: dict[str, Any]) -> tuple[str, ...]:
    if "artefact" not in found:
        return ()
    key = found["artefact"]
    return (models_note(key),)


def headings_by_pointer(sections: Iterable[tuple[str, Shown]]) -> Mapping[str, list[str]]:
    """Headings of the sections of a page that read each value, by its JSON pointer, in the order of the page."""
    found: dict[str, dict[str, None]] = {}
    for heading, section in sections:
        for pointer in section.pointers:
            found.setdefault(pointer, {})[heading] = None
    return {pointer: list(headings) for pointer, headings in found.items()}
