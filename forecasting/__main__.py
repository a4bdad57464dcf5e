"""The command line."""

import sys

from forecasting.cli import app
from forecasting.store.errors import ForecastingError


def main() -> None:
    """Run the command line; a `ForecastingError` becomes one message on stderr and its exit code."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        sys.stdout = None
        print(
            f"OSError: expected to write the output, got {error.strerror}; send it elsewhere or make room",
            file=sys.stderr,
        )
        sys.exit(1)
    except ForecastingError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
