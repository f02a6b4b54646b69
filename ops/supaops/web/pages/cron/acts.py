"""Run a cron job now, pause it, resume it."""

from __future__ import annotations

from starlette.responses import Response

from supaops.apply import require_own_environment
from supaops.checks.words import span
from supaops.db.connect import Connection
from supaops.errors import SupaopsError
from supaops.jobs.cron_pausing import JobPause, outcome, pause_job, resume_job
from supaops.jobs.running import Ran, run_job
from supaops.web.notices import Notice
from supaops.web.pages.cron.marks import answered, first_line
from supaops.web.pages.cron.page import page
from supaops.web.refused_form import RefusedForm
from supaops.web.typed import moment_of, reason_of, text_of
from supaops.web.visit import Visit


def run(visit: Visit) -> Response:
    """Run a job once, and tell what came of it."""
    name, reason = text_of(visit.form, "job"), reason_of(visit.form)
    config = visit.site.config
    try:
        with visit.lend() as conn:
            _require_own(visit, conn)
            ran = run_job(conn, config, name, visit.actor(reason or None))
    except SupaopsError as error:
        return _again(visit, f"run {name}", error)
    return visit.back("/cron", Notice(_told(ran), "done" if _is_well(ran) else "refused"))


def pause(visit: Visit) -> Response:
    """Pause a job."""
    name, reason = text_of(visit.form, "job"), reason_of(visit.form)
    try:
        wanted = JobPause(name, reason, moment_of(visit.form, "until", visit.site.clock()))
        with visit.lend() as conn:
            _require_own(visit, conn)
            pause_job(conn, visit.site.config, wanted, visit.actor(reason))
    except SupaopsError as error:
        return _again(visit, f"pause {name}", error)
    return visit.back("/cron", Notice(f"{name} is paused; an apply leaves it so."))


def resume(visit: Visit) -> Response:
    """Resume a job."""
    name, reason = text_of(visit.form, "job"), reason_of(visit.form)
    try:
        with visit.lend() as conn:
            _require_own(visit, conn)
            resume_job(conn, visit.site.config, name, visit.actor(reason or None))
    except SupaopsError as error:
        return _again(visit, f"resume {name}", error)
    return visit.back("/cron", Notice(f"{outcome(visit.site.config, name)}."))


def _require_own(visit: Visit, conn: Connection) -> None:
    require_own_environment(conn, visit.site.config.environment)


def _again(visit: Visit, form: str, error: SupaopsError) -> Response:
    return page(visit, RefusedForm.of(form, visit.form, error), status=409)


def _is_well(ran: Ran) -> bool:
    return ran.succeeded and (ran.answer is None or ran.answer.outcome in ("ok", "pending"))


def _told(ran: Ran) -> str:
    took = span(max(ran.took_s, 0.001))
    if not ran.succeeded:
        return f"{ran.name} failed after {took}: {first_line(ran.message)}"
    answer = answered(ran.answer) if ran.answer else "nothing was ready, so nothing was posted"
    what = answer if ran.posts else ran.message
    return f"{ran.name} ran in {took}: {what}."
