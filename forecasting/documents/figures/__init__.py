"""Charts as SVG text. Colours differ in lightness as well as in hue; the page gives each chart a text and a table."""

from collections.abc import Callable, Mapping
from typing import Final

from forecasting.documents.figures.explanation import drivers_chart
from forecasting.documents.figures.first_screen import endings_chart, history_chart, way_chart
from forecasting.documents.figures.incidence import incidence_chart
from forecasting.documents.figures.ladders import ladder_chart, level_chart
from forecasting.documents.figures.reliability import reliability_chart

CHARTS: Final[Mapping[str, Callable[..., str]]] = {
    "incidence": incidence_chart,
    "drivers": drivers_chart,
    "reliability": reliability_chart,
    "endings": endings_chart,
    "way": way_chart,
    "history": history_chart,
    "ladders": ladder_chart,
    "levels": level_chart,
}
