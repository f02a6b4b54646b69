"""What arming and disarming a database did, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text


def renamed_lines(before: str | None, environment: str) -> Iterator[Text]:
    """Yield that a database belonged to another environment `before`, if it did."""
    if before:
        yield Text(f"Renamed: it belonged to {before}, and is now {environment}'s.", "green")


def armed_lines() -> Iterator[Text]:
    """Yield what an arm did."""
    yield Text("Armed: it posts to the worker and runs its guarded cron jobs.", "green")


def disarmed_lines(environment: str) -> Iterator[Text]:
    """Yield what a disarm did, and how it is taken back."""
    yield Text("Disarmed: it posts nothing and runs no guarded cron job.", "yellow")
    yield Text(f"  back: supaops arm --env {environment}", "cyan")
