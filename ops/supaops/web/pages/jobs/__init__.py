"""The page of jobs: tiles, filters, the list, and what is done to many of them."""

from __future__ import annotations

from supaops.web.pages.jobs import applying, listing, preview
from supaops.web.visit import Entry, act, look

ENTRIES: tuple[Entry, ...] = (
    look("", listing.show),
    look("/bulk", preview.leave),
    act("/bulk", preview.show),
    look("/bulk/apply", preview.leave),
    act("/bulk/apply", applying.carry_out),
)
