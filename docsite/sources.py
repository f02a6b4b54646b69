"""Pages of files that are no Markdown: their text, with an anchor at each test."""

from __future__ import annotations

import re
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

_UNSEARCHED = "---\nsearch:\n  exclude: true\nhide: [toc]\n---\n"
_TEST = re.compile(r"(?:async )?def (test_\w+)\(")


def source_page(name: str, text: str) -> str:
    """Return the page of a file.

    Args:    name: its path from the repository's root.
    """
    shown = highlight(text, _lexer(name), HtmlFormatter(nowrap=True)).split("\n")
    code = "".join(map(_line, text.split("\n"), shown))
    code = code.replace("`", "&#96;")  # or a fence in it would be one of the page
    block = f'<div class="highlight"><pre><code>{code}</code></pre></div>'
    return f"{_UNSEARCHED}\n# `{name}`\n\n{block}\n"


def folder_page(name: str, folder: Path) -> str:
    """Return the page of a folder: the names of what is in it."""
    names = sorted(each.name for each in folder.iterdir() if not each.name.startswith(("_", ".")))
    listed = "\n".join(f"- `{each}`" for each in names)
    return f"{_UNSEARCHED}\n# `{name}/`\n\n{listed}\n"


def _lexer(name: str) -> Lexer:
    try:
        return get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)


def _line(line: str, html: str) -> str:
    """Return a line as the theme wants it: in an element of its own."""
    found = _TEST.match(line)
    anchor = f' id="{found[1]}" class="test"' if found else ""
    return f"<span{anchor}>{html}\n</span>"
