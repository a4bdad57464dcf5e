"""Constraints on what tells how good the coding is: ladders coded again, levels from lines, facts audited again."""

from collections.abc import Mapping

from forecasting.record.ladder_rules import Frames, coarse_faults, place_faults, value_faults
from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.store.errors import Fault


def evidence_faults(tables: Mapping[str, RawTable], frames: Frames) -> list[Fault]:
    """Faults of the ladders coded again, of the levels judged from lines, and of the second audit.

    Parameters
    ----------
    tables : mapping of str to RawTable
        `second_ladders`, `ladders_from_lines` and `second_audit`.
    frames : mapping of str to pandas.DataFrame
        Text of `cases` and of the outcomes `concluded`, both by case_id.

    Returns
    -------
    list of Fault
        In no order.
    """
    coded, lines = Findings(tables["second_ladders"]), Findings(tables["ladders_from_lines"])
    value_faults(coded)
    coarse_faults(coded)
    place_faults(coded, frames)
    value_faults(lines)
    place_faults(lines, frames, "day")
    return [*coded.faults, *lines.faults, *_audit_faults(tables["second_audit"])]


def _audit_faults(audit: RawTable) -> list[Fault]:
    """Facts of another case than the row says, and resolutions without a reason."""
    findings, cells = Findings(audit), audit.cells
    foreign = [
        key != case and not key.startswith((f"{case}-", f"{case}/"))
        for case, key in zip(cells["case_id"], cells["key"], strict=True)
    ]
    findings.add(foreign, "a key of the same case", "key", do="write the event, case/ladder/date, or the case")
    findings.add(
        (cells["verdict"] == "wrong") & (cells["resolution"] == ""),
        "a resolution of a fact that is wrong",
        "verdict",
        "resolution",
        do="correct the fact, or say why it is kept",
    )
    return findings.faults
