"""Files of others: every way in which one is not what was expected is one error, which says what to do."""

import os

import pytest

from forecasting.store.errors import ForeignFileError, UsageError
from forecasting.store.foreign import Foreign, parsed_json
from forecasting.store.values import Values

KIND = Foreign("a note", "write one", most_bytes=1000)


class Note(Values):
    words: str
    number: int = 0


def refusal(work, path):
    with pytest.raises(ForeignFileError) as refused:
        work(path)
    assert isinstance(refused.value, UsageError) and refused.value.exit_code == 2
    said = str(refused.value)
    assert said.startswith(str(path)) and said.endswith("; write one")
    assert (
        said == f"{said.split(': expected')[0]}: expected {refused.value.expected}, got {refused.value.got}; write one"
    )
    return said.removeprefix(str(path)).removesuffix("; write one")


def test_a_file_that_is_one_is_read(tmp_path):
    path = tmp_path / "note.json"
    path.write_bytes('{"words": "é", "number": 7}'.encode())
    assert KIND.content(path) == path.read_bytes() and KIND.text(path) == path.read_text(encoding="utf-8")
    assert KIND.json(path) == {"words": "é", "number": 7} and KIND.form(path, Note) == Note(words="é", number=7)
    path.write_text('{"words": "a\\u2028b"}\n\n  \n{"words": "c"}')
    assert [note.words for note in KIND.lines(path, Note)] == ["a\u2028b", "c"]
    path.write_text(" " * 1000)
    assert len(KIND.content(path)) == 1000


@pytest.mark.parametrize("work", [KIND.content, KIND.text, KIND.json, lambda path: KIND.form(path, Note)])
def test_what_is_no_plain_file_is_refused_and_never_waited_for(tmp_path, work):
    path = tmp_path / "note.json"
    assert refusal(work, path) == ": expected a note, got No such file or directory"
    (tmp_path / "real.json").write_text("{}")
    path.symlink_to(tmp_path / "real.json")
    assert refusal(work, path) == ": expected a note, got a symbolic link"
    path.unlink()
    os.mkfifo(path)
    assert refusal(work, path) == ": expected a note, got something else"
    path.unlink()
    path.mkdir()
    assert refusal(work, path) == ": expected a note, got a folder"
    path.rmdir()
    with path.open("wb") as file:
        file.truncate(20_000_000_000)
    assert refusal(work, path) == ": expected at most 1000 bytes, got 20000000000"


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "with a whole JSON object, got EOF while parsing a value at line 1 column 0"),
        (b"{", "with a whole JSON object, got EOF while parsing an object at line 1 column 1"),
        (b"[]", "with an object, got []"),
        (b"[" * 500, "with a whole JSON object, got recursion limit exceeded at line 1 column 202"),
        (b"\xff", "with a whole JSON object, got expected value at line 1 column 1"),
        (b"{}", "with the key words, got none"),
        (b'{"words": 7}', "with words: a valid string, got 7"),
        (b'{"words": "", "colour": "red"}', "with only known keys, got the unknown key colour"),
        (b'{"words": "", "number": "7"}', "with number: a valid integer, got '7'"),
    ],
)
def test_what_is_not_of_the_form_is_named(tmp_path, content, got):
    path = tmp_path / "note.json"
    path.write_bytes(content)
    assert refusal(lambda place: KIND.form(place, Note), path) == f": expected a note {got}"
    path.write_bytes(b'{"words": "first"}\n' + content + b"x")
    assert refusal(lambda place: KIND.lines(place, Note), path).startswith(" row 2: expected a note with ")


@pytest.mark.parametrize("content", [b"", b"[" * 202 + b"]" * 202, b'{"a": NaN}', b"Infinity", b"\xff", b'"\\ud800"'])
def test_what_is_no_json_of_any_form_is_named(tmp_path, content):
    path = tmp_path / "note.json"
    path.write_bytes(content)
    assert refusal(KIND.json, path).startswith(": expected a note as JSON, got ")


def test_json_as_deep_as_the_limit_is_read():
    value = parsed_json(b"[" * 201 + b"]" * 201)
    for _ in range(200):
        (value,) = value
    assert value == []


def test_text_that_is_none_is_named(tmp_path):
    (tmp_path / "note.txt").write_bytes(b"caf\xe9")
    assert refusal(KIND.text, tmp_path / "note.txt") == ": expected text in UTF-8, got byte 0xe9"
