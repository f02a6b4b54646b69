"""How much work there is: what workers are scaled by."""

from __future__ import annotations

from collections.abc import Callable

from ruamel.yaml import YAML

from supaops.db.connect import Connection
from supaops.scaffold import kubernetes_texts
from tests.db.calls import claim, enqueue, value
from tests.db.conftest import CONFIG


def backlog(db: Connection, queues: list[str] | None = None, at_most: int | None = 1000) -> int:
    found = value(db, "select job_queue_backlog(%s::text[], %s::integer)", queues, at_most)
    assert isinstance(found, int)
    return found


def test_a_queue_without_jobs_has_none(queue: Connection) -> None:
    assert value(queue, "select job_queue_backlog()") == 0


def test_a_job_counts_from_when_it_may_start_until_it_has_ended(queue: Connection) -> None:
    enqueue(queue, run_at="2100-01-01")
    assert backlog(queue) == 0
    for _ in range(3):
        enqueue(queue)
    assert backlog(queue) == 3
    held = claim(queue, 2)
    assert backlog(queue) == 3
    queue.execute("select job_queue_mark_succeeded(%s)", [held[0]["id"]])
    queue.execute("select job_queue_mark_failed(%s, 'no')", [held[1]["id"]])
    assert backlog(queue) == 1


def test_only_the_jobs_of_the_named_queues_count(queue: Connection) -> None:
    for name in ("default", "default", "reports", "slow"):
        enqueue(queue, queue=name)
    claim(queue, 1, queues=["reports"])
    assert backlog(queue, ["default"]) == 2
    assert backlog(queue, ["reports", "slow"]) == 2
    assert backlog(queue, ["nothing"]) == 0
    assert backlog(queue) == 4


def test_jobs_that_wait_in_a_paused_queue_need_no_worker(queue: Connection) -> None:
    enqueue(queue)
    enqueue(queue, queue="reports")
    queue.execute("select job_queue_pause('reports', reason => 'a test')")
    assert (backlog(queue, ["reports"]), backlog(queue)) == (0, 1)


def test_counting_stops_where_it_is_told_to(queue: Connection) -> None:
    for _ in range(5):
        enqueue(queue)
    claim(queue, 2)
    assert (backlog(queue, at_most=3), backlog(queue, at_most=None)) == (3, 5)


def test_a_job_whose_lease_has_run_out_counts_once(queue: Connection) -> None:
    enqueue(queue)
    claim(queue, 1)
    queue.execute("update supaops.lease set expires_at = now() - interval '1 s'")
    assert backlog(queue) == 1


def test_it_changes_nothing_so_that_a_read_only_login_may_ask(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    enqueue(queue)
    login = another()
    login.execute("set role service_role")
    login.execute("set default_transaction_read_only = on")
    assert backlog(login) == 1


def test_the_query_of_a_scaler_is_one_number_for_each_queue(queue: Connection) -> None:
    """KEDA reads one row of one number."""
    enqueue(queue)
    texts = kubernetes_texts(CONFIG)
    scalers = YAML(typ="safe").load_all(texts["ops/kubernetes/scaler.yaml"])
    asked = [each["spec"]["triggers"] for each in scalers if each["kind"] == "ScaledObject"]
    queries = [trigger["metadata"]["query"] for [trigger] in asked]
    assert len(queries) == 2
    answers = [queue.execute(each.encode()).fetchall() for each in queries]
    assert [[[*row.values()] for row in rows] for rows in answers] == [[[1]], [[0]]]
