"""The page of cron."""

from __future__ import annotations

from starlette.responses import Response

from supaops.web.visit import Entry, Visit, look


def show(visit: Visit) -> Response:
    """Return the page."""
    return visit.page("pages/cron.html.j2")


ENTRIES: tuple[Entry, ...] = (look("/cron", show),)
