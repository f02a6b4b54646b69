"""A value in a payload, as an operator types it: ``customer.id:42``. Pure."""

from __future__ import annotations

import json
import re

from supaops.config.problem import Complaint
from supaops.db.filtering import InPayload

# PostgreSQL holds larger ones, and refuses a statement with one that is larger still.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,99})(\.\d{1,99})?([eE][+-]?\d{1,3})?", re.ASCII)
_WORDS = ("true", "false", "null")
_EXPECTED = "expected path.to.key:value, as customer.id:42; path: for any value"


def parse_payload(text: str) -> InPayload:
    """Return what ``path.to.key:value`` asks for.

    ``42`` is the number or the text, ``"42"`` the text alone, and so with true, false and null;
    nothing behind the colon is any value.

    Raises: Complaint.
    """
    path, colon, value = text.partition(":")
    keys = tuple(each.strip() for each in path.split("."))
    if not colon or not all(keys):
        raise Complaint(_EXPECTED)
    return InPayload(keys, _values(value.strip()))


def _values(text: str) -> tuple[str, ...] | None:
    if not text:
        return None
    if len(text) > 1 and text[0] == text[-1] == '"':
        return (json.dumps(text[1:-1], ensure_ascii=False),)
    as_text = json.dumps(text, ensure_ascii=False)
    is_more = text in _WORDS or _NUMBER.fullmatch(text) is not None
    return (text, as_text) if is_more else (as_text,)
