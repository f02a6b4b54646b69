"""Show the text of others without obeying it: no control character reaches a terminal. Pure."""

from __future__ import annotations

from rich.text import Text

_REPLACEMENT = 0xFFFD
_C0 = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
_C1 = dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT)
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], _REPLACEMENT)
_VISIBLE = {**_C0, 0x7F: 0x2421, **_C1, **_BIDI}


def visible(line: Text) -> Text:
    """Return the line with a visible character for each control and each override of direction.

    A function's body or a run's message comes from whoever may write to the database; an escape
    sequence in it could hide a line of the plan or retitle the terminal.
    rich itself drops what moves the cursor in other ways (bell, backspace, carriage return).
    Source: Unicode's Control Pictures from U+2400, and its report 36 on spoofing by direction.
    """
    shown = line.copy()
    shown.plain = line.plain.translate(_VISIBLE)
    return shown
