"""Carry out a change of many jobs that was previewed, some thousand at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from supaops.apply import require_own_environment
from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.operators import statuses
from supaops.jobs.bulk import Outcome, change
from supaops.jobs.verb import CANCEL
from supaops.web.notices import Notice
from supaops.web.pages.jobs import preview
from supaops.web.pages.jobs.lines import first_line
from supaops.web.pages.jobs.orders import PAST, VERBS, Expired, Order, read, signed
from supaops.web.typed import reason_of
from supaops.web.visit import Visit

MOST = 5_000
"""Jobs that one request changes at most."""
_TOLD = 5


def carry_out(visit: Visit) -> Response:
    """Change the jobs, and go back to the list or on to the next ones."""
    try:
        order = read(visit.site, visit.user.name, str(visit.form.get("order", "")))
    except Expired as late:
        told = "That preview was too old. This is how things stand now."
        return preview.page(visit, late.order, told=told)
    if problem := _count_problem(visit, order):
        return preview.page(visit, order, problem=problem)
    if not visit.site.spent.take(order.nonce):
        return _back(visit, order, Notice("That was carried out already.", "refused"))
    return _changed(visit, order)


def _count_problem(visit: Visit, order: Order) -> str:
    """Return what is wrong with the count that was typed; later parts need none."""
    typed = str(visit.form.get("count", "")).replace(",", "").strip()
    is_asked = order.total > preview.TYPED_ABOVE and not order.done
    return f"Type {order.total} to go on." if is_asked and typed != str(order.total) else ""


def _changed(visit: Visit, order: Order) -> Response:
    config, reason = visit.site.config, reason_of(visit.form)
    with visit.lend() as conn:
        require_own_environment(conn, config.environment)
        ids, left = _present(conn, config, order)
        outcome = change(conn, config, VERBS[order.verb], ids, visit.actor(reason or None))
    told = Notice(sentence(order, outcome, left), "refused" if outcome.failed else "done")
    done = order.done + len(ids)
    # Fewer than were asked for are the last: others have moved on since the preview.
    if order.jobs or len(ids) < _part(order) or done >= order.total:
        return _back(visit, order, told)
    rest = replace(order, done=done, above=max(ids))
    return visit.page(
        "pages/jobs_progress.html.j2",
        order=rest,
        order_token=signed(visit.site, rest),
        told=told,
        reason=reason,
        next_jobs=_part(rest),
        past=PAST[order.verb],
    )


def _part(order: Order) -> int:
    """Return how many jobs one request changes of those that were not dealt with."""
    return min(MOST, order.total - order.done)


def _present(conn: Connection, config: Config, order: Order) -> tuple[list[int], Mapping[str, int]]:
    """Return which jobs are still to be changed, and how many are left alone, by why."""
    if not order.jobs:
        found = preview.selected(conn, config, order, _part(order))
        return list(found.ids), found.left if not order.done else {}
    shown = {job_id: status for status, ids in order.jobs.items() for job_id in ids}
    present, verb = statuses(conn, config, sorted(shown)), VERBS[order.verb]
    kept = [
        job_id
        for job_id, status in sorted(shown.items())
        # What has moved on was not confirmed: a retry would run again what has just succeeded.
        if present.get(job_id) == status or (verb is CANCEL and present.get(job_id) in verb.takes)
    ]
    return kept, Counter(
        verb.why_left(present.get(each)) for each in shown if each not in set(kept)
    )


def sentence(order: Order, outcome: Outcome, left: Mapping[str, int]) -> str:
    """Return what became of the jobs: ``312 retried, 9 left alone (running), 0 failed.``"""
    reasons = Counter(left) + Counter(outcome.left)
    why = (
        f" ({', '.join(f'{n:,} {each}' for each, n in sorted(reasons.items()))})" if reasons else ""
    )
    told = f"{len(outcome.done):,} {PAST[order.verb]}, {reasons.total():,} left alone{why}"
    failed = [f"{job_id}: {first_line(text)}" for job_id, text in sorted(outcome.failed.items())]
    more = f"; and {len(failed) - _TOLD:,} more" if len(failed) > _TOLD else ""
    listed = f" ({'; '.join(failed[:_TOLD])}{more})" if failed else ""
    dealt_with = order.done + len(outcome.done) + len(failed) + sum(outcome.left.values())
    before = f"{dealt_with:,} of {order.total:,} dealt with, of the last: " if order.done else ""
    return f"{before}{told}, {len(failed):,} failed{listed}."


def _back(visit: Visit, order: Order, notice: Notice) -> Response:
    return preview.to_list(visit, order.query, notice)
