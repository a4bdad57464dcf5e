"""A card as a document: HTML and Markdown as functions of the card, its sign-off status and its staleness."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from forecasting.documents.blocks import Block, Cell, Chart, Section, Summary, Text, Title
from forecasting.documents.card.form import Card
from forecasting.documents.card.staleness import SHORT, Mismatch
from forecasting.documents.compose import aside, badge, items, joined, table, text
from forecasting.documents.html import ORIGIN, rendered
from forecasting.documents.markdown import section_markdown
from forecasting.documents.quantities import code, count, day, name, quote, share
from forecasting.review import APPROVED, DRAFT, Remark, SignOffStatus
from forecasting.review.status import CHANGES_REQUESTED

MADE_FROM: Final = "made_from"
STATUS_WORDS: Final = {
    DRAFT: "Draft: nobody has signed this card off",
    APPROVED: "Approved as it stands",
    CHANGES_REQUESTED: "Changes requested",
}
EDITED_WORDS: Final = "Edited after approval: these are not the bytes that were signed"
POINTS: Final = {
    "forecast": "Forecast probability",
    "observed": "Observed frequency",
    "lower": "Consistency band from",
    "upper": "to",
    "share": "Forecasts up to here",
}


def card_html(card: Card, status: SignOffStatus, stale: tuple[Mismatch, ...] = ()) -> str:
    """The page, without script; whatever comes from elsewhere is shown as text."""
    return rendered(
        "card.html.j2", title=f"Model card: {card.name} {card.version}", head=_head(card, status, stale),
        sections=_sections(card, status),
    ).replace(ORIGIN, "")  # fmt: skip


def card_markdown(card: Card, status: SignOffStatus, stale: tuple[Mismatch, ...] = ()) -> str:
    """The same content as Markdown, for reading where the repository is."""
    return "\n\n".join(map(section_markdown, (_head(card, status, stale), *_sections(card, status).values()))) + "\n"


def _head(card: Card, status: SignOffStatus, stale: tuple[Mismatch, ...]) -> Section:
    made = card.made_from
    title = Title(
        above=text("Model card, version {version}, record to {end}", version=card.version, end=day(made.data_end)),
        title=text("{name}", name=card.name),
        below=text("What the model is for, how good its forecasts are, where they fail, and who is responsible."),
    )
    made_from = text(
        "Made from record {record} and code {code}, which are {same} installed here. `forecasting card --check` makes "
        "the card again and compares the two.",
        record=code(made.artefact.record_sha256[:SHORT]), code=code(made.artefact.code_sha256[:SHORT]),
        same="not those" if stale else "those",
    )  # fmt: skip
    sign_off = Summary(
        label="Sign-off",
        word=text("{status}", status=STATUS_WORDS.get(status.status, EDITED_WORDS)),
        blocks=(*_remarks(None, status), made_from),
    )
    return Section(blocks=(title, *_alarm(stale), sign_off))


def _alarm(stale: Sequence[Mismatch]) -> Iterator[Summary]:
    if stale:
        listed = [
            text("{what}: the card has {old}, now it is {new}", what=code(one.name),
                 old=code(one.card[:SHORT] or "none"), new=code(one.now[:SHORT] or "none"))
            for one in stale
        ]  # fmt: skip
        word = text(
            "{stale} This card was not made from the record and code installed here", stale=badge("disputed", "STALE")
        )
        yield Summary(
            label="Stale", word=word, blocks=(text("Do not rely on it. These differ:"), items(listed)), alarm=True
        )


def _sections(card: Card, status: SignOffStatus) -> dict[str, Section]:
    parts = {
        key: Section(title=section.title, blocks=(*_remarks(key, status), *map(_with_points, section.blocks)))
        for key, section in card.sections.items()
    }
    return {**parts, MADE_FROM: _made_from(card)}


def _remarks(section: str | None, status: SignOffStatus) -> Iterator[Block]:
    """Remarks of reviewers on a section, or on the whole card."""
    said = [_remark(one) for one in status.remarks if one.line.section == section]
    if said:
        yield items(said)


def _remark(one: Remark) -> Text:
    line = one.line
    kind = "confirmed" if line.decision == APPROVED and one.is_of_these_bytes else "reported"
    parts = [
        text("{decision} {number}. {by}, {on}", decision=badge(kind, line.decision), number=count(one.number),
             by=line.by, on=line.at[:10])
    ]  # fmt: skip
    if not one.is_of_these_bytes:
        parts.append(text(" {of}", of=aside("(of other bytes: {document})", document=line.document)))
    if line.comment:
        parts.append(text(": {comment}", comment=line.comment))
    parts += [text("\nAnswer by {by}, {on}: {comment}", by=a.by, on=a.at[:10], comment=a.comment) for a in one.answers]
    return joined(parts, "")


def _with_points(block: Any) -> Any:
    """A chart with the table of its points, which the card stores once."""
    if not isinstance(block, Chart):
        return block
    rows = [[name(point["cause"]), *(share(point[key]) for key in POINTS)] for point in block.arguments["curves"]]
    points = table("Points of the reliability curves", ("Outcome", *POINTS.values()), rows)
    return block.model_copy(update={"tables": (points,)})


def _made_from(card: Card) -> Section:
    made = card.made_from
    rows: list[list[Cell]] = [
        ["record", text("to {end}", end=made.data_end), code(made.artefact.record_sha256)],
        ["code that fits and forecasts", text("package {version}", version=made.package_version),
         code(made.artefact.code_sha256)],
        ["fitted models (artefact)", text("as of {day}, {target}", day=made.artefact.as_of,
                                          target=made.artefact.target), code(made.artefact_key)],
    ]  # fmt: skip
    rows += [[quote(file), "result or document", code(sha256)] for file, sha256 in made.results.items()]
    versions = ", ".join(f"{library} {version}" for library, version in made.artefact.versions.items())
    closing = text(
        "Libraries: {versions}. Every number of this card is in its JSON file, to six digits; this page is made from "
        "that file and the sign-offs beside it. Form: `schema.json`.",
        versions=versions,
    )
    hashes = table("Hashes of everything that this card was made from", ("What", "Which", "sha256"), rows)
    return Section(title="Made from", blocks=(hashes, closing))
