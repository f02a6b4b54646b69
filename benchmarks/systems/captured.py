"""Statements that a peer's library sends, read from it while it works.

They are private to the library: none stands in this repository, and what is measured is what the
installed version sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PARAMETER = re.compile(r"\$(\d+)")


def bound(text: str, values: Sequence[Any], names: Mapping[int, str]) -> str:
    """Return a statement with its parameters by name, and as constants where they have none.

    Args:    names: of a parameter's number, from 1, what stands for it.
    """
    return _PARAMETER.sub(
        lambda match: names.get(int(match[1])) or literal(values[int(match[1]) - 1]), text
    )


def literal(value: Any) -> str:
    """Return a constant in SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, list):
        return "array[" + ", ".join(map(literal, value)) + "]"
    return "'" + str(value).replace("'", "''") + "'"


def summed(text: str, keyword: str, columns: str) -> str:
    """Return a claim whose rows come as one, as pgbench can take them.

    Args:    keyword: begins the outermost statement, after its `with` list.
    """
    head, found, tail = text.strip().rstrip(";").rpartition(keyword)
    if not found:
        raise ValueError(f"no {keyword} in the statement of this version")
    return f"{head}, handed_out as ({keyword}{tail})\nselect {columns} from handed_out"
