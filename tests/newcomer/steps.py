"""The tutorial as steps: the commands of a block, and the output that is shown below it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_PART = re.compile(
    r"^## +(?P<title>.+?) *$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Step:
    """One block of commands.

    Attributes:
        title: of the section that it stands in.
        shown: what the page says that it prints; None when it says nothing.
    """

    title: str
    commands: str
    shown: str | None = None


def steps(page: str) -> list[Step]:
    """Return the ``sh`` blocks of a page in their order, each with the ``console`` block below it.

    A ``console`` block without one above it in its section belongs to none.
    """
    found: list[Step] = []
    for title, kind, text in _parts(page):
        if kind == "sh":
            found.append(Step(title, text))
        elif kind == "console" and found and found[-1] == Step(title, found[-1].commands):
            found[-1] = replace(found[-1], shown=text)
    return found


def _parts(page: str) -> Iterator[tuple[str, str, str]]:
    """Yield each fenced block with its section's title and its language."""
    title = ""
    for part in _PART.finditer(page):
        if part["title"] is not None:
            title = part["title"]
        else:
            yield title, part["kind"], part["text"]
