"""Explanations of a forecast: drivers, changes, signposts, precedents, reference classes, contested codings."""
