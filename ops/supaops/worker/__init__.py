"""The endpoint that pg_net calls: claims jobs and runs their handlers."""

from __future__ import annotations

from supaops.db.connect import AsyncConnection
from supaops.db.work import Job
from supaops.worker.context import Context
from supaops.worker.handlers import Handlers
from supaops.worker.outcome import Discard, Retry

__all__ = ["AsyncConnection", "Context", "Discard", "Handlers", "Job", "Retry"]
