"""One module for each page; each tells by which paths it is reached, and who may use them."""

from supaops.web.pages import audit, charts, cron, health, incident, job, jobs, queues
from supaops.web.visit import Entry

ENTRIES: tuple[Entry, ...] = (
    *jobs.ENTRIES,
    *charts.ENTRIES,
    *cron.ENTRIES,
    *queues.ENTRIES,
    *health.ENTRIES,
    *incident.ENTRIES,
    *audit.ENTRIES,
    *job.ENTRIES,
)

__all__ = ["ENTRIES"]
