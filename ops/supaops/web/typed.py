"""What somebody has typed into a form. Pure."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import FormData

from supaops.jobs.until import parse_moment


def text_of(form: FormData, name: str) -> str:
    """Return a field's text without the blanks around it; empty for a field that is not there."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def moment_of(form: FormData, name: str, now: datetime) -> datetime | None:
    """Return the time that a field stands for; None for an empty one.

    Raises: UsageError for what is no time, or one that has passed.
    """
    text = text_of(form, name)
    return parse_moment(text, now, name) if text else None
