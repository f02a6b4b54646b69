"""What a page shows against what was printed. Pure."""

from __future__ import annotations

import re

_ANYTHING = "..."
_VARYING = (
    (re.compile(r"\b[\w.-]+:\d+#\d+"), "WORKER"),
    (re.compile(r"\b\d+m \d+s\b"), "TIME"),
    (re.compile(r"(?<!HTTP )(?<![\w.])\d+(?:\.\d+)*"), "N"),
    (re.compile(r" +"), " "),
)
"""What differs from run to run; an HTTP status does not."""


def misfit(shown: str, printed: str) -> str:
    """Return the first shown part that was not printed where it should have been, else nothing.

    A line ``...`` stands for any lines, or none. Numbers and workers' names may differ.
    """
    rest = _lines(printed)
    parts = _split(_lines(shown))
    for number, part in enumerate(parts):
        place = _find(part, rest, first=number == 0, last=number == len(parts) - 1)
        if place is None:
            return "\n".join(part) or "(nothing more)"
        rest = rest[place + len(part) :]
    return ""


def _find(part: list[str], lines: list[str], *, first: bool, last: bool) -> int | None:
    """Return where a part begins: the first one where the lines do, and the last ends with them."""
    end = len(lines) - len(part)
    places = range(end if last else 0, (0 if first else end) + 1)
    return next((each for each in places if lines[each : each + len(part)] == part), None)


def _split(lines: list[str]) -> list[list[str]]:
    """Return the runs of lines between those that stand for anything."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == _ANYTHING:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _lines(text: str) -> list[str]:
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return [line.strip() for line in text.strip("\n").splitlines()]


def worked(printed: str) -> bool:
    """Tell whether a job of one's own succeeded, and the worker's answer came back."""
    succeeded = re.search(r"^ *\d+ +succeeded +(?!supaops_smoke)\w+", printed, re.MULTILINE)
    return succeeded is not None and "The chain works: HTTP 200" in printed
