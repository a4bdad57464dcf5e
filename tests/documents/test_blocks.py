"""Blocks and their renderers: what comes from elsewhere is shown as it stands, in every form and every place."""

from html.parser import HTMLParser

import mistune
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from forecasting.documents.blocks import (
    Act,
    Fold,
    Heading,
    Link,
    Marks,
    Note,
    Prose,
    Section,
    Stack,
    Summary,
    Text,
    Timeline,
    Title,
    figures,
)
from forecasting.documents.compose import aside, badge, chart, items, joined, section, table, text
from forecasting.documents.html import ORIGIN, section_html
from forecasting.documents.markdown import section_markdown
from forecasting.documents.quantities import chance, code, count, day, figure, interval, name, points, quote, share
from forecasting.documents.text import section_text
from forecasting.documents.values import view
from forecasting.documents.wording import MINUS, PER_CENT

NBSP = "\N{NO-BREAK SPACE}"
OUTSIDE = st.text(st.sampled_from("ab 1.)(-+=<>&\"'`*_~|[]{}#!\\$:/;\n"), min_size=1).filter(
    lambda words: words.strip()
)
TOKEN = "Q9Q"
NASTY = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "**a** `b` {c}",
    "</td></table>",
    '" onload="x',
    "1. [a](javascript:x)",
    "a|b",
    "&lt;",
)


class Page(HTMLParser):
    """Tags with the names of their attributes, the values of attributes, and the text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.held, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *(key for key, value in attrs if value != "short")))
        self.held += [(tag, key, value) for key, value in attrs]

    def handle_endtag(self, tag):
        self.tags.append(f"/{tag}")

    def handle_data(self, data):
        self.text += data


def everywhere(words):
    """A section that holds the words at every place where something from elsewhere may stand."""
    told = text("**a** {quoted}, `{coded}` {small} {label} {link} {inner}.", quoted=words, coded=code(words),
                small=aside("({one})", one=words), label=badge("reported", words), link=Link(words=words, to="https://a.org"),
                inner=text("{x}", x=words))  # fmt: skip
    cells = [words, quote(words), Stack(text=told, items=items([told]))]
    blocks = [
        Title(above=told, title=text("{x}", x=words), below=told), told, items([told]), items([told], "sources"),
        table(words, [words, "b", "c"], [cells]), Heading(words=words), Heading(words=words, level=2, quiet=True), Note(text=told),
        Timeline(acts=(Act(when=told, standing="reported", what=told, text=told),)),
        Fold(summary=words, blocks=(told,)),
        Summary(label=words, number=quote(words), word=told, note=told, blocks=(told,)),
    ]  # fmt: skip
    return Section(title=words, blocks=tuple(blocks))


def squeezed(words):
    return "".join(words.split())


def stands_everywhere(shown, words):
    """Whether what is shown of the words is what is shown of a harmless token, with the words in its place."""
    return squeezed(shown(everywhere(words))) == squeezed(shown(everywhere(TOKEN))).replace(TOKEN, squeezed(words))


@given(OUTSIDE)
@example(NASTY[0])
@example(NASTY[1])
@example(NASTY[4])
def test_html_shows_what_comes_from_elsewhere_as_it_stands(words):
    page, harmless = (Page(section_html(everywhere(one))) for one in (words, TOKEN))
    assert page.tags == harmless.tags
    assert stands_everywhere(lambda made: Page(section_html(made)).text, words)


def test_the_laws_look_at_every_place():
    shown = section_html(everywhere(TOKEN)), section_markdown(everywhere(TOKEN)), section_text(everywhere(TOKEN))
    assert [one.count(TOKEN) > 60 for one in shown] == [True] * 3
    assert (
        Page(section_html(everywhere(TOKEN)).replace(TOKEN, NASTY[0])).tags
        != Page(section_html(everywhere(TOKEN))).tags
    )


@given(OUTSIDE)
@example(NASTY[2])
@example(NASTY[5])
@example(NASTY[6])
@example(NASTY[7])
def test_markdown_shows_what_comes_from_elsewhere_as_it_stands(words):
    read = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])
    page, harmless = (Page(read(section_markdown(everywhere(one)))) for one in (words, TOKEN))
    assert page.tags == harmless.tags
    assert stands_everywhere(lambda made: Page(read(section_markdown(made))).text, words)


@given(OUTSIDE)
def test_plain_text_shows_what_comes_from_elsewhere_as_it_stands(words):
    assert stands_everywhere(
        lambda made: section_text(made).upper().replace("-", ""), words.upper().replace("-", "") or "A"
    )


def test_words_of_ours_are_marked_in_every_form():
    said = section(text("**bold {n}** and *{n}*: `code {n}`\nnext", n=count(1234)))
    assert (
        section_html(said) == "<p><strong>bold 1,234</strong> and <em>1,234</em>: <code>code 1,234</code><br>next</p>"
    )
    assert section_markdown(said) == "**bold 1,234** and *1,234*: `code 1,234`<br>next"
    assert section_text(said) == "bold 1,234 and 1,234: code 1,234 next"


@pytest.mark.parametrize(
    ("shown", "reads"),
    [
        (chance(0.144, 0.051, 0.2), f"14{NBSP}% (5 to 20{NBSP}%)"),
        (chance(0.001), f"under 1{NBSP}%"),
        (chance(0.999), f"over 99{NBSP}%"),
        (share(0.0935, -0.021, 0.15), f"9.3{NBSP}% [{MINUS}2.1,{NBSP}15.0]"),
        (figure("percent", 0.8), f"80{NBSP}%"),
        (points(-0.0134), f"{MINUS}1.3"),
        (points(0.0001), "0.0"),
        (figure("points", 0.1, -0.1, 0.2), f"+10.0 ({MINUS}10.0 to +20.0)"),
        (count(1984), "1,984"),
        (figure("number", 2.25), "2.2"),
        (figure("ratio", 1.005, 0.9, 1.1), f"1.00 [0.90,{NBSP}1.10]"),
        (figure("score", 0.12345), "0.1235"),
        (figure("p", 0.0004), "under 0.001"),
        (figure("p", 0.04), "0.040"),
        (figure("log odds", -0.5), f"{MINUS}0.50"),
        (day("2026-02-05"), "5 February 2026"),
        (name("political_commitment"), "political commitment"),
        (code("a_b"), "a_b"),
        (quote("a_b"), "a_b"),
        (chance(None), "not measured"),
    ],
)
def test_a_figure_reads_as_its_unit_says(shown, reads):
    assert section_text(section(text("{x}", x=shown))) == reads
    assert Page(section_html(section(text("{x}", x=shown)))).text == reads.replace("(", "").replace(")", "")


def test_an_interval_by_itself_and_marks_and_badges():
    said = section(text("{between}{marks} {state}{none}", between=interval("chance", 0.1, 0.25), marks=Marks(numbers=(1, 3)),
                        none=Marks(numbers=()), state=badge("faded", "fades")))  # fmt: skip
    assert section_html(said) == (
        f'<p>10 to 25{PER_CENT}<sup class="marks">[<a href="#source-1">1</a>, <a href="#source-3">3</a>]</sup> '
        '<span class="badge faded">fades</span></p>'
    )
    assert section_text(said) == f"10 to 25{PER_CENT} [1, 3] fades".replace(NBSP, NBSP)


@pytest.mark.parametrize(
    ("to", "leads"),
    [("#contested", True), ("https://a.org/?a=b&c", True), ("http://a.org", True), ("javascript:alert(1)", False),
     (" https://a.org", False), ("//a.org", False), ("data:text/html,a", False)],
)  # fmt: skip
def test_a_link_leads_to_the_page_or_the_web_or_is_words(to, leads):
    said = section(text("{link}", link=Link(words="there", to=to)))
    held = [value for tag, key, value in Page(section_html(said)).held if tag == "a" and key == "href"]
    assert held == ([to] if leads else [])
    assert ("](" in section_markdown(said)) == (leads and not to.startswith("#"))


def test_slots_and_values_have_to_match():
    for said, values in (("{a}", {}), ("a", {"a": count(1)}), ("{a} {b}", {"a": count(1)}), ("a {", {}), ("{ a }", {})):
        with pytest.raises(ValidationError, match="expected a slot for each of"):
            text(said, **values)
    with pytest.raises(ValidationError, match="expected rows of 2 cells, got one of 1"):
        table("Caption", ["a", "b"], [["1"]])


def test_texts_are_joined_with_their_values_apart():
    parts = [text("{name} ({n})", name=one, n=count(n)) for n, one in enumerate(("a", "b"))]
    assert section_text(section(joined(parts))) == "a (0); b (1)"
    assert joined([]) == Text(said="")


def test_blocks_stay_as_they_are_and_take_no_unknown_field():
    made = text("a")
    with pytest.raises(ValidationError, match="frozen"):
        made.said = "b"
    with pytest.raises(ValidationError, match="Extra inputs"):
        Text(said="a", html="<b>")
    assert Section.model_validate_json(everywhere("a").model_dump_json()) == everywhere("a")


def test_a_figure_knows_where_its_value_and_bounds_stand():
    row = view({"rows": [{"probability": 0.25, "lower": 0.0, "upper": 1.0, "name": "x", "n": 3}]})["rows"][0]
    found = list(figures(section(table("c", ["a"], [[chance(row["probability"], row["lower"], row["upper"])]]),
                                 text("{a} {b} {c}", a=row["name"], b=count(row["n"]), c=points(row["upper"] - 1)))))  # fmt: skip
    assert [one.pointer for one in found] == ["/rows/0/probability", "/rows/0/name", "/rows/0/n", None]
    assert (found[0].lower_pointer, found[0].upper_pointer) == ("/rows/0/lower", "/rows/0/upper")
    assert {type(one.value) for one in found} == {float, str, int}
    html = section_html(section(text("{a}", a=chance(row["probability"]))))
    assert html == f'<p><data value="0.25" data-at="/rows/0/probability">25{PER_CENT}</data></p>'


def test_a_chart_has_its_text_and_the_tables_behind_it():
    curve = [{"cause": cause, "forecast": x, "observed": x, "lower": 0.0, "upper": 1.0, "share": x}
             for cause in ("formalized", "collapsed", "faded") for x in (0.5, 1.0)]  # fmt: skip
    behind = table("Behind it", ["a"], [["1"]])
    made = section(chart("reliability", {"curves": view({"c": curve})["c"]}, text("How <often>"), behind))
    html = section_html(made)
    assert html.count("<svg") == 1 and html.count(ORIGIN) == 2 and 'aria-label="How &lt;often&gt;"' in html
    assert section_html(made) == html and "svg" not in section_markdown(made)
    assert "Behind it" in section_markdown(made) and "Behind it" in section_text(made)


def test_short_cells_are_not_broken():
    row = [["head", chance(0.1), chance(0.1, 0.0, 0.2), "a" * 18, "a" * 19, "", interval("chance", 0.1, 0.2)]]
    cells = section_html(section(table("c", "abcdefg", row))).split("<td")[1:]
    assert [cell.startswith(' class="short"') for cell in cells] == [True, False, True, False, False, True]


def test_prose_has_captions_on_its_tables():
    html = section_html(section(Prose(title="Tried <1>", markdown="| a |\n| --- |\n| b |")))
    assert "<caption>Tried &lt;1&gt;, table 1</caption>" in html and '<th scope="col">' in html
