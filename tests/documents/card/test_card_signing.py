"""Sign-offs: bound to bytes, only ever added, shown as text, carried on until they are answered."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape

import pytest
from calling import call

import forecasting
from forecasting.documents.card import card_bytes, card_html, card_markdown, check_card, make_card, show_card, sign_card
from forecasting.documents.card.form import parsed_card, read_signed, schema_bytes
from forecasting.documents.card.home import status_of, stewards
from forecasting.documents.card.keeping import _require_unsigned, home_for
from forecasting.documents.card.staleness import mismatches
from forecasting.record.history import load_history
from forecasting.review import SignOffStatus, sign_offs
from forecasting.store.errors import CardError, UsageError
from forecasting.store.package_data import shipped
from forecasting.verify.cards import _files_beside

HOSTILE = '<script>alert(1)</script> [x](javascript:1) | `a` **b** <img src=x onerror="1">'


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.split("</head>")[-1])).split())


def stands(kept):
    card, sha256 = read_signed(kept[1])
    home = kept[1].parent
    return card, status_of(card, sha256, sign_offs(home)), mismatches(card, kept[0], home)


def sign(kept, by="Ada Reader", **said):
    return sign_card(kept[1], by, kept[1].parent, kept[0], **said)


def pages(kept):
    found = stands(kept)
    return card_html(*found), card_markdown(*found)


def section_of(html, name):
    return text_of(re.search(rf'<section id="{name}">(.*?)</section>', html, re.S)[1])


def test_a_card_is_a_draft_until_it_is_signed_and_then_approved(kept):
    assert stands(kept)[1].status == "draft"
    line = sign(kept, comment="Sound.")
    assert stands(kept)[1].status == "approved"
    assert line.sha256 == read_signed(kept[1])[1]
    assert [one.by for one in sign_offs(kept[1].parent)] == ["Ada Reader"]
    html, markdown = pages(kept)
    assert "Approved as it stands approved 1. Ada Reader" in text_of(html)
    assert "Approved as it stands\n\n* **approved** 1. Ada Reader" in markdown


def test_a_signed_card_that_is_edited_says_so(kept):
    sign(kept)
    content = kept[1].read_bytes()
    kept[1].write_bytes(content.replace(b"Over four states, formalized", b"Over four glorious states, formalized"))
    assert stands(kept)[1].status == "edited after approval"
    html, markdown = pages(kept)
    for page in (text_of(html), markdown):
        assert "Edited after approval: these are not the bytes that were signed" in page
        assert f"(of other bytes: card-{forecasting.__version__}.json)" in page
    kept[1].write_bytes(content.replace(b"\n", b"\r\n"))
    assert stands(kept)[1].status == "edited after approval", "not a byte may differ"
    kept[1].write_bytes(content)
    assert stands(kept)[1].status == "approved"


def test_changes_requested_stand_beside_their_section_and_over_the_approval_of_others(kept):
    sign(kept, "Bo")
    sign(kept, "Cy", request_changes=True, comment="No word on cyber.")
    sign(kept, "Cy", request_changes=True, comment="Say who paid.", section="training_data")
    assert stands(kept)[1].status == "changes requested"
    html, markdown = pages(kept)
    assert "Say who paid." in section_of(html, "training_data")
    assert "Say who paid." not in section_of(html, "uses")
    assert markdown.index("Say who paid") > markdown.index("## Training data")
    sign(kept, "Cy")
    assert stands(kept)[1].status == "approved"


def test_a_remark_is_carried_to_the_next_version_until_it_is_answered(kept):
    sign(kept, "Cy", request_changes=True, comment="Say who paid.", section="training_data")
    sign(kept, "Bo", comment="A fine card.", section="uses")
    sign(kept, "Bo")
    later = kept[1].with_name("card-9.0.0.json")
    later.write_bytes(
        kept[1].read_bytes().replace(f'"version": "{forecasting.__version__}"'.encode(), b'"version": "9.0.0"', 1)
    )
    on_later = stands((kept[0], later))
    assert on_later[1].status == "draft", "nobody signed these bytes"
    assert [one.line.comment for one in on_later[1].remarks] == ["Say who paid.", "A fine card."]
    html = card_html(*on_later)
    assert (
        "Say who paid." in section_of(html, "training_data")
        and f"of other bytes: card-{forecasting.__version__}.json" in html
    )
    answer = sign((kept[0], later), "Owner", answers=1, comment="Nobody did.")
    assert answer.decision == "answered"
    assert [one.line.comment for one in stands((kept[0], later))[1].remarks] == ["A fine card."]
    assert "Answer by Owner" in section_of(pages(kept)[0], "training_data"), "the card it was made on keeps both"
    sign((kept[0], later), "Bo", comment="Finer still.", section="uses")
    assert [one.line.comment for one in stands((kept[0], later))[1].remarks] == ["Finer still."]


def test_what_a_reviewer_writes_is_shown_as_text(kept):
    sign(kept, '<b onclick="1">Eve</b>', comment=HOSTILE, section="uses")
    sign(kept, "Owner", answers=1, comment=HOSTILE)
    html, markdown = pages(kept)
    assert not re.search(r"<script|<img|<b |onerror=\"1\"|href=\"javascript", html)
    assert section_of(html, "uses").count(HOSTILE) == 2
    assert '<b onclick="1">Eve</b>' in section_of(html, "uses")
    (line,) = [line for line in markdown.splitlines() if "alert" in line]
    assert "<" not in line.replace("<br>Answer by", "")
    assert line.count(r"\[x\](javascript:1) \| \`a\` \*\*b\*\*") == 2


def test_two_at_once_lose_nothing(kept):
    names = [f"Reader {number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda by: sign(kept, by, comment="At once."), names))
    assert sorted(one.by for one in sign_offs(kept[1].parent)) == names
    assert stands(kept)[1].status == "approved"
    assert [path.name for path in kept[1].parent.glob(".*")] == []


def test_lines_are_only_added(kept):
    sign(kept)
    first = (kept[1].parent / "approvals.jsonl").read_bytes()
    (kept[1].parent / "approvals.jsonl").write_bytes(first.rstrip(b"\n"))
    sign(kept, "Bo")
    assert (kept[1].parent / "approvals.jsonl").read_bytes().startswith(first)
    assert len(sign_offs(kept[1].parent)) == 2


@pytest.mark.parametrize(
    ("by", "said", "message"),
    [
        (" ", {}, "expected the name of who approves, got ' '; give it with --by NAME"),
        ("a\nb", {}, "expected the name of who approves, got 'a\\nb'; give it"),
        ("A\N{RIGHT-TO-LEFT OVERRIDE}", {}, "expected the name of who approves"),
        ("A", {"request_changes": True}, "expected what is to be changed, or the answer, got none; say it with --comment TEXT"),
        ("A", {"comment": "\x1b[2J"}, "expected a comment of at most 4000 printable characters, got '\\x1b[2J'; shorten it, or take out what cannot be printed"),
        ("A", {"comment": "a" * 4001}, "expected a comment of at most 4000 printable characters"),
        ("A", {"section": "humour"}, "expected a section out of summary, uses, training_data, got 'humour'; leave --section out"),
        ("A", {"answers": 1, "comment": "So."}, "expected the number of a remark, got 1; the document shows the numbers"),
        ("A", {"answers": 0, "comment": "So."}, "expected the number of a remark, got 0; "),
        ("A", {"answers": 1}, "expected what is to be changed, or the answer"),
        ("A", {"answers": 1, "request_changes": True, "comment": "x"}, "expected either --request-changes or --answers, got both; leave one out"),
    ],
)  # fmt: skip
def test_a_faulty_sign_off_writes_nothing(kept, by, said, message):
    with pytest.raises(UsageError) as refused:
        sign(kept, by, **said)
    assert str(refused.value).startswith(message)
    assert not (kept[1].parent / "approvals.jsonl").exists()


def test_a_path_outside_the_folder_is_refused(kept, tmp_path):
    home = kept[1].parent
    outside = shutil.copyfile(kept[1], tmp_path / f"card-{forecasting.__version__}.json")
    (home / "card-0.3.0.json").symlink_to(outside)
    (home / "other.json").write_bytes(kept[1].read_bytes())
    for path in (
        outside,
        home / ".." / ".." / f"card-{forecasting.__version__}.json",
        home / "card-0.3.0.json",
        home / "other.json",
    ):
        with pytest.raises(
            UsageError, match=rf"^expected a card-X.Y.Z.json in {re.escape(str(home))}, got .*; name another folder"
        ):
            sign_card(path, "A", home, kept[0])
    with pytest.raises(CardError, match="expected a card, got No such file or directory"):
        sign_card(home / "card-9.9.9.json", "A", home, kept[0])
    assert not list(tmp_path.rglob("approvals.jsonl"))


def test_a_stale_card_says_so_at_its_top_and_cannot_be_approved(kept):
    content = kept[1].read_bytes()
    kept[1].write_bytes(re.sub(rb'"code_sha256": "\w{64}"', b'"code_sha256": "' + b"0" * 64 + b'"', content))
    html, markdown = pages(kept)
    assert text_of(html).index("STALE This card was not made from the record and code installed here") < text_of(
        html
    ).index("Sections")
    assert re.search(r"code_sha256 : the card has 000000000000 , now it is \w{12}", text_of(html))
    assert (
        "**STALE** This card was not made from the record and code installed here\n\nDo not rely on it."
        in markdown[:400]
    )
    with pytest.raises(
        UsageError, match=r"got a stale one: code_sha256: the card has 000000000000, now it is \w{12}; make it anew"
    ):
        sign(kept)
    sign(kept, request_changes=True, comment="Make it anew.")
    assert stands(kept)[1].status == "changes requested"


def test_a_changed_record_or_result_makes_a_card_stale_by_name(kept):
    card = read_signed(kept[1])[0]
    assert mismatches(card, kept[0], kept[1].parent) == ()
    (kept[0] / "evaluation/skill.csv").write_text("design\n")
    (kept[0] / "REGISTRATION.md").unlink(missing_ok=True)
    (kept[0] / "datapackage.json").write_bytes((kept[0] / "datapackage.json").read_bytes() + b"\n")
    (kept[1].parent / "stewards.json").unlink()
    names = {one.name for one in mismatches(card, kept[0], kept[1].parent)}
    assert names == {"record_sha256", "evaluation/skill.csv", "REGISTRATION.md", "card/stewards.json"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "expected a sign-off with a whole JSON object, got EOF while parsing an object"),
        ("{}", "expected a sign-off with the key document, got none"),
        ('{"card": 1}', "expected a sign-off with document: a valid string, got 1"),
    ],
)
def test_a_faulty_line_of_the_sign_offs_is_named(kept, line, message):
    log = kept[1].parent / "approvals.jsonl"
    log.write_text("\n" + line + "\n")
    with pytest.raises(UsageError) as refused:
        stands(kept)
    assert str(refused.value).startswith(f"{log} row 2: {message}")
    assert str(refused.value).endswith("; mend that line, or put back a copy of the file")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "with a whole JSON object, got EOF while parsing an object at line 1 column 1"),
        ('{"owner": "a", "reviewer": "b"}', "with the key next_review, got none"),
        ('{"owner": "a", "reviewer": 7, "next_review": "2027-01-01"}', "with reviewer: a valid string, got 7"),
        (
            '{"owner": "a", "reviewer": "b", "next_review": "soon"}',
            "that holds together, got next_review: expected a day",
        ),
    ],
)
def test_who_answers_for_the_card_is_one_error_where_it_is_not_said(tmp_path, text, said):
    assert stewards(tmp_path) is None
    (tmp_path / "stewards.json").write_text(text)
    with pytest.raises(CardError) as refused:
        stewards(tmp_path)
    path = tmp_path / "stewards.json"
    assert str(refused.value).startswith(f"{path}: expected owner, reviewer and next_review as JSON {said}")
    assert str(refused.value).endswith("; name who answers for the card, who reviews it, and by which day")


def test_the_command_signs_a_card_and_refuses_remarks_on_reports(kept, capsys):
    assert call("approve", kept[1], by="Ada", out=kept[1].parent, data=kept[0]) == 0
    assert re.fullmatch(
        rf"card-{forecasting.__version__}.json: approved by Ada, sha256 \w{{64}}\n", capsys.readouterr().out
    )
    with pytest.raises(UsageError, match=r"^expected a card \(.json\) to comment on"):
        call("approve", kept[1].with_suffix(".html"), by="Ada", comment="x")


def test_a_card_is_made_with_its_pages_and_its_schema(made, fresh, history):
    assert [path.name for path in made] == [
        f"card-{forecasting.__version__}.json",
        f"card-{forecasting.__version__}.md",
        f"card-{forecasting.__version__}.html",
    ]
    assert sorted(path.name for path in made[0].parent.iterdir()) == sorted(
        [*(path.name for path in made), "schema.json"]
    )
    assert home_for(made[0].parent, history.record.folder) == made[0].parent
    status = status_of(fresh, read_signed(made[0])[1], [])
    assert made[1].read_text(encoding="utf-8") == card_markdown(fresh, status)


def test_an_edit_that_no_hash_shows_is_found_and_named(made, fresh, history, tmp_path):
    home = shutil.copytree(made[0].parent, tmp_path / "card")
    shutil.copyfile(shipped("data") / "card" / "stewards.json", home / "stewards.json")
    path = home / f"card-{forecasting.__version__}.json"
    told = fresh.sections["summary"].blocks[0].items[1].values["skill"].value
    path.write_bytes(path.read_bytes().replace(f'"value": {told},'.encode(), f'"value": {told + 0.5:.6g},'.encode(), 1))
    _, found, said = check_card(history, home, fresh)
    assert said == [] and found[-1] == f"card-{forecasting.__version__}.md: not what the card makes of it"
    assert len(found) == 2
    assert found[0].startswith("edited: /sections/summary/blocks/0/items/1/values/skill/value (Summary: ")
    assert found[0].endswith(f": says {told + 0.5:.6g}, the record gives {told}")


def test_the_check_exits_1_and_names_the_hash(kept, capsys):
    kept[1].write_bytes(kept[1].read_bytes().replace(b'"code_sha256": "', b'"code_sha256": "0', 1))
    assert call("card", check=True, data=kept[0]) == 1
    err = capsys.readouterr().err
    assert re.search(
        rf"card-{forecasting.__version__}.json: stale: code_sha256: the card has 0\w{{11}}, now it is \w{{12}}\n", err
    )
    assert f"not current. `forecasting card --out {kept[1].parent}` makes it anew" in err
    kept[1].unlink()
    with pytest.raises(UsageError, match=r"^expected a card kept in .*, got none; `forecasting card --out"):
        call("card", check=True, data=kept[0])


def test_a_kept_card_is_shown_with_its_sign_offs(kept, tmp_path, capsys):
    assert call("card", "show", kept[1], data=kept[0], out=tmp_path / "pages") == 0
    assert (tmp_path / "pages" / f"card-{forecasting.__version__}.html").read_text() == pages(kept)[0]
    (kept[0] / "evaluation/skill.csv").write_text("design\n")
    written, found = show_card(kept[1], kept[0], tmp_path / "pages")
    assert [one.name for one in found] == ["evaluation/skill.csv"] and "STALE" in written[0].read_text()


def test_nothing_is_written_into_a_folder_that_cannot_be(history, tmp_path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(UsageError, match="expected a folder that can be written"):
        make_card(history, tmp_path / "file" / "card")


def test_a_card_of_too_short_a_record_is_refused(few_cases, tmp_path):
    with pytest.raises(UsageError, match="expected a day by which at least 10 endings were known"):
        make_card(load_history(few_cases), tmp_path / "card")
    assert not list(tmp_path.rglob("*.json"))


def test_the_page_has_every_section_and_no_script_and_the_same_numbers_as_the_markdown(fresh):
    status = SignOffStatus("draft")
    html, markdown = card_html(fresh, status), card_markdown(fresh, status)
    assert not re.search(r"<script|<link|@import|javascript:|\son\w+=|(src|href)=\"(?!#)", html, re.I)
    for name, section in fresh.sections.items():
        assert f'<section id="{name}"><h2>' in html and f'<a href="#{name}">' in html
        assert f"## {section.title}\n" in markdown
    numbers = [
        re.findall(r"\d+\.\d+ %", text.replace("\N{NO-BREAK SPACE}", " "))
        for text in (text_of(re.sub(r"<svg.*?</svg>", "", html, flags=re.S)), markdown)
    ]
    assert numbers[0] == numbers[1] and len(numbers[0]) > 300
    assert html == card_html(parsed_card(card_bytes(fresh), "x"), status), "a function of card and status alone"


def test_an_approved_card_is_not_made_over(kept):
    content = kept[1].read_bytes()
    _require_unsigned(kept[1], b"other values")  # a draft gives way
    sign(kept, comment="Sound.")
    _require_unsigned(kept[1], content)
    with pytest.raises(
        UsageError, match=r"^expected a new version beside the approved .*card-.*json, got other values"
    ):
        _require_unsigned(kept[1], b"other values")


def test_a_review_that_is_overdue_fails_the_check(kept):
    history = load_history(kept[0])
    (kept[0] / "evaluation").mkdir(exist_ok=True)
    (kept[0] / "evaluation" / "skill.csv").write_text("stale\n")  # no card is made anew of another result
    day = date.fromisoformat(stewards(kept[1].parent).next_review)

    def overdue(today):
        return [one for one in check_card(history, kept[1].parent, today=today)[1] if one.startswith("overdue: ")]

    assert overdue(day) == []
    assert overdue(day + timedelta(days=1)) == [
        f"overdue: the next review was to be by {day}; review it, and name the next day in stewards.json"
    ]


def test_an_edited_markdown_or_page_of_a_card_is_found(kept):
    card, status, stale = stands(kept)
    show_card(kept[1], kept[0], kept[1].parent)
    (kept[1].parent / "schema.json").write_bytes(schema_bytes())
    assert _files_beside(kept[1], card, status, stale) == ((), ())
    for end in (".md", ".html"):
        path = kept[1].with_suffix(end)
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"formalized", b"formalised", 1))
        ((found,), _) = _files_beside(kept[1], card, status, stale)
        assert found.section == path.name and "formalised" in found.said and "formalized" in found.found
        path.write_bytes(whole)
    kept[1].with_suffix(".md").unlink()
    assert _files_beside(kept[1], card, status, stale)[1] == (f"not checked: no {kept[1].stem}.md beside it",)
