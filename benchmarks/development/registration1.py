"""Registration 1's model scored on the origins of the development half: the figures of `data/REGISTRATION.md`.

python benchmarks/development/registration1.py cluster
"""

import sys

import pandas as pd

from forecasting import load_history
from forecasting.backtest import backtest
from forecasting.record.vocabulary import CAUSES
from forecasting.store.package_data import shipped


def main(design: str) -> None:
    """Print the skill over the base rate of four states and of each ending, with 80 % intervals by components."""
    halves = pd.read_csv(shipped("data") / "evaluation" / "split.csv").set_index("case_id")["half"]
    scored = backtest(load_history(), design)
    pilot = scored.origins.lines["case_id"].map(halves).eq("pilot").to_numpy()
    pairs = {"four states": (scored.score("primary"), scored.score("base_rate"))}
    pairs |= {cause: (scored.cause_score("primary", cause), scored.cause_score("base_rate", cause)) for cause in CAUSES}
    for words, (model, reference) in pairs.items():
        found = scored.skill_of(model, reference, chosen=pilot)
        print(f"{design}, {words}: {found.value:.3f} [{found.lower:.3f}, {found.upper:.3f}]")


if __name__ == "__main__":
    main(sys.argv[1])
