"""The command that a schedule names to be told what happened, as JSON on its standard input."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

NOTIFY_SECONDS = 60

Told = dict[str, str]
"""What is to be told, by a key under which it is told once."""


def tell(command: Sequence[str], outcome: Mapping[str, Any]) -> list[str]:
    """Run the command with the outcome; a list of what failed in that."""
    try:
        run = subprocess.run(
            command, input=json.dumps(outcome), text=True, timeout=NOTIFY_SECONDS, check=False, capture_output=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"notify: expected {command[0]} to run, got {error}; correct notify in the schedule"]
    said = (run.stderr.strip().splitlines() or ["nothing said"])[-1]
    fault = f"notify: expected {command[0]} to exit with 0, got {run.returncode}: {said}; see that command"
    return [fault] if run.returncode else []
