"""Multiverse: the backtest and the headlines under other codings, definitions and settings."""
