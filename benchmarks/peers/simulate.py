"""Records of any size as landmark arrays: cases drawn with replacement from a fold, noise on what is continuous."""

import numpy as np

from benchmarks.peers.export import episode_columns
from benchmarks.peers.fold import Fold

SEED = 20260205
NOISE = 0.05


def enlarged(fold, times, dyads_grow=False):
    """A fold whose training set has `times` as many cases; the test lines stay the same.

    Types, eras and dyads stay those of the record, unless `dyads_grow`: then every copy has dyads of its own.
    """
    rng = np.random.default_rng(SEED)
    cases = np.unique(fold.train["case"])
    order = np.argsort(fold.train["case"], kind="stable")
    counts = np.bincount(np.searchsorted(cases, fold.train["case"]))
    begins = np.cumsum(counts) - counts
    drawn = rng.integers(len(cases), size=times * len(cases))
    lines = np.concatenate([order[begins[case] : begins[case] + counts[case]] for case in drawn])
    train = {name: array[lines] for name, array in fold.train.items()}
    number = np.repeat(np.arange(len(drawn)), counts[drawn])
    whole = (fold.train["features"] == np.round(fold.train["features"])).all(axis=0)
    noise = NOISE * rng.standard_normal(train["features"].shape) * ~whole
    n_groups = int(fold.train["group"].max()) + 1
    copy = number // len(cases)
    train |= {"case": number, "features": train["features"] + noise, "group": train["group"] + n_groups * copy}
    if dyads_grow:
        train["dyad"] = np.array([f"{dyad}/{which}" for dyad, which in zip(train["dyad"], copy, strict=True)])
    return Fold(train, fold.test, fold.spells, episode_columns(train), fold.meta)
