"""How deep this Python's reader of JSON goes: newer ones hold what PostgreSQL can hold."""

from __future__ import annotations

import json


def reads_nested(depth: int) -> bool:
    """Tell whether lists within lists, this many, can be read."""
    try:
        json.loads("[" * depth + "]" * depth)
    except RecursionError:
        return False
    return True
