"""A card as Markdown: the same content as the page, for reading where the repository is."""

import re

from forecasting.documents.card.form import SLOT, Block, Card, Figure, Items, Table, Text
from forecasting.documents.card.page import status_words
from forecasting.documents.card.phrases import shown_figure
from forecasting.documents.card.staleness import SHORT, Mismatch
from forecasting.review import Remark, SignOffStatus

SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!&])")


def card_markdown(card: Card, status: SignOffStatus, stale: tuple[Mismatch, ...] = ()) -> str:
    """The text; everything that comes from elsewhere is escaped, so that it shows as it is."""
    made = card.made_from
    parts = [f"# {escaped(card.name)}", f"Model card, version {card.version}, record to {made.data_end}."]
    if stale:
        lines = "\n".join(
            f"> * `{_code(one.name)}`: the card has `{_code(one.card[:SHORT] or 'none')}`, now it is "
            f"`{_code(one.now[:SHORT] or 'none')}`"
            for one in stale
        )
        parts.append(
            f"> **STALE: this card is not of the record and code that are here. Do not rely on it.**\n>\n{lines}"
        )
    parts += [f"**{status_words(status)}.**", *_remarks(None, status)]
    for name, section in card.sections.items():
        parts += [f"## {escaped(section.title)}", *_remarks(name, status), *map(_block, section.blocks)]
    rows = [["record", made.artefact.record_sha256], ["code", made.artefact.code_sha256],
            ["artefact", made.artefact_key], *([name, sha] for name, sha in made.results.items())]  # fmt: skip
    parts += ["## Made from", _table(["What", "sha256"], [[escaped(a), f"`{_code(b)}`"] for a, b in rows])]
    return "\n\n".join(parts) + "\n"


def escaped(words: str) -> str:
    """Words from elsewhere, on one line, none of them read as Markdown or HTML."""
    return (
        SPECIAL.sub(r"\\\1", " ".join(words.split()))
        .replace("\\<", "&lt;")
        .replace("\\>", "&gt;")
        .replace("\\&", "&amp;")
    )


def _remarks(section: str | None, status: SignOffStatus) -> list[str]:
    lines = [line for one in status.remarks if one.line.section == section for line in _remark(one)]
    return ["\n".join(lines)] if lines else []


def _remark(one: Remark) -> list[str]:
    line = one.line
    of = "" if one.is_of_these_bytes else f" (of other bytes: {escaped(line.document)})"
    said = f": {escaped(line.comment)}" if line.comment else ""
    return [
        f"> {one.number}. **{line.decision}** by {escaped(line.by)}, {escaped(line.at[:10])}{of}{said}",
        *(f">    * answer by {escaped(a.by)}, {escaped(a.at[:10])}: {escaped(a.comment)}" for a in one.answers),
    ]


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return _said(block)
    if isinstance(block, Items):
        return "\n".join(f"* {_said(item)}" for item in block.items)
    if isinstance(block, Table):
        rows = [[_cell(cell) for cell in row] for row in block.rows]
        return f"*{escaped(block.caption)}*\n\n{_table([escaped(head) for head in block.head], rows)}"
    return f"*{escaped(block.said)}* The points of the curve are in the JSON file of this card and drawn on its page."


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(cell: Figure | Text | str) -> str:
    if isinstance(cell, Figure):
        return _figure(cell)
    return _said(cell) if isinstance(cell, Text) else cell.replace("|", "\\|")


def _said(text: Text) -> str:
    return SLOT.sub(lambda found: _figure(text.values[found[1]]), text.said)


def _figure(found: Figure) -> str:
    shown = shown_figure(found)
    return f"`{_code(shown)}`" if found.unit == "code" else escaped(shown) if found.unit == "quote" else shown


def _code(words: str) -> str:
    return words.replace("`", "'").replace("|", "/").replace("\n", " ")
