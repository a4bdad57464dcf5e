"""Commands called in this process, as the command line reads them."""

from forecasting.cli import app


def call(*arguments: object, **options: object) -> int:
    """Exit code of a command; what it raises is raised.

    `as_of=day` stands for `--as-of day`, `force=True` for `--force`; None and False for an option that is left out.
    """
    words = [str(argument) for argument in arguments]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            words += [flag, str(value)]
    return app(words, standalone_mode=False) or 0
