"""Which of fourteen items the reader proposes from the founding case's press text, with their hedges.

python benchmarks/reading/founding.py FILE

FILE is the text of the report of 5 February 2026 that started the project; it belongs to others and is not here.
Exit code 0 from twelve items on.
"""

import sys

from forecasting.reading import Proposal, read_news

CASE, DAY, LEAST = "new-start-post-expiry-2026", "2026-02-05", 12
ITEMS: tuple[tuple[str, dict[str, object]], ...] = (
    ("understanding on observance, from sources, not certain",
     {"kind": "agreed_statement", "who": "USA;RUS", "standing": "reported", "form": "hedged"}),
    ("cautions that both presidents still have to approve",
     {"kind": "leader_endorsement", "who": "USA;RUS", "standing": "reported", "form": "hedged"}),
    ("talks in Abu Dhabi, from sources",
     {"kind": "talks_round", "who": "USA;RUS", "standing": "reported", "form": "act"}),
    ("lapse on Thursday", {"kind": "lapse", "day": "2026-02-05"}),
    ("promise of talks, by an unnamed official",
     {"kind": "official_signal_positive", "who": "USA", "standing": "reported", "rule": "talks-promised"}),
    ("resumption of the military dialogue",
     {"kind": "military_dialogue", "who": "USA;RUS", "day": "2026-02-05", "form": "act"}),
    ("its suspension in 2021", {"kind": "military_dialogue_suspended", "day": "2021-12-31"}),
    ("Putin's proposal, earlier", {"kind": "proposal", "who": "RUS", "form": "act", "day": "None"}),
    ("the ministry's complaint",
     {"kind": "official_signal_negative", "who": "RUS", "day": "2026-02-04", "form": "act"}),
    ("Peskov's readiness", {"kind": "official_signal_positive", "who": "RUS", "day": "2026-02-05", "form": "act"}),
    ("White House declines to comment", {"kind": "official_signal_negative", "who": "USA", "rule": "no-comment"}),
    ("Rubio on China",
     {"kind": "official_signal_negative", "who": "USA", "day": "2026-02-04", "rule": "without-china"}),
    ("Beijing's lack of interest", {"kind": "third_party_refusal", "who": "CHN"}),
    ("the coming address in Geneva", {"form": "calendar", "who": "USA", "day": "2026-02-06"}),
)  # fmt: skip


def fits(one: Proposal, wanted: dict[str, object]) -> bool:
    got = {"kind": one.kind, "standing": one.standing, "form": one.form, "rule": one.rule, "day": str(one.day)}
    who = set(str(wanted.get("who", "")).split(";")) - {""}
    return who <= set(one.actor) and all(got[key] == value for key, value in wanted.items() if key != "who")


def main(path: str) -> int:
    proposals = read_news(path, CASE, DAY).proposals
    found = 0
    for name, wanted in ITEMS:
        one = next((one for one in proposals if fits(one, wanted)), None)
        found += one is not None
        print(f"{'found ' if one else 'MISSED'}  {name}" + (f"  (sentence {one.number})" if one else ""))
    print(f"{found} of {len(ITEMS)} items, {len(proposals)} proposals")
    return 0 if found >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
