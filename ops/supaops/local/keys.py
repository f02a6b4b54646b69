"""The keys of a stack's Data API and the password of its control room, for whoever asks."""

from __future__ import annotations

from pathlib import Path

from supaops.local import state
from supaops.local.layout import Home

NAMES = ("SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "SUPAOPS_DASHBOARD_PASSWORD")


def api_keys(root: Path) -> dict[str, str]:
    """Return the keys by the names of the variables that a stack lends; none without a stack."""
    known = state.read(Home.of(root).state)
    environment = known.environment if known else {}
    return {name: environment[name] for name in NAMES if name in environment}
