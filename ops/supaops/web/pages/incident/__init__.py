"""The page of incident: what is broken, since when, what changed, what to do; and as a file."""

from __future__ import annotations

import json
from datetime import timedelta

from starlette.responses import Response

from supaops.incident import Page
from supaops.report.health.remedy import segments
from supaops.report.incident import incident_json, incident_markdown
from supaops.web.pages.incident.reading import (
    ATTEMPTS,
    DEFAULT,
    WINDOWS,
    read_page,
    window_of,
)
from supaops.web.pages.incident.search import sought
from supaops.web.refusal import Refusal
from supaops.web.visit import Entry, Visit, look

_PATIENCE = timedelta(seconds=20)


def show(visit: Visit) -> Response:
    """Return the page; what the checks say comes with the first run of them that ends."""
    last = visit.query.get("last") or DEFAULT
    window = window_of(last)
    standing = visit.site.rounds.standing()
    findings = standing.done.findings if standing.done else []
    return visit.page(
        "pages/incident.html.j2",
        page=read_page(visit, window, findings),
        standing=standing,
        last=last,
        windows=WINDOWS,
        attempts=ATTEMPTS,
        segments=segments,
        sought=sought,
    )


def as_markdown(visit: Visit) -> Response:
    """Return the page for a ticket."""
    page = _made(visit)
    return _file(page, "md", "text/markdown; charset=utf-8", incident_markdown(page))


def as_json(visit: Visit) -> Response:
    """Return the page for programs."""
    page = _made(visit)
    text = json.dumps(incident_json(page), indent=2, ensure_ascii=False)
    return _file(page, "json", "application/json", text + "\n")


def _made(visit: Visit) -> Page:
    """Return the page with findings of this moment.

    Raises: Refusal when the checks do not end.
    """
    window = window_of(visit.query.get("last") or DEFAULT)
    done = visit.site.rounds.fresh(_PATIENCE)
    if done is None:
        raise Refusal(
            503,
            f"the checks have not ended within {_PATIENCE.total_seconds():g} s",
            hint="the page Incident shows what is known meanwhile",
        )
    return read_page(visit, window, done.findings)


def _file(page: Page, kind: str, media_type: str, text: str) -> Response:
    name = f"incident-{page.environment}-{page.at:%Y%m%d-%H%M}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=media_type, headers=headers)


ENTRIES: tuple[Entry, ...] = (
    look("/incident", show),
    look("/incident.md", as_markdown),
    look("/incident.json", as_json),
)
