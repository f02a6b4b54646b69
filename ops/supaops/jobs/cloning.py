"""Clone a job from a form that may be sent twice."""

from __future__ import annotations

from dataclasses import replace

from supaops.config.model import Config
from supaops.db.cloning import clone_once
from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.jobs.bulk import Outcome, outcome_of
from supaops.jobs.verb import REPLAY


def clone(conn: Connection, config: Config, job_id: int, seen: int, actor: Actor) -> Outcome:
    """Clone a job, unless it was cloned since it was looked at.

    Args:    seen: the newest row of the audit that was known then; 0 for none.
    Returns: what became of it. Where nothing was done, `new_ids` may have the earlier clone.
    Raises:  DatabaseError.
    """
    made, was_there = clone_once(conn, config, job_id, seen, actor)
    if made is None:
        return outcome_of(REPLAY, [], {REPLAY.why_left(None): 1})
    outcome = outcome_of(REPLAY, [made], {})
    return replace(outcome, done=(), left={"cloned already": 1}) if was_there else outcome
