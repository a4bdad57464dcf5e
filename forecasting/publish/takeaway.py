"""Tables and charts of a page as files of their own: a workbook, and pictures."""

import io
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from forecasting.documents.figures.style import OF_A_PAGE
from forecasting.documents.wording import MINUS
from forecasting.publish.pdf import SECONDS, browser
from forecasting.store.errors import ReportError, UsageError, shown
from forecasting.store.files import require_writable, write_whole
from forecasting.store.foreign import Foreign
from forecasting.store.scratch import scratch

PAGE: Final = Foreign("a page of a report", "name the .html file of a page", most_bytes=20_000_000)
SVG: Final = re.compile(r'<div class="plot"[^>]*aria-label="([^"]*)"[^>]*>\s*(<svg\b.*?</svg>)', re.S)
VIEW: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
SHEET: Final = 31
"""Longest name of a sheet."""
NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\]")
SCALE: Final = 3
"""Pixels of a picture for each unit of a drawing."""


@dataclass
class Held:
    """A cell of a table: its words, and its number where it shows one alone."""

    words: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    outside: bool = False

    @property
    def number(self) -> float | None:
        """The value behind the words, where they are those of one number."""
        try:
            return float(self.numbers[0]) if len(self.numbers) == 1 and not self.outside else None
        except ValueError:
            return None


@dataclass
class PageTable:
    """A table of a page: its caption, and its rows of cells, the head first."""

    caption: str = ""
    rows: list[list[Held]] = field(default_factory=list)


class _Tables(HTMLParser):
    """Reads the tables of a page, with the number behind each figure."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageTable] = []
        self._cell: Held | None = None
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append(PageTable())
        elif self.found and tag == "tr":
            self.found[-1].rows.append([])
        elif self.found and tag in ("td", "th") and self.found[-1].rows:
            self._cell = Held()
            self.found[-1].rows[-1].append(self._cell)
        elif tag == "data" and self._cell is not None:
            self._cell.numbers.append(dict(attrs).get("value") or "")
        if tag in ("caption", "sup", "small", "data"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._in:
            self._in.remove(tag)
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if "sup" in self._in or not self.found:
            return
        if "caption" in self._in:
            self.found[-1].caption += data
        elif self._cell is not None:
            (self._cell.aside if "small" in self._in else self._cell.words).append(data)
            self._cell.outside |= bool(data.strip()) and "data" not in self._in and "small" not in self._in


def tables_of(html: str) -> list[PageTable]:
    """The tables of a page, in order.

    Parameters
    ----------
    html
        The page.

    Examples
    --------
    >>> head, cell = "<caption>One</caption><tr><th>p</th></tr>", '<td><data value="0.25">25 %</data></td>'
    >>> (found,) = tables_of(f"<table>{head}<tr>{cell}</tr></table>")
    >>> found.caption, found.rows[1][0].number
    ('One', 0.25)
    """
    reader = _Tables()
    reader.feed(html)
    return [found for found in reader.found if found.rows]


def charts_of(html: str) -> list[tuple[str, str]]:
    """The charts of a page, in order: text alternative and drawing, in the colours of a light page.

    Parameters
    ----------
    html
        The page.

    Examples
    --------
    >>> drawing = '<svg><path style="stroke: var(--ink, #111111)"/></svg>'
    >>> charts_of(f'<div class="plot" role="img" aria-label="A line">{drawing}</div>')
    [('A line', '<svg><path style="stroke: #111111"/></svg>')]
    """
    return [(words, OF_A_PAGE.sub(r"\1", svg)) for words, svg in SVG.findall(html)]


def export_page(page: Path, folder: Path, form: str, replace: bool = False) -> list[Path]:
    """Write the tables or the charts of a page.

    Parameters
    ----------
    page
        Path of the page (.html).
    folder
        Where the files go; they are named after the page.
    form
        `xlsx`: one workbook, a sheet for each table; `svg` or `png`: a file for each chart (png needs Chromium).
    replace
        Replace files that exist.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    UsageError
        For another form, a page without tables or charts, a file that exists, or a library that is not installed.
    ForeignFileError
        The page cannot be read.
    """
    if form not in FORMS:
        raise UsageError(f"expected a format out of {', '.join(FORMS)}, got {shown(form)}; choose one of them")
    html = PAGE.text(page)
    files = FORMS[form](html, page.stem)
    if not files:
        what = "tables" if form == "xlsx" else "charts"
        raise UsageError(f"expected a page with {what}, got {page} without; name another, or another --format")
    require_writable(folder)
    targets = {folder / name: content for name, content in files.items()}
    there = [path for path in targets if path.exists()]
    if there and not replace:
        raise UsageError(f"expected no file at {there[0]}, got one; choose another folder, or add --replace")
    write_whole(targets)
    return list(targets)


def _workbook(html: str, stem: str) -> Mapping[str, bytes]:
    tables = tables_of(html)
    if not tables:
        return {}
    book = _openpyxl("openpyxl").Workbook(write_only=True)
    cell_of = _openpyxl("openpyxl.cell").WriteOnlyCell
    names: set[str] = set()
    for number, table in enumerate(tables, start=1):
        sheet = book.create_sheet(_sheet_name(table.caption, number, names))
        sheet.append([_text(cell_of, sheet, " ".join(table.caption.split()))])
        width = max(map(len, table.rows))
        split = [any(row[k].aside for row in table.rows[1:] if k < len(row)) for k in range(width)]
        for row in table.rows:
            line: list[Any] = []
            for k, cell in enumerate(row):
                line.append(_value(cell_of, sheet, cell))
                if split[k]:
                    words = "".join(cell.aside).strip() or ("interval or note" if row is table.rows[0] else "")
                    line.append(_text(cell_of, sheet, words))
            sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return {f"{stem}.xlsx": buffer.getvalue()}


def _value(cell_of: Any, sheet: Any, held: Held) -> Any:
    words = " ".join("".join(held.words).split())
    if held.number is None:
        return _text(cell_of, sheet, words)
    is_points = words.startswith(("+", MINUS)) and not words.endswith("%")
    cell = cell_of(sheet, value=100.0 * held.number if is_points else held.number)
    if is_points:
        cell.number_format = "+0.0;-0.0"
    if words.endswith("%"):
        cell.number_format = "0.0%" if "." in words else "0%"
    return cell


def _text(cell_of: Any, sheet: Any, words: str) -> Any:
    cell = cell_of(sheet, value=words)
    cell.data_type = "s"  # a text that begins with '=' is no formula
    return cell


def _sheet_name(caption: str, number: int, taken: set[str]) -> str:
    plain = NOT_IN_A_NAME.sub(" ", " ".join(caption.split())).strip("' ")
    name = f"{number} {plain}"[:SHEET].strip()
    taken.add(name)
    return name


def _openpyxl(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise UsageError(
            "expected openpyxl, which xlsx needs, got no such library; install it with: pip install "
            "'forecasting[export]'"
        ) from None


def _drawings(html: str, stem: str) -> Mapping[str, bytes]:
    return {f"{stem}-{number}.svg": svg.encode() for number, (_, svg) in enumerate(charts_of(html), start=1)}


def _pictures(html: str, stem: str) -> Mapping[str, bytes]:
    """Each chart as a picture on white, made by Chromium."""
    return {f"{stem}-{number}.png": _picture(svg, number) for number, (_, svg) in enumerate(charts_of(html), start=1)}


def _picture(svg: str, number: int) -> bytes:
    found = VIEW.search(svg)
    if found is None:
        raise ReportError(f"expected a drawing with a size, got chart {number} without; render the page again")
    width, height = (round(float(side)) + 1 for side in found.groups())
    with scratch() as folder:
        source, target = folder / "chart.html", folder / "chart.png"
        style = "margin:0;background:#fff"
        source.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="{style}">{_sized(svg, width, height)}')
        command = [
            browser("--format png"), "--headless", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={folder}/profile", f"--force-device-scale-factor={SCALE}",
            f"--window-size={width},{height}", f"--screenshot={target}", source.absolute().as_uri(),
        ]  # fmt: skip
        if os.geteuid() == 0:  # Chromium refuses to run its sandbox as root
            command.insert(1, "--no-sandbox")
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise ReportError(
                f"expected chart {number} within {SECONDS} seconds, got no answer of Chromium; try again"
            ) from None
        if not target.is_file():
            raise ReportError(f"expected chart {number} as a picture, got a failure of Chromium; try again")
        return target.read_bytes()


def _sized(svg: str, width: int, height: int) -> str:
    head, rest = svg.split(">", 1)
    plain = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    return f'{plain} width="{width}" height="{height}">{rest}'


FORMS: Final[Mapping[str, Callable[[str, str], Mapping[str, bytes]]]] = {
    "xlsx": _workbook,
    "svg": _drawings,
    "png": _pictures,
}
