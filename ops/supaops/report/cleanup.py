"""What a cleanup would delete, or has deleted, as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from supaops.report.bulk import counts, jobs

FORMAT_VERSION = "1.0"


def expired_line(found: Mapping[str, int]) -> Text:
    """Return how many jobs are to be deleted, by status."""
    by = counts({status: count for status, count in found.items() if count})
    return Text(f"To delete: {jobs(sum(found.values()))}", "bold").append(f"  {by}" if by else "")


def removed_line(removed: int) -> Text:
    """Return how many jobs were deleted."""
    return Text(f"Deleted {jobs(removed)}.", "green")


def cleanup_json(environment: str, found: Mapping[str, int], removed: int | None) -> dict[str, Any]:
    """Return a cleanup as JSON-able data; `removed` is null when nothing was to be done."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "expired": dict(found),
        "removed": removed,
    }
