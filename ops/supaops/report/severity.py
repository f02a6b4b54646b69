"""How severities look in a terminal."""

from __future__ import annotations

from supaops.status import Severity

STYLE = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "bold red",
    Severity.UNKNOWN: "magenta",
    Severity.SKIPPED: "dim",
}
