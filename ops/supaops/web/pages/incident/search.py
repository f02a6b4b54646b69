"""The way from a group of failures to its jobs. Pure."""

from __future__ import annotations

import re

from supaops.incident import Failing

_NUMBER = re.compile(r"[0-9]+")
_LEAST = 8
"""Characters, below which a text tells nothing apart."""


def sought(failing: Failing) -> dict[str, str]:
    """Return the filter of the jobs of a group, which may let a few others pass.

    An error is looked for by its longest stretch that has no number in it: numbers differ.
    """
    found = {"task_type": failing.task_type, "queue": failing.queue}
    text = max(_NUMBER.split(failing.example), key=len).strip()
    return found | ({"error": text} if len(text) >= _LEAST else {})
