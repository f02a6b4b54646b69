"""The page of charts."""

from __future__ import annotations

from starlette.responses import Response

from supaops.db.pages.charts import read_history
from supaops.incident.failing import grouped
from supaops.web.charts.history import charts, numbered
from supaops.web.charts.windows import WINDOWS, window
from supaops.web.visit import Entry, Visit, look

_DEFAULT = "1h"
_TOP_ERRORS = 8


def show(visit: Visit) -> Response:
    """Return the charts of ``window``, 1h unless it says otherwise, and of ``queue`` or all."""
    chosen = window(visit.query.get("window") or _DEFAULT)
    queue = visit.query.get("queue") or None
    slots = chosen.slots(visit.site.clock())
    with visit.reading() as conn:
        history = read_history(conn, visit.site.config, slots, queue)
    return visit.page(
        "pages/charts.html.j2",
        windows=[each.name for each in WINDOWS],
        window=chosen.name,
        queue=queue or "",
        queues=_queues(visit, queue),
        charts=charts(history, chosen, slots),
        events=numbered(history.events),
        errors=grouped(history.errors, _TOP_ERRORS),
        looked=len(history.errors),
        since=slots.start,
    )


def _queues(visit: Visit, chosen: str | None) -> list[str]:
    declared = {each.queue for each in visit.site.config.queue.task_types.values()}
    return sorted(declared | ({chosen} if chosen else set()))


ENTRIES: tuple[Entry, ...] = (look("/charts", show),)
