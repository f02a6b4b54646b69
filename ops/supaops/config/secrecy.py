"""Texts that look like secrets, which must neither stand in a file nor be shown."""

from __future__ import annotations

import re

_KINDS = (
    ("a JSON web token", re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.")),
    ("a Supabase secret key", re.compile(r"sb_secret_[A-Za-z0-9_-]+")),
    ("a database URL with a password", re.compile(r"postgres(?:ql)?://[^\s:/@]*:[^\s@]+@")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
)


def kind_of_secret(text: str) -> str | None:
    """Return what secret `text` holds, such as ``a JSON web token``, or None."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)


# Where a value may be the secret itself, put in the wrong place.
_GUARDED = (("vault",), ("database",), ("worker", "endpoint"), ("worker", "secret"))


def may_show(path: tuple[str | int, ...]) -> bool:
    """Tell whether a message about the entry at `path` may quote its value."""
    return not any(path[: len(guarded)] == guarded for guarded in _GUARDED)
