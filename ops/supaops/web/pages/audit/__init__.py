"""The page of the audit, and its export."""

from __future__ import annotations

from starlette.responses import Response

from supaops.db.pages.audit import WINDOW, Lines, read_choices, read_lines
from supaops.web.pages.audit.export import MOST, export_csv, export_json
from supaops.web.pages.audit.filters import SOURCES, Asked
from supaops.web.pages.audit.sides import sides
from supaops.web.visit import Entry, Visit, look

_NOTHING = Lines((), None, is_cut=False)


def show(visit: Visit) -> Response:
    """Return the lines that the filter of the URL finds; none while a part of it is wrong."""
    asked = Asked.of(visit.query)
    found = asked.parsed(visit.site.clock())
    with visit.reading() as conn:
        choices = read_choices(conn)
        page = _NOTHING if found.problems else read_lines(conn, found.filter, found.before)
    redact = visit.site.config.dashboard.redact
    return visit.page(
        "pages/audit.html.j2",
        asked=asked,
        problems=found.problems,
        choices=choices,
        sources=SOURCES,
        lines=[(line, sides(line.before, line.after, redact)) for line in page.lines],
        older=asked.older(page.older) if page.older else None,
        is_cut=page.is_cut,
        window=WINDOW,
        most=MOST,
    )


ENTRIES: tuple[Entry, ...] = (
    look("/audit", show),
    look("/audit.csv", export_csv),
    look("/audit.json", export_json),
)
