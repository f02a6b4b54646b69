"""What an act found and what it left, side by side, without what is not to be shown. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from supaops.config.secrecy import without_secrets
from supaops.web.redaction import redacted


class Side(NamedTuple):
    """One fact before and after; None where there was none."""

    name: str
    before: str | None
    after: str | None

    @property
    def is_changed(self) -> bool:
        """Tell whether the act has changed it."""
        return self.before != self.after


def sides(before: Any, after: Any, keys: Collection[str]) -> list[Side]:
    """Return the facts of both sides, those that were changed first.

    Args:    keys: whose values are not shown, as ``dashboard.redact`` has them.
    """
    found, left = _facts(before, keys), _facts(after, keys)
    names = dict.fromkeys((*found, *left))
    facts = [Side(name, found.get(name), left.get(name)) for name in names]
    return sorted(facts, key=lambda side: not side.is_changed)


def told(value: Any, keys: Collection[str]) -> str:
    """Return one side as JSON in a line; empty for none."""
    if value is None:
        return ""
    return without_secrets(json.dumps(redacted(value, keys), ensure_ascii=False, default=str))


def _facts(value: Any, keys: Collection[str]) -> dict[str, str]:
    if value is None:
        return {}
    safe = redacted(value, keys)
    named = safe if isinstance(safe, dict) else {"": safe}
    return {name: _text(each) for name, each in named.items()}


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return without_secrets(text)
