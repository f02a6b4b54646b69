"""The page of queues."""

from __future__ import annotations

from starlette.responses import Response

from supaops.web.visit import Entry, Visit, look


def show(visit: Visit) -> Response:
    """Return the page."""
    return visit.page("pages/queues.html.j2")


ENTRIES: tuple[Entry, ...] = (look("/queues", show),)
