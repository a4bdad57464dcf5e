"""A card as a page: a pure function of the card and its standing, in the style of the reports, without script."""

import re
from html import escape

from forecasting.documents import figures
from forecasting.documents.card.form import SLOT, Block, Card, Figure, Items, Table, Text
from forecasting.documents.card.phrases import shown_figure
from forecasting.documents.card.standing import SHORT, Mismatch, Shown, Standing
from forecasting.documents.fragments import badge, chart, table
from forecasting.documents.html import STYLE
from forecasting.documents.wording import PER_CENT, day_words
from forecasting.review.sign_off import APPROVED

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def card_html(card: Card, standing: Standing) -> str:
    """The page; everything that comes from elsewhere is shown as text."""
    parts = "".join(
        f'<section id="{name}"><h2>{escape(section.title)}</h2>{_remarks(name, standing)}'
        f"{''.join(map(_block, section.blocks))}</section>"
        for name, section in card.sections.items()
    )
    links = "".join(
        f'<li><a href="#{name}">{escape(section.title)}</a></li>' for name, section in card.sections.items()
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>Model card: {escape(card.name)} "
        f"{card.version}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>"
        f'{_top(card, standing)}<nav aria-label="Sections"><details open><summary>Sections</summary><ol>{links}'
        f"</ol></details></nav>\n{parts}\n{_provenance(card)}</main>\n</body>\n</html>\n"
    )


def _top(card: Card, standing: Standing) -> str:
    made = card.made_from
    return (
        f'<p class="kicker">Model card, version {card.version}, record to {day_words(made.data_end)}</p>'
        f"<h1>{escape(card.name)}</h1>{_stale(standing.stale)}"
        f'<div class="bottom-line"><p class="number"><span class="word">{escape(status_words(standing))}</span></p>'
        f"{_remarks(None, standing)}<p>{_fresh(card, standing)}</p></div>"
    )


def status_words(standing: Standing) -> str:
    """The standing of a card in words."""
    return {
        "draft": "Draft: nobody has signed this card off",
        APPROVED: "Approved as it stands",
        "changes requested": "Changes requested",
    }.get(standing.status, "Edited after approval: what was signed is not what stands here")


def _stale(stale: tuple[Mismatch, ...]) -> str:
    if not stale:
        return ""
    lines = "".join(
        f"<li><code>{escape(one.name)}</code>: the card has <code>{escape(one.card[:SHORT] or 'none')}</code>, now "
        f"it is <code>{escape(one.now[:SHORT] or 'none')}</code></li>"
        for one in stale
    )
    return (
        f'<div class="bottom-line" role="alert"><p class="number"><span class="word">{badge("disputed", "STALE")} '
        "This card is not of the record and code that are here</span></p><p>Do not rely on it. These differ:</p>"
        f"<ul>{lines}</ul></div>"
    )


def _fresh(card: Card, standing: Standing) -> str:
    made = card.made_from.artefact
    same = "differs from" if standing.stale else "is that of"
    return (
        f"Record <code>{made.record_sha256[:SHORT]}</code> and code <code>{made.code_sha256[:SHORT]}</code>: what "
        f"this card was made from {same} what is here now. <code>forecasting card --check</code> makes it anew and "
        f"compares."
    )


def _remarks(section: str | None, standing: Standing) -> str:
    """What was said of a section, or of the whole card."""
    lines = "".join(_remark(one) for one in standing.remarks if one.remark.section == section)
    return f'<ul class="remarks">{lines}</ul>' if lines else ""


def _remark(one: Shown) -> str:
    line = one.remark
    kind = "confirmed" if line.decision == APPROVED and one.is_of_these_bytes else "reported"
    of = "" if one.is_of_these_bytes else f" <small>(of other bytes: {escape(line.card)})</small>"
    answers = "".join(
        f"<li>Answer by {escape(a.by)}, {escape(a.at[:10])}: {escape(a.comment)}</li>" for a in one.answers
    )
    said = f": {escape(line.comment)}" if line.comment else ""
    return (
        f"<li>{badge(kind, line.decision)} {one.number}. {escape(line.by)}, "
        f"{escape(line.at[:10])}{of}{said}{f'<ul>{answers}</ul>' if answers else ''}</li>"
    )


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return f"<p>{_said(block)}</p>"
    if isinstance(block, Items):
        return f"<ul>{''.join(f'<li>{_said(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Table):
        rows = [[_cell(cell) for cell in row] for row in block.rows]
        return table([escape(head) for head in block.head], rows, block.caption)
    rows = [
        [
            escape(p.cause),
            *(f"{100 * value:.1f}{PER_CENT}" for value in (p.forecast, p.observed, p.lower, p.upper, p.share)),
        ]
        for p in block.points
    ]
    head = ["Ending", "Forecast", "Came", "Band from", "to", "Forecasts up to here"]
    svg = figures.reliability_chart([point.model_dump() for point in block.points])
    return chart(svg, block.said, table(head, rows, block.said))


def _cell(cell: Figure | Text | str) -> str:
    if isinstance(cell, Figure):
        return _figure(cell)
    return _said(cell) if isinstance(cell, Text) else _marked(cell)


def _said(text: Text) -> str:
    """A text with its values: our own words may hold `code` and **bold**, values never."""
    parts = re.split(r"(\{\w+\})", text.said)
    marked = _marked("".join(parts[i] if i % 2 == 0 else f"\0{i}\0" for i in range(len(parts))))
    return re.sub("\0(\\d+)\0", lambda found: _figure(text.values[SLOT.findall(parts[int(found[1])])[0]]), marked)


def _marked(words: str) -> str:
    coded = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words))
    strong = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", coded)
    return re.sub(r"\*(\w.*?)\*", r"<em>\1</em>", strong)


def _figure(found: Figure) -> str:
    shown = escape(shown_figure(found))
    if found.unit == "code":
        return f"<code>{shown}</code>"
    return re.sub(r" (\[[^\]]*\])$", r" <small>\1</small>", shown) if found.lower is not None else shown


def _provenance(card: Card) -> str:
    made = card.made_from
    versions = ", ".join(f"{escape(name)} {escape(version)}" for name, version in made.artefact.versions.items())
    rows = [
        ["record", f"to {made.data_end}", f"<code>{escape(made.artefact.record_sha256)}</code>"],
        ["code that fits and forecasts", f"package {escape(made.package_version)}",
         f"<code>{escape(made.artefact.code_sha256)}</code>"],
        ["fitted models (artefact)", f"as of {escape(made.artefact.as_of)}, {escape(made.artefact.target)}",
         f"<code>{escape(made.artefact_key)}</code>"],
        *([escape(name), "result or document", f"<code>{sha}</code>"] for name, sha in made.results.items()),
    ]  # fmt: skip
    hashes = table(["What", "Which", "sha256"], rows, "Hashes of all that this card hangs on")
    return (
        f'<section id="made_from"><h2>Made from</h2>{hashes}'
        f"<p>Libraries: {versions}. Every number on this page is in the JSON file of the card, to six digits; the "
        "page is a function of that file and of the sign-offs beside it. Form: <code>schema.json</code>.</p></section>"
    )
