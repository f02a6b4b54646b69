"""Put the page together: the shared round of checks, and what the database tells of the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from supaops.checks.finding import Finding
from supaops.config.duration import parse_positive_duration
from supaops.config.problem import Complaint
from supaops.db.incident import read_lately
from supaops.errors import SupaopsError
from supaops.incident import Page, page_of
from supaops.web.refusal import Refusal
from supaops.web.visit import Visit

DEFAULT = "1d"
WINDOWS = ("1h", "6h", "1d", "3d", "7d")
"""What the page offers; the address takes any."""
ATTEMPTS = 2_000
"""Failed attempts that are grouped: enough to tell what fails most, few enough for a page."""


def window_of(last: str) -> timedelta:
    """Return how far back to look.

    Raises: Refusal for what is no duration.
    """
    try:
        return parse_positive_duration(last)
    except Complaint as complaint:
        raise Refusal(400, f"last: {complaint}", hint="such as 1h, 6h or 1d") from None


def read_page(visit: Visit, window: timedelta, findings: Sequence[Finding]) -> Page:
    """Return the page; of a database that does not answer what there is to say without it."""
    site = visit.site
    try:
        with visit.reading() as conn:
            lately = read_lately(conn, site.config, window, ATTEMPTS)
    except SupaopsError as error:
        return page_of(site.desired, window, site.clock, findings, silence=str(error))
    return page_of(site.desired, window, site.clock, findings, lately)
