"""Multiverse: skill and forecasts of the ladder under other codings, definitions and settings.

Whether a former state and its successor are one in pairs of parties is no choice here: no covariate of the model reads
acts or endings between a pair. The pair's collapses, one of the choices of covariates, count a former state as its
successor, as the rest of the package does.
"""
