"""Clone a job from a form that may be sent twice."""

from __future__ import annotations

from supaops.config.model import Config
from supaops.db.cloning import Clone, clone_once
from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.jobs.bulk import Outcome
from supaops.jobs.verb import REPLAY


def clone(conn: Connection, config: Config, job_id: int, seen: int, actor: Actor) -> Outcome:
    """Clone a job, unless it was cloned since it was looked at.

    Args:    seen: the newest row of the audit that was known then; 0 for none.
    Returns: what became of it. Where nothing was done, `new_ids` may have the earlier clone.
    Raises:  DatabaseError.
    """
    return _outcome(job_id, clone_once(conn, config, job_id, seen, actor))


def _outcome(job_id: int, made: Clone | None) -> Outcome:
    if made is None:
        return Outcome(REPLAY, (), {REPLAY.why_left(None): 1}, {}, {})
    if made.new_id is None:
        return Outcome(REPLAY, (), {}, {job_id: made.problem or ""}, {})
    left = {"cloned already": 1} if made.was_there else {}
    return Outcome(REPLAY, () if left else (job_id,), left, {}, {job_id: made.new_id})
