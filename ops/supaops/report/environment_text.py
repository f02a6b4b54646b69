"""What arming and disarming a database did, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text


def armed_lines(renamed_from: str | None, environment: str) -> Iterator[Text]:
    """Yield what an arm did; `renamed_from` is the environment that it belonged to, if another."""
    line = "Armed: it posts to the worker and runs its guarded cron jobs."
    if renamed_from:
        line = f"Renamed from {renamed_from} to {environment}. {line}"
    yield Text(line, "green")


def disarmed_lines(environment: str) -> Iterator[Text]:
    """Yield what a disarm did, and how it is taken back."""
    yield Text("Disarmed: it posts nothing and runs no guarded cron job.", "yellow")
    yield Text(f"  back: supaops arm --env {environment}", "cyan")
