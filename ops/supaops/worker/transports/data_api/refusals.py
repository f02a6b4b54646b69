"""Turn what the Data API refuses into errors that a worker acts on (pure)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from supaops.errors import ConnectionFailed, DatabaseError

# What a later attempt may not meet: the classes of psycopg's OperationalError, as over a
# connection, and a server that is read-only as long as a failover lasts.
_PASSING_STATES = ("08", "25006", "40", "53", "55P03", "57", "58")
# PostgREST without a database, with a schema cache under way, or without a free connection.
_PASSING_CODES = frozenset({"PGRST000", "PGRST001", "PGRST002", "PGRST003"})
_PASSING_STATUSES = frozenset({408, 425, 429, 502, 503, 504})
_HINTS = {
    "42501": "worker.supabase.service_key must be the key of the role service_role",
    "PGRST106": "the Data API must expose the schema of queue.schema",
    "PGRST202": "apply the queue with this version of supaops; if that was done just now, "
    "the Data API learns of it within seconds: notify pgrst, 'reload schema'",
    "PGRST203": "drop the function that is not of supaops, or rename it",
    "PGRST301": "renew the key that worker.supabase.service_key leads to",
    "PGRST303": "renew the key that worker.supabase.service_key leads to",
}


def refusal(origin: str, status: int, body: bytes) -> DatabaseError:
    """Return the error that an answer stands for.

    Args:    origin: of the API, as ``https://abc.supabase.co``; the answer itself names no key.
    """
    told = _told(body)
    code, message = str(told.get("code") or ""), str(told.get("message") or _reason(status))
    shown = f" ({'SQLSTATE ' if _is_state(code) else ''}{code})" if code else ""
    text = f"the Data API at {origin}: {message}{shown}"
    hint = _hint(status, code) or told.get("hint")
    return (ConnectionFailed if _may_pass(status, code) else DatabaseError)(text, hint=hint)


def _told(body: bytes) -> dict[str, Any]:
    """Return PostgREST's error; of what stands before it nothing but the status is known."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _may_pass(status: int, code: str) -> bool:
    if status in _PASSING_STATUSES or code in _PASSING_CODES:
        return True
    if code.startswith("PGRST"):
        return False
    has_state = _is_state(code)
    return code.startswith(_PASSING_STATES) if has_state else status >= 500  # noqa: PLR2004  5xx


def _is_state(code: str) -> bool:
    return len(code) == 5 and code.isalnum()  # noqa: PLR2004  the length of a SQLSTATE


def _hint(status: int, code: str) -> str | None:
    if status == HTTPStatus.UNAUTHORIZED and code not in _HINTS:
        return "check the key that worker.supabase.service_key leads to"
    return _HINTS.get(code)


def _reason(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
