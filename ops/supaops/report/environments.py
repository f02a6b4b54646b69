"""The differences of two environments as text, as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from supaops.compare import Comparison, Difference
from supaops.report.difference import difference_lines

FORMAT_VERSION = "1.0"
_STYLE = {"+": "green", "-": "red"}
_MAX_LINES = 20


def comparison_lines(found: Comparison) -> Iterator[Text]:
    """Yield what differs, group by group, and the sum at the end."""
    for group in found.groups:
        yield Text(f"{group[:1].upper()}{group[1:]}", "bold")
        for each in found.of(group):
            yield from _lines(found, each)
        yield Text()
    for sentence in found.unread:
        yield Text(f"Not compared: {sentence}.", "yellow")
    yield Text(*_verdict(found))


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return the differences as JSON-able data; a new key raises the minor number."""
    return {
        "format_version": FORMAT_VERSION,
        "environments": [found.first, found.second],
        "same": found.is_same,
        "differences": [
            {
                "group": each.group,
                "name": each.name,
                "only_in": _only_in(found, each),
                "diff": each.lines,
            }
            for each in found.differences
        ],
        "not_compared": list(found.unread),
    }


def comparison_markdown(found: Comparison) -> str:
    """Return the differences as Markdown, for a comment or a page."""
    parts = [f"## {found.first} and {found.second}", _verdict(found)[0]]
    for group in found.groups:
        parts.append(f"### {group[:1].upper()}{group[1:]}")
        for each in found.of(group):
            only = _only_in(found, each)
            parts.append(f"- `{_inline(each.name)}`{f': only in {only}' if only else ''}")
            parts.append(_block(each.lines))
    parts += [f"Not compared: {sentence}." for sentence in found.unread]
    return "\n\n".join(parts) + "\n"


def _lines(found: Comparison, each: Difference) -> Iterator[Text]:
    only = _only_in(found, each)
    mark = "~" if only is None else "-" if only == found.first else "+"
    line = Text(f"  {mark} ", _STYLE.get(mark, "yellow")).append(each.name, "bold")
    yield line.append(f"  only in {only}", "not bold dim") if only else line
    shown = each.lines if only is None else []
    yield from difference_lines(shown[:_MAX_LINES])
    if len(shown) > _MAX_LINES:
        yield Text(f"      ... {len(shown) - _MAX_LINES} more lines: diff-env --format json", "dim")


def _only_in(found: Comparison, each: Difference) -> str | None:
    if each.first is None:
        return found.second
    return found.first if each.second is None else None


def _verdict(found: Comparison) -> tuple[str, str]:
    if found.is_same:
        return f"{found.first} and {found.second} are the same.", "green"
    number = len(found.differences)
    count = "1 difference" if number == 1 else f"{number} differences"
    return f"{count}: - is {found.first}, + is {found.second}.", "bold"


def _inline(name: str) -> str:
    return name.replace("`", "'").replace("\n", " ")


def _block(lines: list[str]) -> str:
    """Return a fenced block; the fence is longer than any in the text."""
    text = "\n".join(lines)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}diff\n{text}\n{fence}"
