"""The words and numbers of a page, as a reader sees them."""

import re
from html import unescape

from forecasting.documents.html import section_html


def html_of(report, section):
    return section_html(report.show(section).section)


def text_of(html):
    seen = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?(a|code|data|small|span|strong|time)\b[^>]*>", "", seen)))


def numbers_in(value):
    if isinstance(value, dict):
        return {n for item in value.values() for n in numbers_in(item)}
    if isinstance(value, list):
        return {n for item in value for n in numbers_in(item)}
    return {value} if isinstance(value, int | float) and not isinstance(value, bool) else set()
