"""How a person gets at the runbook of a check. Pure."""

from __future__ import annotations


def explaining(check: str) -> str:
    """Return the command that prints it: a user's repository does not hold the file.

    Args:    check: its id.
    """
    return f"supaops doctor --explain {check}"
