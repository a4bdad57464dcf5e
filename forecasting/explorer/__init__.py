"""Interactive forecasts in a notebook: the outlook of a case, widgets that show it, and a form for a new case."""
