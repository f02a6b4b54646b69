"""The scene that pages are looked at with."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from tests.web.scene import furnish


@pytest.mark.stack
def test_the_scene_has_jobs_of_every_status(queue: Connection) -> None:
    furnish(queue)
    rows = queue.execute("select distinct status from job_queue").fetchall()
    statuses = {row["status"] for row in rows}
    assert statuses == {"pending", "running", "succeeded", "failed", "cancelled"}
