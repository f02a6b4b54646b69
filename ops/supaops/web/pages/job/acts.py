"""What can be done to one job on its page: retry, cancel, clone."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.jobs.bulk import Outcome, change
from supaops.jobs.cloning import clone as clone_once
from supaops.jobs.verb import CANCEL, REPLAY, RETRY, Verb
from supaops.web.notices import Notice
from supaops.web.pages.job.showing import number, page, read
from supaops.web.refusal import Refusal
from supaops.web.typed import number_of, reason_of
from supaops.web.visit import Visit

_CLONED = "This is job {new}, a clone of job {job}."
_EARLIER = "Job {job} was cloned already since its page was loaded: this is job {new}."

Act = Callable[[Connection, Actor], Outcome]


def retry(visit: Visit) -> Response:
    """Make the job pending from now on."""
    return _act(visit, _by(visit, RETRY), "Retried: job {job} is pending from now on.")


def clone(visit: Visit) -> Response:
    """Enqueue the job once more, and lead to the new one; or to one that its page did not know.

    So a form that is sent twice makes one. One that does not say what it knew makes one each time.
    """
    job_id, seen = number(visit), number_of(visit.form, "seen")
    if seen is None:
        return _act(visit, _by(visit, REPLAY), _CLONED)
    config = visit.site.config
    return _act(visit, lambda conn, who: clone_once(conn, config, job_id, seen, who), _CLONED)


def cancel(visit: Visit) -> Response:
    """Cancel the job; when it runs, only after it was said what that means."""
    told = visit.form.get("running") == "yes"
    if not told and read(visit).job.status == "running":
        return confirm_cancel(visit)
    return _act(visit, _by(visit, CANCEL), "Cancelled job {job}.")


def confirm_cancel(visit: Visit) -> Response:
    """Return the page that says what the cancelling of a running job means."""
    around = read(visit)
    return visit.page("pages/job_cancel.html.j2", job=around.job, reason=reason_of(visit.form))


def _by(visit: Visit, verb: Verb) -> Act:
    """Return what does this to the job in the path."""
    job_id, config = number(visit), visit.site.config
    return lambda conn, actor: change(conn, config, verb, [job_id], actor)


def _act(visit: Visit, act: Act, told: str) -> Response:
    """Do it and lead to the job, or say on its page why it was not done."""
    reason = reason_of(visit.form)
    try:
        with visit.lend() as conn:
            outcome = act(conn, visit.actor(reason or None))
    except ConnectionFailed:
        raise
    except DatabaseError as error:
        return page(visit, status=409, problem=error, reason=reason)
    return _led(visit, outcome, told, reason)


def _led(visit: Visit, outcome: Outcome, told: str, reason: str) -> Response:
    job_id = number(visit)
    new_id = outcome.new_ids.get(job_id)
    if outcome.done:
        notice = Notice(told.format(job=job_id, new=new_id))
        return visit.back(f"/{new_id or job_id}", notice)
    if new_id:
        notice = Notice(_EARLIER.format(job=job_id, new=new_id), "refused")
        return visit.back(f"/{new_id}", notice)
    return page(visit, status=409, problem=_refusal(outcome, job_id), reason=reason)


def _refusal(outcome: Outcome, job_id: int) -> Refusal:
    why = outcome.failed.get(job_id) or next(iter(outcome.left), "nothing was changed")
    message = f"Job {job_id} was not {outcome.verb.past}: {why}."
    return Refusal(409, message, hint="The page shows what it is now.")
