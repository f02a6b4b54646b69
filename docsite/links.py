"""Where the site has a file of the repository, and what a link to it becomes there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from docsite.dialect import outside_fences

ROOT = Path(__file__).resolve().parents[1]
DOCS = "docs/"
BESIDE = "repository/"
"""Where files that lie outside docs/ are, as they lie in the repository."""

_LINK = re.compile(r'(\]\()([^)\s]+)((?: +"([^"]*)")?\))')
_TEST = re.compile(r"test_\w+")


def targets(page: str, origin: str) -> Iterator[str]:
    """Yield the files and folders that a page links to, from the repository's root.

    Args:
        page: Markdown.
        origin: the page's own path, from the repository's root.
    """
    yield from dict.fromkeys(
        _target(origin, link[2]) for link in _LINK.finditer(page) if _is_relative(link[2])
    )


def place(path: str) -> str:
    """Return where the site has a file or a folder, as mkdocs names a page."""
    known = path.removeprefix(DOCS) if path.startswith(DOCS) else f"{BESIDE}{path}"
    if (ROOT / path).is_dir():
        return f"{known}/index.md"
    return known if path.startswith(DOCS) or path.endswith(".md") else f"{known}.md"


def origin_of(page: str) -> str:
    """Return the path of a page's file from the repository's root, by its place in the site."""
    is_beside = page.startswith(BESIDE)
    return page.removeprefix(BESIDE) if is_beside else f"{DOCS}{page}"


def as_site_links(page: str, origin: str) -> str:
    """Return a page whose links lead to pages of the site; a named test is its line's anchor."""
    here = posixpath.dirname(place(origin))

    def moved(link: re.Match[str]) -> str:
        if not _is_relative(link[2]):
            return link[0]
        path, anchor = _target(origin, link[2]), link[2].partition("#")[2]
        if _TEST.fullmatch(link[4] or ""):
            anchor = link[4]
        there = posixpath.relpath(place(path), here)
        return f"{link[1]}{there}{'#' if anchor else ''}{anchor}{link[3]}"

    return outside_fences(page, lambda text: _LINK.sub(moved, text))


def _is_relative(link: str) -> bool:
    return "://" not in link and not link.startswith(("#", "mailto:"))


def _target(origin: str, link: str) -> str:
    name = link.partition("#")[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(origin), name))
