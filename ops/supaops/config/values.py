"""What is wrong with a value that was found; no answer ever holds the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from supaops.config.secrecy import is_placeholder

_MIN_SECRET = 16
_MIN_KEY = 32
_MIN_PASSWORD = 12
_HEADER_SAFE = re.compile(r"[\x21-\x7e\xa0-\xff]([\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?")
_NO_DSN = "must hold a DSN such as https://KEY@HOST/PROJECT, with a number for the project"

Check = Callable[[str], str]


def fault(value: str) -> str:
    """Return what is wrong with any value, as the rest of a sentence; or nothing."""
    if not value.strip():
        return "is empty"
    if is_placeholder(value):
        return "holds a placeholder"
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return "is not valid UTF-8 text"
    return ""


def url_fault(value: str) -> str:
    """Return what is wrong with an http or https URL, as the rest of a sentence; or nothing."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[^\x21-\x7e]", value) or "#" in value:
        return "must hold an http or https URL without blanks or a fragment"
    return ""


def dsn_fault(value: str) -> str:
    """Return what is wrong with a DSN of Sentry, as the rest of a sentence; or nothing.

    Source: https://develop.sentry.dev/sdk/overview/#parsing-the-dsn
    """
    if url_fault(value):
        return _NO_DSN
    parts = urlsplit(value)
    project = parts.path.rpartition("/")[2]
    whole = bool(parts.username) and project.isdigit()
    return "" if whole and not parts.query else _NO_DSN


def endpoint_fault(value: str) -> str:
    """Return what is wrong with the URL of a worker, as the rest of a sentence; or nothing."""
    if wrong := url_fault(value):
        return wrong
    parts = urlsplit(value)
    if parts.username is not None or parts.password is not None:
        return "must hold a URL without credentials"
    return ""


def runner_fault(value: str) -> str:
    """Return what is wrong with a worker's secret, as the rest of a sentence; or nothing."""
    if not _HEADER_SAFE.fullmatch(value):
        return "cannot be sent in a header: blanks around it, a control character or non-Latin text"
    return f"must hold at least {_MIN_SECRET} characters" if len(value) < _MIN_SECRET else ""


def key_fault(value: str) -> str:
    """Return what is wrong with a key that signs sessions, as the rest of a sentence; or nothing.

    Source: RFC 7518, 3.2: a key for HMAC-SHA256 has 256 bits at least.
    """
    return fault(value) or _too_short(value, _MIN_KEY)


def jwt_secret_fault(value: str) -> str:
    """Return what is wrong with a secret of tokens, as the rest of a sentence; or nothing.

    Whoever may read a public key could sign tokens if it were taken for a secret.
    """
    if value.lstrip().startswith(("-----BEGIN", "{", "ssh-")):
        return "holds a key of its own format, where the text of a secret is expected"
    return key_fault(value)


def password_fault(value: str) -> str:
    """Return what is wrong with a password, as the rest of a sentence; or nothing."""
    return fault(value) or _too_short(value, _MIN_PASSWORD)


def _too_short(value: str, least: int) -> str:
    return f"must hold at least {least} characters" if len(value) < least else ""
