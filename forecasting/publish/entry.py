"""What papermill's entry point names: the engine, imported only when a notebook is run with it."""

from typing import Any


class _Late(type):
    def __getattr__(cls, name: str) -> Any:
        from forecasting.publish.engine import ForkEngine

        return getattr(ForkEngine, name)


class LateForkEngine(metaclass=_Late):
    """`engine.ForkEngine`, which imports papermill and so cannot be imported while papermill loads its engines."""
