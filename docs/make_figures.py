"""The pictures of the documentation, drawn from the shipped record: `python docs/make_figures.py`."""

from pathlib import Path

from forecasting.documents.case.report import CaseReport
from forecasting.documents.figures.incidence import incidence_chart

IMAGES = Path(__file__).parent / "images"


def founding_case(artefacts: Path | None = None) -> str:
    """Cumulative incidence of the founding case on its first day, as SVG on a white ground.

    `artefacts`: a folder with the fitted models of the day, where there is one.
    """
    content = CaseReport("new-start-post-expiry-2026", "2026-02-05", artefacts=artefacts).content
    chart = incidence_chart(content["curve"], content["stated_term"])
    start, end = chart.split(">", maxsplit=1)
    return f'{start}><rect width="100%" height="100%" fill="#ffffff"/>{end}\n'


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "new-start-2026-02-05.svg").write_text(founding_case(), encoding="utf-8")
