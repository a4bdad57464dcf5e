"""The style sheet of every page."""

from pathlib import Path

STYLE = (Path(__file__).parent / "template" / "report" / "style.css").read_text(encoding="utf-8")
