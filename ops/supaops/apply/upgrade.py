"""Apply an upgrade while workers work."""

from __future__ import annotations

from contextlib import suppress

from supaops.apply.apply import Applied, Options, apply_plan
from supaops.apply.provenance import Provenance
from supaops.db.connect import Connection
from supaops.errors import Deadlock
from supaops.plan import Desired, Plan

_TRIES = 3


def apply_upgrade(
    conn: Connection, desired: Desired, plan: Plan, provenance: Provenance, options: Options
) -> Applied:
    """Apply as `apply_plan` does, again after a deadlock.

    Steps lock table after table, and so does a worker's call, in an order of its own. The server
    ends one of the two; a worker tries again by itself.

    Raises: what `apply_plan` raises; Deadlock after three.
    """
    for _ in range(_TRIES - 1):
        with suppress(Deadlock):
            return apply_plan(conn, desired, plan, provenance, options)
    return apply_plan(conn, desired, plan, provenance, options)
