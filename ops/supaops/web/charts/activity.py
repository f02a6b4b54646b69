"""What went on in the last hour, as a strip above a list."""

from __future__ import annotations

from datetime import datetime

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.pages.charts import read_counts
from supaops.web.charts import history
from supaops.web.charts.chart import Chart
from supaops.web.charts.windows import window


def activity(conn: Connection, config: Config, now: datetime, queue: str | None = None) -> Chart:
    """Read the jobs that ended in the last hour, in one round trip; None is of every queue.

    Raises: DatabaseError.
    """
    hour = window("1h")
    slots = hour.slots(now)
    return history.activity(read_counts(conn, config, slots, queue), hour, slots)
