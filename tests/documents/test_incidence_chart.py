"""The chart of all endings: every label lies within the picture, however high the forecast."""

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from forecasting.documents.figures import incidence
from forecasting.documents.figures.style import STYLE
from forecasting.record.vocabulary import CAUSES

TERM = {"months": 6, "months_ahead": 6}


def drawn(highest, monkeypatch):
    """The figure behind the chart of a forecast whose interval reaches so high."""
    kept = []
    monkeypatch.setattr(incidence, "svg_of", lambda figure: kept.append(figure) or "")
    line = {"probability": [highest / 2] * 120, "lower": [0.0] * 120, "upper": [highest] * 120}
    incidence.incidence_chart(
        {"horizons": list(range(1, 121)), "models": {"ladder": dict.fromkeys(CAUSES, line)}}, TERM
    )
    return kept[0]


@pytest.mark.parametrize("highest", [0.04, 0.4, 0.85, 1.0])
def test_no_label_is_cut(highest, monkeypatch):
    figure = drawn(highest, monkeypatch)
    with mpl.rc_context(STYLE):
        renderer = FigureCanvasAgg(figure).get_renderer()
        width, height = renderer.get_canvas_width_height()
        shown = [
            label
            for axis in figure.axes
            for label in axis.get_yticklabels()
            if label.get_text() and label.get_position()[1] <= axis.get_ylim()[1]
        ]
        boxes = [label.get_window_extent(renderer) for label in shown]
        boxes += [axis.title.get_window_extent(renderer) for axis in figure.axes]
    assert len(boxes) > 5
    assert min(box.x0 for box in boxes) >= 0 and max(box.x1 for box in boxes) <= width
    assert min(box.y0 for box in boxes) >= 0 and max(box.y1 for box in boxes) <= height
