"""The report of one case."""
