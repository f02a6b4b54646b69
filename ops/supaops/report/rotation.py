"""What a rotation did, as text for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.text import Text

from supaops.apply.rotation import Rotated
from supaops.report.times import utc


def rotated_lines(done: Rotated, retires_at: datetime) -> Iterator[Text]:
    """Yield what is good now, until when, and what is left to be done.

    Args:    retires_at: when the old value stops to be good.
    """
    if not done.was_needed:
        yield Text(f"Vault holds the declared value of {done.name}: nothing to rotate.", "green")
        return
    if done.http_status is None:
        yield Text(f"Rotated {done.name}. The chain does not use it: no call could prove it.")
        return
    yield Text(f"Rotated {done.name}: the worker answered HTTP {done.http_status}.", "green")
    until = utc(retires_at)
    if done.is_signed_twice:
        yield Text(f"Posts are signed with the old value too, until {until}.")
        yield Text("Which of them the worker holds does not show from here: give it the", "yellow")
        yield Text("new one before then. After that it refuses posts with the old one.", "yellow")
        return
    yield Text(f"The old value is good until {until}.")
    yield Text("Give the worker the new one with its next deployment.", "dim")
