"""Pause a queue, a task type or all of them; end a pause."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from supaops.apply import require_own_environment
from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.errors import SupaopsError
from supaops.jobs.pausing import (
    DISABLED,
    How,
    Pause,
    Request,
    begin_pause,
    in_force,
    prove_enabled,
)
from supaops.jobs.resuming import command, told
from supaops.jobs.resuming import resume as put_back
from supaops.web.access.role import Role, User
from supaops.web.notices import Notice
from supaops.web.pages.queues.page import page
from supaops.web.pages.queues.view import who_ends
from supaops.web.refusal import Refusal
from supaops.web.refused_form import RefusedForm
from supaops.web.typed import moment_of, reason_of, text_of
from supaops.web.visit import Visit

_WORKER_WITHIN = timedelta(seconds=5)


def pause(visit: Visit) -> Response:
    """Have a queue hand out no jobs."""
    queue = text_of(visit.form, "queue")
    try:
        wanted = _wanted(visit, queue)
        _require(visit.user, Role.ADMIN if queue == "*" else Role.OPERATOR)
        with visit.lend() as conn:
            require_own_environment(conn, visit.site.config.environment)
            made = begin_pause(conn, visit.site.config, wanted, visit.actor(wanted.reason))
    except Refusal:
        raise
    except SupaopsError as error:
        return page(visit, RefusedForm.of(f"pause {queue}", visit.form, error), status=409)
    text = f"{_start(told(made))} is paused: what runs goes on, and nothing new starts."
    return visit.back("/queues", Notice(text))


def resume(visit: Visit) -> Response:
    """End one pause, however it was made."""
    queue, task_type = text_of(visit.form, "queue"), text_of(visit.form, "task_type")
    how = text_of(visit.form, "how")
    config = visit.site.config
    try:
        with visit.lend() as conn:
            require_own_environment(conn, config.environment)
            ending = _ending(conn, config, (queue, task_type, how))
            _require(visit.user, who_ends(ending))
            _require_possible(conn, config, ending)
            reason = reason_of(visit.form)
            put_back(conn, config, [ending], {}, visit.actor(reason or None))
    except Refusal:
        raise
    except SupaopsError as error:
        form = f"resume {queue} {task_type} {how}"
        return page(visit, RefusedForm.of(form, visit.form, error), status=409)
    return visit.back("/queues", Notice(f"{_start(told(ending))} is resumed."))


def _wanted(visit: Visit, queue: str) -> Request:
    """Return what the form asks for.

    Raises: SupaopsError for no reason, or an end that is none or has passed.
    """
    reason = reason_of(visit.form)
    until = moment_of(visit.form, "until", visit.site.clock())
    if not reason:
        raise SupaopsError(
            "a pause needs a reason", hint="say why, for whoever finds it standing still"
        )
    if not queue:
        raise SupaopsError("which queue is missing", hint="choose one, or * for all")
    return Request(How.FLAG, reason, queue, text_of(visit.form, "task_type") or "*", until)


def _ending(conn: Connection, config: Config, wanted: tuple[str, str, str]) -> Pause:
    for each in in_force(conn, config):
        if (each.queue, each.task_type, each.how) == wanted:
            return each
    raise SupaopsError("it is not paused any more", hint="load the page again")


def _require(user: User, role: Role) -> None:
    if not user.may(role):
        message = f"your role, {user.role.label}, may not pause or resume everything"
        raise Refusal(403, message, hint=f"ask for the role {role.label}")


def _require_possible(conn: Connection, config: Config, ending: Pause) -> None:
    """Refuse what needs a secret's value, and a worker that is disabled still.

    Raises: SupaopsError.
    """
    if ending.how is How.SECRET:
        raise SupaopsError(
            "the secret's value is not known here", hint=command(ending, config.environment)
        )
    if ending.how is How.WORKER:
        said = prove_enabled(conn, timeout=_WORKER_WITHIN)
        if said.status_code == DISABLED:
            raise SupaopsError(
                f"the worker still answers HTTP {DISABLED}",
                hint="unset JOB_QUEUE_DISABLED where it runs, and redeploy it",
            )


def _start(text: str) -> str:
    return text[0].upper() + text[1:]
