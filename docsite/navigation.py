"""Folders whose pages nobody lists by hand, and the first page of a section. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

Nav = list[Any]
"""As in mkdocs.yml: places of pages, and mappings of a title to a place or a list."""

GROUPS = {
    "config": "The configuration",
    "conn": "The connection",
    "cron": "pg_cron",
    "net": "pg_net and the worker's answers",
    "vault": "Vault",
    "security": "Security",
    "queue": "The queue",
    "worker": "The worker",
    "sentry": "Sentry",
    "watch": "Who watches",
}
"""The groups of checks in the order of the chain; each has its runbooks."""

INTRODUCTIONS = {
    "reference": "What there is, name by name: made from the code, or held to it by tests.",
    "explanation": "How it works, and why it is so.",
    "how-to": "Each page answers one question.",
    "runbooks": "One page for each check, for three o'clock in the morning: is it real, what to "
    "stop, where to look, how to mend it. `supaops doctor --explain CHECK` prints it.",
    "adr": "What was decided, what was known then, and what was not taken.",
}

_TITLE = re.compile(r"^# +(.+?) *$", re.MULTILINE)
_HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_NO_PROSE = ("#", "|", "```", "- ", "    ", "Status:", "![", "<")
_WORDS = 5
"""A first sentence with fewer says nothing of a page."""
_SPAN = 10
"""How many decisions stand together."""


def expanded(nav: Nav, places: Sequence[str]) -> Nav:
    """Return the navigation with the pages of each folder that it names, such as ``adr/``.

    Args:    places: of all pages, sorted.
    """
    return [_entry(each, places) for each in nav]


def sections(nav: Nav) -> Iterator[tuple[str, str, Nav]]:
    """Yield title, folder and members of each section that begins with the page of its folder."""
    for entry in nav:
        for title, members in entry.items() if isinstance(entry, dict) else ():
            if isinstance(members, list) and str(members[0]).endswith("/index.md"):
                yield title, posixpath.dirname(members[0]), members[1:]


def first_page(title: str, folder: str, members: Nav, pages: Mapping[str, str]) -> str:
    """Return the Markdown of a section's first page, which lists the others.

    Args:    pages: their Markdown by their place.
    """
    head = [f"# {title}", INTRODUCTIONS[folder]]
    return "\n".join([*head, "", *_listing(folder, members, pages)]) + "\n"


def title_of(page: str) -> str:
    """Return a page's heading; empty when it has none."""
    found = _TITLE.search(page)
    return found[1] if found else ""


def lead_of(page: str) -> str:
    """Return the first sentence of a page; empty where it begins with no prose, or a short one."""
    body = _TITLE.sub("", _HEAD.sub("", page), count=1)
    paragraphs = [part for part in body.strip("\n").split("\n\n") if not part.startswith("<!--")]
    if not paragraphs or paragraphs[0].startswith(_NO_PROSE):
        return ""
    text = _LINK.sub(r"\1", " ".join(paragraphs[0].split()))
    lead = re.split(r"(?<=[.:?]) ", text)[0].removesuffix(":")
    return lead if lead.count(" ") >= _WORDS else ""


def _entry(entry: Any, places: Sequence[str]) -> Any:
    if isinstance(entry, str):
        return entry
    [(title, below)] = entry.items()
    if isinstance(below, list):
        return {title: expanded(below, places)}
    return {title: list(_members(below, places)) if below.endswith("/") else below}


def _members(folder: str, places: Sequence[str]) -> Iterator[Any]:
    first = f"{folder}index.md"
    yield first
    inside = [each for each in places if each.startswith(folder) and each != first]
    if folder == "runbooks/":
        for group, title in GROUPS.items():
            yield {title: [each for each in inside if _group(each) == group]}
    elif folder == "adr/":
        for tens, members in groupby(inside, lambda each: (_number(each) - 1) // _SPAN):
            yield {f"{_SPAN * tens + 1} to {_SPAN * (tens + 1)}": list(members)}
    else:
        yield from inside


def _group(place: str) -> str:
    return PurePosixPath(place).stem.partition(".")[0]


def _number(place: str) -> int:
    return int(PurePosixPath(place).stem.partition("-")[0])


def _listing(folder: str, members: Nav, pages: Mapping[str, str]) -> Iterator[str]:
    for entry in members:
        if isinstance(entry, str):
            yield _listed(entry, folder, pages[entry])
            continue
        [(title, below)] = entry.items()
        if isinstance(below, str):
            yield _listed(below, folder, pages[below])
        else:
            yield from ["", f"## {title}", "", *_listing(folder, below, pages)]


def _listed(place: str, folder: str, page: str) -> str:
    lead = f"`{PurePosixPath(place).stem}`" if folder == "runbooks" else lead_of(page)
    link = f"- [{title_of(page)}]({posixpath.relpath(place, folder)})"
    return f"{link}: {lead}" if lead else link
