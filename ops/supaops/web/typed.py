"""What somebody has typed into a form, or into the address. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.datastructures import FormData

from supaops.config.duration import parse_positive_duration
from supaops.config.problem import Complaint
from supaops.jobs.until import parse_moment

_LONGEST_REASON = 500
_MOST_DIGITS = 18
"""Of a number that PostgreSQL's bigint has room for, whatever it is."""


def text_of(form: FormData, name: str) -> str:
    """Return a field's text without the blanks around it, and without what no database can hold.

    Returns: empty for a field that is not there.
    """
    value = form.get(name, "")
    return value.replace("\0", " ").strip() if isinstance(value, str) else ""


def reason_of(form: FormData) -> str:
    """Return why somebody acts, for the audit: one line of 500 characters at most."""
    return " ".join(text_of(form, "reason").split())[:_LONGEST_REASON]


def number_of(form: FormData, name: str) -> int | None:
    """Return the whole number of a field that no person fills; None where it holds none."""
    text = text_of(form, name)
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdecimal() else None


def moment_of(form: FormData, name: str, now: datetime) -> datetime | None:
    """Return the time that a field stands for; None for an empty one.

    Raises: UsageError for what is no time, or one that has passed.
    """
    text = text_of(form, name)
    return parse_moment(text, now, name) if text else None


def time_before(text: str, now: datetime) -> datetime:
    """Return the time that ``2h`` ago or an ISO time stands for; UTC where it names no zone.

    Raises: Complaint.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return now - parse_positive_duration(text)
    except (Complaint, OverflowError):
        raise Complaint("expected 2h, or a time such as 2026-11-27T18:00") from None
