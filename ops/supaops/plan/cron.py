"""The plan of the cron jobs alone, for who must not wait for a whole one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from supaops.db.live import State
from supaops.plan.desired import Desired
from supaops.plan.model import Change
from supaops.plan.paused import as_resumed
from supaops.render.resource import Kind


def cron_changes(desired: Desired, state: State) -> Mapping[str, Change]:
    """Return what a plan says of each cron job, by its name; what is paused counts as resumed.

    Args:    state: of the cron jobs; nothing else of it is looked at.
    """
    resources = tuple(each for each in desired.resources if each.kind is Kind.CRON_JOB)
    plan = replace(desired, resources=resources).plan(as_resumed(state, resources))
    jobs = [each for each in plan.changes if each.kind is Kind.CRON_JOB]
    return {each.address.removeprefix(f"{Kind.CRON_JOB}."): each for each in jobs}
