"""Words on a case that was not seen lately: how likely it has ended already, and how."""

from forecasting.documents.blocks import Note
from forecasting.documents.compose import text
from forecasting.documents.quantities import chance, count, day
from forecasting.documents.values import Fields


def ended_already(content: Fields) -> Note | None:
    """How likely it has ended already without anybody having noted it, and how; None where it was seen in the month."""
    unseen, case = content["unseen"], content["case"]
    if unseen is None:
        return None
    state = "" if case["is_state_known"] else "**Its state is unknown.** "
    return Note(
        text=text(
            f"{state}Acts looked for until {{looked}}; last observed {{months}} months before the day. With {{ended}} "
            "it has ended already without being noted: collapsed {collapsed}, faded {faded}, formalized {formalized}. "
            "The forecast counts that in.",
            looked=day(unseen["looked_until"]),
            months=count(case["months_unseen"]),
            ended=chance(unseen["ended"]),
            **{cause: chance(unseen[cause]["probability"]) for cause in ("collapsed", "faded", "formalized")},
        )
    )
