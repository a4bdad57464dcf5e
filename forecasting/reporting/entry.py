"""What papermill's entry point names: the engine, imported only when a notebook is run with it."""

from typing import Any


class LateForkEngine:
    """`engine.ForkEngine`, which imports papermill and so cannot be imported while papermill loads its engines."""

    @classmethod
    def execute_notebook(cls, *arguments: Any, **options: Any) -> Any:
        """Run a notebook as `ForkEngine` does."""
        from forecasting.reporting.engine import ForkEngine

        return ForkEngine.execute_notebook(*arguments, **options)
