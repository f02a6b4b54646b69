"""The severities of docs/reference/exit-codes.md. Pure."""

from __future__ import annotations

from supaops.status import Severity


def severities_table() -> str:
    """Return a row per severity, from the best to the worst."""
    ranked = sorted(Severity, key=lambda each: each.rank)
    rows = (f"| {each.name} | {_exit(each)} | {each.rank} |" for each in ranked)
    return "\n".join(["| severity | exit code | rank |", "|---|---|---|", *rows])


def _exit(severity: Severity) -> str:
    return "none" if severity is Severity.SKIPPED else str(int(severity))
