"""Where jobs run: handlers, the endpoint that pg_net posts to, and workers that live long."""

from __future__ import annotations

from supaops.db.connect import AsyncConnection
from supaops.db.work import Job
from supaops.errors import LeaseLost
from supaops.worker.context import Cancelled, Context
from supaops.worker.effects import Transaction
from supaops.worker.handlers import Handlers
from supaops.worker.outcome import Discard, Retry

__all__ = [
    "AsyncConnection",
    "Cancelled",
    "Context",
    "Discard",
    "Handlers",
    "Job",
    "LeaseLost",
    "Retry",
    "Transaction",
]
