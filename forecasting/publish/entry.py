"""Papermill's entry point: the engine, imported only when a notebook is run with it."""

from typing import Any


class _Late(type):
    def __getattr__(cls, name: str) -> Any:
        from forecasting.publish.engine import ForkEngine

        return getattr(ForkEngine, name)


class LateForkEngine(metaclass=_Late):
    """`engine.ForkEngine`, imported on first use: it imports papermill, which loads this module when imported."""
