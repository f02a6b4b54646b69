"""What is generated within a page that is written by hand: between two comments. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping


def renewed(page: str, blocks: Mapping[str, str]) -> str:
    """Return a page with each named block as it is to be.

    Args:
        blocks: text by name; a block stands between ``<!-- NAME -->`` and ``<!-- end of NAME -->``.
    Raises:
        ValueError when the page has no such block.
    """
    for name, text in blocks.items():
        page = _with_block(page, name, text)
    return page


def _with_block(page: str, name: str, text: str) -> str:
    head, tail = f"<!-- {name} -->", f"<!-- end of {name} -->"
    parts = re.split(f"(?<={head}\n).*?(?={tail})", page, flags=re.DOTALL)
    if len(parts) != 2:  # noqa: PLR2004  before and after
        raise ValueError(f"the page has not one block {name}")
    return f"{parts[0]}\n{text.strip()}\n\n{parts[1]}"
