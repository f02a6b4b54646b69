"""What is broken, since when, what changed, and what to do next: one page for the on-call."""

from supaops.db.incident import FailedAttempt, Happening, Lately, Pause, QueueState
from supaops.incident.failing import Failing, grouped
from supaops.incident.page import Page, page_of, take_stock, without_database

__all__ = [
    "FailedAttempt",
    "Failing",
    "Happening",
    "Lately",
    "Page",
    "Pause",
    "QueueState",
    "grouped",
    "page_of",
    "take_stock",
    "without_database",
]
