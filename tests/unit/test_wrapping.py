"""Lines on a terminal: wrapped between words, below their last column."""

from __future__ import annotations

import pytest
from rich.text import Text

from supaops.cli.wrapping import wrapped


def rows(text: str, width: int) -> list[str]:
    return [row.plain for row in wrapped(Text(text), width)]


def test_a_line_that_fits_stays_as_it_is() -> None:
    assert rows("  OK       cron.jobs   2 active  ", 40) == ["  OK       cron.jobs   2 active  "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two three four five", ["one two", "  three four", "  five"]),
        ("error: one two three", ["error: one two", "       three"]),
        ("  fix: one two three", ["  fix: one two", "       three"]),
        ("ab  one two three", ["ab  one two", "    three"]),
        ("a  b  c d e f g h i", ["a  b  c d e f", "      g h i"]),
        ("abcdefghij  one two", ["abcdefghij", "  one two"]),
    ],
)
def test_the_rest_goes_below_the_last_column_of_the_left_half(
    text: str, expected: list[str]
) -> None:
    assert [row.rstrip() for row in rows(text, 14)] == expected


def test_a_word_that_is_too_long_is_broken_and_none_is_lost() -> None:
    assert rows("a " + "x" * 20, 10) == ["a ", "  xxxxxxxx", "  xxxxxxxx", "  xxxx"]


def test_a_line_that_quotes_somebody_else_stays_whole() -> None:
    line = Text("+ select one, two, three", no_wrap=True)
    assert list(wrapped(line, 10)) == [line]


def test_styles_survive() -> None:
    first, second = wrapped(Text.assemble(("error: ", "bold red"), ("one two three", "cyan")), 14)
    assert [span.style for span in first.spans] == ["bold red", "cyan"]
    assert [span.style for span in second.spans] == ["cyan"]
