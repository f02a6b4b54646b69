"""Many claims at once, and random histories: no limit is exceeded, and no slot is lost."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import LiteralString

from hypothesis.stateful import run_state_machine_as_test

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, value
from tests.db.limits.rig import MARKED, OF_TYPE, SLOTS, usage
from tests.db.queue.test_model import EXAMPLES, History

ENDS: list[LiteralString] = [
    "select job_queue_mark_succeeded(%(id)s, %(lease)s)",
    "select job_queue_mark_succeeded(%(id)s, %(lease)s)",
    "select job_queue_mark_failed(%(id)s, 'x', %(lease)s, '0')",
    "select job_queue_cancel(array[%(id)s::bigint])",
    "update job_queue set status = 'pending' where id = %(id)s and lease_id = %(lease)s",
    "update job_queue set status = 'failed' where id = %(id)s and lease_id = %(lease)s",
    "delete from job_queue where id = %(id)s",
    "update supaops.lease set expires_at = clock_timestamp() where id = %(lease)s",
]
LEFT = "select count(*) from job_queue where status in ('pending', 'running')"


def work_until_empty(db: Connection, seed: int) -> None:
    """Claim, now and then in vain, and end each job in some way; the lost ones run again."""
    dice = random.Random(seed)  # noqa: S311  for variety, not for secrets
    while value(db, LEFT):
        if dice.random() < 0.2:
            with db.transaction(force_rollback=True):
                claim(db, 2)
        for row in claim(db, dice.randint(1, 4)):
            db.execute(dice.choice(ENDS), {"id": row["id"], "lease": row["lease_id"]})


def test_racing_claimers_never_run_more_than_the_limit_and_finish_everything(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(
        "select job_queue_enqueue_many(jsonb_agg(jsonb_build_object("
        " 'task_type', 'plain', 'max_attempts', 99, 'priority', n %% 3)))"
        " from generate_series(1, %s) n",
        [200],
    )
    ended = threading.Event()
    seen: list[int] = []

    def watch(db: Connection) -> None:
        while not ended.is_set():
            seen.append(value(db, "select count(*) from job_queue where status = 'running'"))

    watcher = threading.Thread(target=watch, args=(another(),))
    workers = [
        threading.Thread(target=work_until_empty, args=(another(), seed)) for seed in range(6)
    ]
    for thread in [watcher, *workers]:
        thread.start()
    for thread in workers:
        thread.join()
    ended.set()
    watcher.join()
    assert max(seen) == SLOTS["default"], "never more, and all of them used"
    assert usage(queue, "queue", "default") == {"running": 0, "startable": 3}
    enqueue(queue)
    [last] = claim(queue)
    assert column(queue, MARKED) == [last["lease_id"]], "nothing is looked at for ever"


class Limited(History):
    """Random histories of a queue with limits: a claim hands out what they leave, never more."""

    def allowed(self, ready: set[int]) -> int:
        jobs = self.model.jobs
        running = [job.queue for job in jobs.values() if job.status == "running"]
        free = {
            name: max(SLOTS.get(name, 99) - running.count(name), 0)
            for name in {job.queue for job in jobs.values()}
        }
        waiting = [jobs[each].queue for each in ready]
        total = sum(min(waiting.count(name), slots) for name, slots in free.items())
        return min(total, max(OF_TYPE["plain"] - len(running), 0))


def test_every_history_under_limits_agrees_with_the_model(queue: Connection) -> None:
    machine = type("Machine", (Limited,), {"db": queue})
    run_state_machine_as_test(machine, settings=EXAMPLES)
