"""Links of the repository's Markdown as pages need them: to the page that shows a file, else to a copy."""

import os
import re
from pathlib import Path
from posixpath import normpath

ROOT = Path(__file__).parents[2]
DOCS = "docs"
PAGES = {
    "README.md": "index",
    "CHANGELOG.md": "changelog",
    "LICENSE": "licence",
    "data/LICENSE": "licence",
    ".github/CONTRIBUTING.md": "contributing",
    ".github/CODE_OF_CONDUCT.md": "conduct",
    ".github/SECURITY.md": "security",
    "data/README.md": "record/rules",
    "data/CODEBOOK.md": "record/codebook",
    "data/DATASHEET.md": "record/datasheet",
    "data/SAMPLING.md": "record/sampling",
    "data/REGISTRATION.md": "record/registration",
    "data/DEVELOPMENT.md": "record/development",
    "benchmarks/peers/README.md": "record/peers",
}
"""Files outside `docs/` that a page includes whole."""
LINK = re.compile(r"(?<!!)\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])+)\]\((?P<to>[^()\s#]*)(?P<anchor>#[^()\s]*)?\)")
FENCE = re.compile(r"(^ {0,3}(`{3,}|~{3,}|:{3,}).*?^ {0,3}\2[ \t]*$)", re.M | re.S)


def on_the_site(text: str, origin: str, docname: str) -> str:
    """Markdown of a file of the repository with its links as a page of the site needs them.

    Parameters
    ----------
    text : str
        Markdown; fenced blocks are left alone.
    origin : str
        Path of the file in the repository, from which its links count.
    docname : str
        Page on which the text stands.

    Returns
    -------
    str
        The same words. A link to a file that a page shows leads to the page, one to another file to a copy of it; a
        folder, which no page shows, is named without a link.

    Raises
    ------
    ValueError
        For a link to a file that is not there.
    """

    def led(found: re.Match[str]) -> str:
        to, anchor = found["to"], found["anchor"] or ""
        if not to or "://" in to or to.startswith("mailto:"):
            return found[0]
        target = normpath(f"{Path(origin).parent.as_posix()}/{to}")
        if target in PAGES:
            return f"[{found['words']}]({from_page(f'{DOCS}/{PAGES[target]}.md', docname)}{anchor})"
        place = ROOT / target
        if place.is_dir():
            return found["words"]
        if not place.is_file():
            raise ValueError(f"{origin}: expected a link to a file of the repository, got {to}; mend it")
        return f"[{found['words']}]({from_page(target, docname)}{anchor})"

    parts = FENCE.split(text)
    # The pattern has two groups: a fenced block is followed by its mark, which is part of it.
    return "".join(LINK.sub(led, part) if n % 3 == 0 else part if n % 3 == 1 else "" for n, part in enumerate(parts))


def from_page(target: str, docname: str) -> str:
    """Path of a file of the repository from a page."""
    return Path(os.path.relpath(target, Path(DOCS, docname).parent)).as_posix()
