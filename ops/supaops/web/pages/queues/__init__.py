"""The queues: what they hold, how fast they empty, and what holds them back."""

from __future__ import annotations

from supaops.web.pages.queues.acts import pause, resume
from supaops.web.pages.queues.page import show
from supaops.web.visit import Entry, act, look

ENTRIES: tuple[Entry, ...] = (
    look("/queues", show),
    act("/queues/pause", pause),
    act("/queues/resume", resume),
)
