"""The cron jobs: declared against live, when they run next, and what became of their runs."""

from __future__ import annotations

from supaops.web.access.role import Role
from supaops.web.pages.cron.acts import pause, resume, run
from supaops.web.pages.cron.page import show
from supaops.web.visit import Entry, act, look

ENTRIES: tuple[Entry, ...] = (
    look("/cron", show),
    act("/cron/run", run),
    act("/cron/pause", pause, Role.ADMIN),
    act("/cron/resume", resume, Role.ADMIN),
)
