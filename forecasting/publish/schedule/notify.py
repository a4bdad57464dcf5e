"""The command that a schedule names to be told what happened, as JSON on its standard input."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.publish.schedule.manifest import Manifest, Past

NOTIFY_SECONDS = 60


@dataclass(frozen=True)
class Item:
    """Something to be told: a failure, a page to be signed, or, with neither, a run that was done."""

    failure: str = ""
    to_sign: str = ""

    @property
    def stands(self) -> bool:
        """Whether it may be found again by a later call, which then has nothing new to tell; a run is done once."""
        return bool(self.failure or self.to_sign)


Items = dict[str, Item]
"""What stands at a call, by the key under which it is told once."""


def tell_once(
    command: Sequence[str],
    manifest: Manifest,
    past: Past,
    items: Items,
    outcome: Callable[[Items], Mapping[str, Any]],
    *,
    trial: bool = False,
    seen: str = "",
) -> list[str]:
    """Tell the command of what stands and was not told; what stands no more is told again once it is back.

    Parameters
    ----------
    command
        The command to notify.
    manifest, past
        The manifest, to which it is added what was told and what has gone, and what it says of the calls before.
    items
        Everything that stands.
    outcome
        What the command gets, from the items that are new.
    trial
        Whether the call is a trial.
    seen
        Beginning of the keys of which the call can say whether they stand; default: of all.

    Returns
    -------
    list of str
        What failed in that; what was to be told is then told by the next call.
    """
    new = {key: item for key, item in items.items() if key not in past.told}
    gone = sorted(key for key in past.told if key.startswith(seen) and key not in items)
    faults = tell(command, outcome(new)) if new else []
    told = [] if faults else sorted(key for key, item in new.items() if item.stands)
    if told or gone:
        marked = {"trial": True} if trial else {}
        manifest.append({"kind": "told", "items": told, **({"gone": gone} if gone else {}), **marked})
    return faults


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
