"""Explanations of a forecast: drivers, changes, what-ifs, precedents, reference classes, contested codings."""
