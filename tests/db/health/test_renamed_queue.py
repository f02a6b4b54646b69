"""The checks of the queue find a table that is called otherwise."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from supaops.db.health.queue import read_counts
from supaops.db.health.tables import read_tables
from supaops.render.resources import resources
from tests.db.conftest import CONFIG, install
from tests.db.health.test_queue_health import read_everything

pytestmark = pytest.mark.stack


def test_a_queue_of_another_name_is_read_as_well(db: Connection) -> None:
    queue = CONFIG.queue.model_copy(update={"name": "tasks"})
    install(db, resources(CONFIG.model_copy(update={"queue": queue})))
    db.execute("select tasks_enqueue('plain')")
    read_everything(db, queue)
    assert [(each.queue, each.jobs) for each in read_counts(db, queue)] == [("default", 1)]
    assert read_tables(db, queue).jobs.name == "public.tasks"
