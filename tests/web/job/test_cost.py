"""What a look at one job costs: few statements, each by a key or an index."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from supaops.db.lending import Lender
from supaops.db.pages.job import read_job
from tests.db.calls import claim, enqueue, rows_read
from tests.projects import Project
from tests.web.job.conftest import Room, failed

pytestmark = pytest.mark.stack
MOST = 7


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.count = 0

    def execute(self, *arguments: object, **options: object) -> object:
        self.count += 1
        return self._conn.execute(*arguments, **options)  # type: ignore[call-overload]  # passed on


def test_a_job_is_read_in_seven_statements_at_most(queue: Connection, project: Project) -> None:
    retrying = enqueue(queue, "send_email")
    claim(queue, worker="host:17#1")
    queue.execute("select job_queue_mark_failed(%s, 'boom')", [retrying])
    counting = Counting(queue)
    found = read_job(counting, project.config, retrying)  # type: ignore[arg-type]  # what it needs
    assert found is not None
    assert found.same is not None
    assert counting.count == MOST


def test_no_other_job_is_read_but_those_with_the_same_error(
    queue: Connection, project: Project
) -> None:
    one = failed(queue, "boom 1")
    failed(queue, "boom 2")
    queue.execute(
        "insert into job_queue (task_type) select 'send_email' from generate_series(1, 2000)"
    )
    queue.execute("analyze job_queue")
    before = rows_read(queue)
    assert read_job(queue, project.config, one) is not None
    assert rows_read(queue) - before < 20


@pytest.mark.parametrize("verb", ["retry", "cancel", "clone", "run-at", "priority"])
def test_an_id_that_no_job_can_have_never_reaches_the_database(
    room: Room, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    for lend in ("lend", "reading"):
        monkeypatch.setattr(Lender, lend, _unexpected)
    form = {"run_at": "2999-01-01T00:00", "priority": "1"}
    assert room.post(2**63, verb, **form).status_code == 404
    room.get(2**63, status=404)


def _unexpected(*_: object) -> None:
    raise AssertionError("the database was asked")
