"""Text that somebody else wrote is shown and not obeyed."""

from __future__ import annotations

import pytest
from rich.text import Text

from supaops.cli.visible import visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b]0;owned\x07", "␛[2J␛]0;owned"),
        ("safe\rDROP", "safeDROP"),
        ("\x9b31m\x7f\0", "�31m␡␀"),
        ("a\u202eb\u2066c", "a�b�c"),
    ],
)
def test_controls_become_characters_that_can_be_seen(hostile: str, shown: str) -> None:
    assert visible(Text(hostile)).plain == shown


def test_plain_text_keeps_its_lines_tabs_and_every_script() -> None:
    text = "línea ☃ 🚀\n\t日本 ‎ end"
    assert visible(Text(text)).plain == text


def test_styles_stay_where_they_were() -> None:
    line = Text.assemble("\x1b", ("bold", "bold"), "!")
    [span] = visible(line).spans
    assert (span.start, span.end, span.style) == (1, 5, "bold")
    assert line.plain == "\x1bbold!"
