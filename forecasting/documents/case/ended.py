"""Whether a case may be over already: unseen, or on another reading of the record."""

from forecasting.documents.blocks import Link, Text
from forecasting.documents.compose import joined, text
from forecasting.documents.quantities import chance, count
from forecasting.documents.values import Fields


def over_already(content: Fields) -> Text | None:
    """One line: on how many readings of the record it is over, and how likely it has ended without being noted.

    A reading is the coding of the record, or an arguable one; None where it was seen in the month and none ends it.
    """
    unseen, codings = content["unseen"], content["contested"]
    over = sum(bool(coding["closes"]) for coding in codings)
    told: list[Text] = []
    if not content["case"]["is_state_known"]:
        told.append(text("**its state is unknown**"))
    if over:
        told.append(
            text(
                "it is on **{over} of {n} {readings}** of the record",
                over=count(over),
                n=count(len(codings) + 1),
                readings=Link(words="readings", to="#contested"),
            )
        )
    if unseen is not None:
        told.append(
            text(
                "{ended} that it has ended unseen (collapsed {collapsed}, faded {faded}, formalized {formalized}), "
                "which the forecast counts in",
                ended=chance(unseen["ended"]),
                **{cause: chance(unseen[cause]["probability"]) for cause in ("collapsed", "faded", "formalized")},
            )
        )
    return text("**Over already?** {told}.", told=joined(told, "; ")) if told else None
