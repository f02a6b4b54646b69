"""YAML 1.2 without its traps: what is read, what is refused, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supaops.config.document import parse, read
from supaops.errors import ConfigError, SupaopsError

Problems = Callable[..., list[SupaopsError]]

VALUES = {
    "5": 5,
    "-3": -3,
    "2.5": 2.5,
    "1e3": 1000.0,
    "true": True,
    "FALSE": False,
    "null": None,
    "~": None,
    "": None,
    "yes": "yes",
    "no": "no",
    "on": "on",
    "1:30": "1:30",
    '"5"': "5",
    "'true'": "true",
    '"2026-11-24"': "2026-11-24",
    "[1, a]": [1, "a"],
    "{b: 1}": {"b": 1},
    "|\n  two\n  lines\n": "two\nlines\n",
    '"\\U0001F600 {{ x }} $$"': "\U0001f600 {{ x }} $$",
}

FATAL = {
    "": ("f: the file is empty", "an overlay without changes is written {}"),
    "# a comment\n": ("f: the file is empty", "an overlay without changes is written {}"),
    "- a\n": ("f:1:1: the top level must be a mapping", "write `key: value`"),
    "just text": ("f:1:1: the top level must be a mapping", "write `key: value`"),
    "a: 1\n---\nb: 2\n": ("f:2:1: a second document starts here", "keep one per file"),
    "a:\n\tb: 1\n": ("f:2:1: a tab cannot indent YAML", "indent with spaces"),
    "a: b: c\n": (
        "f:1:5: a `:` is not allowed here",
        "check the indentation of this line, or quote a value that holds `: `",
    ),
    "a: 'open\nb: 1\n": ("f:1:4: a quote is opened and never closed", "close the quote"),
    "a: [1\nb: 2\n": (
        "f:2:2: a list or mapping in brackets is not closed, or lacks a comma",
        "close the bracket, or quote a value that holds `{`, `[` or `,`",
    ),
    "a: [": (
        "f:1:5: a list or mapping in brackets is not closed, or lacks a comma",
        "close the bracket, or quote a value that holds `{`, `[` or `,`",
    ),
    "a: 1\n  b: 2\n": (
        "f:2:4: a `:` is not allowed here",
        "check the indentation of this line, or quote a value that holds `: `",
    ),
    "- a\nb: 1\n": (
        "f:2:1: the indentation does not fit the lines above",
        "align the keys of one section",
    ),
    "a: @x\n": (
        "f:1:4: an unquoted value cannot start with this character",
        "put the value in double quotes",
    ),
    "a: * * * * *\n": (
        "f:1:5: `*` and `&` start an alias or an anchor in YAML",
        'put the value in double quotes, as in "* * * * *"',
    ),
    "a: *b\n": (
        "f:1:4: anchors (`&`) and aliases (`*`) are not supported",
        "write the value out; quote one that starts with a literal `*` or `&`",
    ),
    "a: {{ x }}\n": (
        "f:1:5: a key must be one word or a quoted text",
        "quote a value that starts with `{`, `[` or `*`",
    ),
    'a: "\\q"\n': (
        "f:1:6: the double-quoted text holds an unknown escape",
        "double the backslash, or use single quotes",
    ),
    "%YAML 9.9\n---\na: 1\n": ("f:1:1: directives (`%`) are not supported", "remove the line"),
    "%YAML 1.1\n---\na: no\n": ("f:2:1: directives (`%`) are not supported", "remove the line"),
    "a: &x 1\nb: 2\n": (
        "f:1:4: anchors (`&`) and aliases (`*`) are not supported",
        "write the value out; quote one that starts with a literal `*` or `&`",
    ),
    "a: !!str 1\n": (
        "f:1:4: tags (`!`) are not supported",
        "remove the tag, or quote the value",
    ),
    "<<: {a: 1}\n": ("f:1:1: merge keys (`<<`) are not supported", "write the keys out"),
    "a: 1\na: 2\n": (
        "f:2:1: a: this key is given twice",
        "the first is in line 1; keep one of them",
    ),
    "a: {b: 1, b: 1}\n": (
        "f:1:11: a.b: this key is given twice",
        "the first is in line 1; keep one of them",
    ),
    "1: a\n": ("f:1:1: the key `1` is not text", 'quote it: "1"'),
    "true: a\n": ("f:1:1: the key `true` is not text", 'quote it: "true"'),
    "a: 0x1F\n": (
        "f:1:4: a: `0x1F` may be read as hexadecimal or binary",
        "write it in decimal, or quote it",
    ),
    "a: 017\n": ("f:1:4: a: `017` may be read as octal", "write it in decimal, or quote it"),
    "a: 1_000\n": (
        "f:1:4: a: `1_000` may be read as a number or as text",
        "leave the underscores out, or quote it",
    ),
    "a: [2026-11-24]\n": (
        "f:1:5: a[0]: `2026-11-24` may be read as a date or as text",
        "quote it",
    ),
    "a: 1e999\n": ("f:1:4: a: `1e999` is too large for a number", "quote it"),
    "a: 12345678901234567890\n": (
        "f:1:4: a: `12345678901234567890` has more digits than readers keep",
        "quote it",
    ),
    "a: \x07\n": ("f:1:4: this is not valid YAML",
                  "check quotes, brackets and indentation on and above this line"),
}  # fmt: skip


def _problems(text: str) -> list[SupaopsError]:
    try:
        return parse(text, "f").problems
    except ConfigError as error:
        return error.problems


@pytest.mark.parametrize(("written", "value"), VALUES.items())
def test_a_scalar_means_what_yaml_1_2_says(written: str, value: Any) -> None:
    document = parse(f"a: {written}\n", "f")
    assert document.data["a"] == value
    assert type(document.data["a"]) is type(value)
    assert not document.problems


@pytest.mark.parametrize(("text", "expected"), FATAL.items(), ids=map(repr, FATAL))
def test_a_fault_is_named_with_place_and_remedy(text: str, expected: tuple[str, str]) -> None:
    (problem,) = _problems(text)
    assert (str(problem), problem.hint) == expected


def test_deep_nesting_is_refused_before_the_stack_ends() -> None:
    (problem,) = _problems("a: " + "[" * 1500)
    assert problem.message == "this is nested deeper than 50 levels"


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
        for last, this in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert len(_problems(bomb)) == 1 + 7 * 10


@pytest.mark.parametrize(
    ("raw", "place"),
    [(b"a: \xff\n", "1:4"), (b"a: 1\nb: x\xe9\n", "2:5"), ("a: 1\n".encode("utf-16"), "1:1")],
)
def test_bytes_that_are_not_utf_8_are_placed(raw: bytes, place: str, tmp_path: Path) -> None:
    (file := tmp_path / "f").write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        read(file)
    (problem,) = caught.value.problems
    assert problem.place == f"{file}:{place}"
    assert problem.message.endswith("is not UTF-8")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (file := tmp_path / "f").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(file).data == {"a": 1}


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "f").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        read(file)


def test_an_empty_value_is_placed_at_its_key() -> None:
    spot = parse("a:\n\n\nb: 1\n", "f").spots[("a",)]
    assert str(spot.value) == "f:1:1"
