"""Numbers printed in documents are those of the record."""

import pandas as pd

from forecasting.places import shipped


def test_the_datasheet_counts_what_the_record_holds(record):
    text = (shipped("data") / "DATASHEET.md").read_text(encoding="utf-8")
    tables = {name: raw.cells for name, raw in record.tables.items()}
    causes = tables["outcomes"][tables["outcomes"]["target"] == "concluded"]["cause"].value_counts()
    assert f"| {len(tables['cases'])}: {causes['formalized']} formalized, {causes['collapsed']} collapsed" in text
    assert f"| events | {len(tables['events'])}, median" in text
    joint = tables["alternatives"]["alternative_id"].nunique()
    assert f"| alternatives | {len(tables['alternatives'])} rows in {joint} joint alternatives" in text
    assert f"| sources | {len(tables['sources'])}, of which" in text
    unseen = (tables["sources"]["seen"] == "0").sum()
    assert f"| {unseen} of {len(tables['sources'])}" in text


def test_the_registered_result_is_the_published_table():
    text = (shipped("data") / "REGISTRATION.md").read_text(encoding="utf-8")
    proof = pd.read_csv(shipped("data") / "proof.csv").set_index(["model", "reference", "horizon", "design"])
    for reference, words in (("base_rate", "over the base rate"), ("type_base_rate", "over the base rate by type")):
        cells = [
            "{:.3f} [{:.3f}, {:.3f}]".format(
                *proof.loc["primary", reference, "all", design][["brier_skill", "lower", "upper"]]
            )
            for design in ("cluster", "rolling")
        ]
        assert f"| {words} | {cells[0]} | {cells[1]} |" in text
