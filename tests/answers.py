"""Answers to every question that must be answered about a case of one's own."""

CASE = "atlantis-lemuria-2025"
ANSWERS = {
    "case_id": CASE,
    "name": "Handshake on deep-sea arms",
    "type": "political_commitment",
    "domain": "naval",
    "limit_object": "numbers",
    "parties": "USA;RUS",
    "start_date": "2025-03-01",
    "matched": "explicit",
    "leader_endorsed": "0.3",
    "summary": "Two delegations told\nthe press that they would keep to the numbers.",
    "source_title": "Report on the handshake",
    "source_publisher": "A newspaper",
}
