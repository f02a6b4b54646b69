"""What a change of many jobs would do, before it is confirmed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime

from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.filtering import Filter
from supaops.db.operators import statuses
from supaops.db.pages.search import newest_id
from supaops.errors import SupaopsError
from supaops.jobs.selection import Selection, by_filter, by_id
from supaops.web.notices import Notice
from supaops.web.pages.jobs.filters import MOST_IDS, Asked, understood
from supaops.web.pages.jobs.orders import HOLDS_S, PAST, VERBS, Order, signed
from supaops.web.refusal import Refusal
from supaops.web.visit import Visit

TYPED_ABOVE = 100
PATIENCE_S = 20.0
_FIRST = 20


def leave(visit: Visit) -> Response:
    """Lead whoever loads a preview again back to the list: it was an answer to a form."""
    return visit.back("")


def show(visit: Visit) -> Response:
    """Return the preview of what was chosen in the list."""
    order = _chosen(visit.form, visit.user.name, visit.site.clock())
    if order.at == "" and not order.jobs:
        notice = Notice("Select jobs first, or choose all that match.", "refused")
        return to_list(visit, order.query, notice)
    return page(visit, order)


def to_list(visit: Visit, query: str, notice: Notice) -> Response:
    """Return the way back to the list as it was filtered."""
    asked = Asked.of(QueryParams(query))
    return visit.back(f"?{asked.query}" if asked.pairs else "", notice)


def page(visit: Visit, order: Order, *, told: str = "", problem: str = "") -> Response:
    """Return the preview of an order as things stand now.

    Args:
        told: why it is shown again.
        problem: what is wrong with the confirmation.
    """
    with visit.reading() as conn:
        found = selected(conn, visit.site.config, order, MOST_IDS)
        order = _bound(conn, visit.site.config, order, found)
    return visit.page(
        "pages/jobs_preview.html.j2",
        status=400 if problem else 200,
        order=order,
        order_token=signed(visit.site, order),
        found=found,
        first=found.ids[:_FIRST],
        form=visit.form,
        is_typed=found.total > TYPED_ABOVE,
        told=told,
        problem=problem,
        past=PAST[order.verb],
        takes_usual=not understood(asked_of(order), visit.site.clock()).wanted.statuses,
        usual=VERBS[order.verb].usual,
        holds_s=HOLDS_S,
    )


def selected(conn: Connection, config: Config, order: Order, limit: int) -> Selection:
    """Return the jobs that an order is about, as things stand now.

    Raises: Refusal when the search takes too long; DatabaseError.
    """
    verb = VERBS[order.verb]
    if order.jobs:
        return by_id(
            conn, config, verb, [job_id for ids in order.jobs.values() for job_id in ids], limit
        )
    try:
        return by_filter(
            conn,
            config,
            verb,
            wanted(order),
            limit,
            from_id=order.up_to or None,
            patience_s=PATIENCE_S,
        )
    except SupaopsError as error:
        if type(error) is not SupaopsError:
            raise
        raise Refusal(
            409, error.message, hint="narrow the filter by status, queue or type"
        ) from error


def wanted(order: Order) -> Filter:
    """Return the filter of an order, behind what was dealt with."""
    seen = understood(asked_of(order), datetime.fromisoformat(order.at))
    if seen.problems:
        raise Refusal(400, "the filter is not understood", hint="mend it in the list first")
    return replace(seen.wanted, above=order.above or None)


def asked_of(order: Order) -> Asked:
    """Return what the list was asked for."""
    return Asked.of(QueryParams(order.query))


def _chosen(form: FormData, user: str, now: datetime) -> Order:
    """Return what the list's form asks for; one without jobs and time asks for nothing.

    Raises: Refusal for a verb that is none.
    """
    verb, query = str(form.get("verb", "")), str(form.get("query", ""))
    if verb not in VERBS:
        raise Refusal(400, "there is no such change", hint="retry, cancel or clone")
    order = Order(verb, user, query)
    if form.get("scope") == "all":
        return replace(order, at=now.isoformat())
    texts = (
        str(form.get("page", "")).split(",") if form.get("scope") == "page" else form.getlist("id")
    )
    ids = [int(each) for each in map(str, texts) if each.isascii() and each.isdigit()]
    return replace(order, jobs={"": ids[:MOST_IDS]} if ids else {})


def _bound(conn: Connection, config: Config, order: Order, found: Selection) -> Order:
    """Return the order bound to the jobs that are shown; where they are many, to the newest id."""
    order = replace(order, total=found.total)
    if not order.jobs and found.total > MOST_IDS:
        return replace(order, up_to=order.up_to or newest_id(conn, config))
    present, jobs = statuses(conn, config, list(found.ids)), defaultdict[str, list[int]](list)
    for job_id in found.ids:
        jobs[present[job_id]].append(job_id)
    return replace(order, jobs=dict(jobs))
