"""Random histories of every function and of edits by hand, held against a model."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from supaops.db.connect import Connection
from tests.db import calls
from tests.db.calls import BELOW_FLOOR, MISCOUNTED, ORPHANS, UNHELD, claim, column, enqueue, value
from tests.db.conftest import EMPTY
from tests.db.queue.model import LIVE, Job, Model

QUEUES = ("default", "reports")
STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")
FAR = datetime(2999, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)

queues = st.sampled_from(QUEUES)
keys = st.sampled_from([None, None, "a", "b"])
picks = st.integers(0, 7)
any_queue = st.sampled_from([*QUEUES, "*"])
any_type = st.sampled_from(["*", "*", "plain", "report"])

EXAMPLES = settings(
    max_examples=30,
    stateful_step_count=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

ROWS = "select * from job_queue order by id"
ENDED = ("succeeded", "failed", "cancelled")
TOTALS = """
  select coalesce(sum(succeeded), 0) as succeeded, coalesce(sum(failed), 0) as failed,
    coalesce(sum(cancelled), 0) as cancelled
  from supaops.total
"""


class History(RuleBasedStateMachine):
    """Do something to the queue and to the model, and compare."""

    db: Connection

    def __init__(self) -> None:
        super().__init__()
        self.db.execute(EMPTY)
        self.model = Model()
        self.before: dict[int, str] = {}
        self.ended: Counter[str] = Counter()

    @initialize(jobs=st.lists(st.tuples(queues, keys), min_size=5, max_size=8), limit=picks)
    def begin(self, jobs: list[tuple[str, str | None]], limit: int) -> None:
        """Start with something to do: the rules find no jobs in an empty queue."""
        self.enqueue_many(jobs)
        self.claim(limit, None)

    # --- adding -------------------------------------------------------------------------------

    @rule(queue=queues, key=keys, due=st.booleans(), most=st.integers(1, 3), priority=picks)
    def enqueue(self, *, queue: str, key: str | None, due: bool, most: int, priority: int) -> None:
        job_id = enqueue(
            self.db,
            queue=queue,
            dedup_key=key,
            max_attempts=most,
            run_at=LONG_AGO if due else FAR,
            priority=priority % 2,
        )
        self._added(job_id, Job(queue, most, key, due))

    @rule(jobs=st.lists(st.tuples(queues, keys), max_size=3))
    def enqueue_many(self, jobs: list[tuple[str, str | None]]) -> None:
        batch = [{"task_type": "plain", "queue": q, "dedup_key": key} for q, key in jobs]
        ids = value(self.db, "select job_queue_enqueue_many(%s::jsonb)", json.dumps(batch))
        assert len(ids) == len(jobs)
        for job_id, (queue, key) in zip(ids, jobs, strict=True):
            self._added(job_id, Job(queue, 3, key, due=True))

    @rule(status=st.sampled_from(STATUSES), key=keys)
    def insert_by_hand(self, status: str, key: str | None) -> None:
        live = self.model.holder_of("default", key) is not None and status in LIVE
        statement = (
            "insert into job_queue (task_type, status, dedup_key) values ('plain', %s, %s)"
            " returning id, lease_id"
        )
        if live:
            with pytest.raises(psycopg.errors.UniqueViolation):
                self.db.execute(statement, [status, key])
            return
        row = self.db.execute(statement, [status, key]).fetchone() or {}
        job = self.model.jobs[row["id"]] = Job("default", 3, key, due=True)
        if status == "running":
            self.model.hold(row["id"], row["lease_id"])
        elif status != "pending":
            job.become(status)

    # --- working ------------------------------------------------------------------------------

    @rule(limit=st.integers(0, 4), only=st.sampled_from([None, ["default"], ["reports"], []]))
    def claim(self, limit: int, only: list[str] | None) -> None:
        self._claimed(limit, only, lambda: claim(self.db, limit, queues=only))

    @rule(pick=picks, lease=picks)
    def succeed(self, *, pick: int, lease: int) -> None:
        job_id, lease_id = self._report(pick, lease)
        accepted = value(self.db, "select job_queue_mark_succeeded(%s, %s, '1')", job_id, lease_id)
        assert accepted == self.model.held(job_id, lease_id)
        if accepted:
            self.model.jobs[job_id].become("succeeded")

    @rule(pick=picks, lease=picks, soon=st.booleans())
    def fail(self, *, pick: int, lease: int, soon: bool) -> None:
        job_id, lease_id = self._report(pick, lease)
        held = self.model.held(job_id, lease_id)
        status = value(
            self.db,
            "select job_queue_mark_failed(%s, 'boom', %s, %s::interval)",
            job_id,
            lease_id,
            "0" if soon else "1 day",
        )
        if held:
            self.model.jobs[job_id].fail(due=soon)
        assert status == (self.model.jobs[job_id].status if held else None)

    @rule(done=picks, failed=picks, lease=picks, limit=st.integers(0, 3))
    def exchange(self, *, done: int, failed: int, lease: int, limit: int) -> None:
        good, bad = self._report(done, lease), self._report(failed, lease)
        if good[0] == bad[0]:
            return
        refused = {
            job_id for job_id, lease_id in (good, bad) if not self.model.held(job_id, lease_id)
        }
        if good[0] not in refused:
            self.model.jobs[good[0]].become("succeeded")
        if bad[0] not in refused:
            self.model.jobs[bad[0]].fail(due=False)
        reports = (
            [{"job_id": good[0], "lease_id": good[1], "result": {"n": 1}}],
            [{"job_id": bad[0], "lease_id": bad[1], "error": "x", "retry_in": "1 day"}],
        )
        answers: list[calls.Exchanged] = []

        def call() -> list[dict[str, Any]]:
            answers.append(calls.exchange(self.db, *reports, limit))
            return answers[-1].claimed

        self._claimed(limit, None, call)
        assert set(answers[-1].refused) == refused

    @precondition(lambda self: self.model.members)
    @rule(pick=picks)
    def heartbeat(self, pick: int) -> None:
        lease = self._lease(pick)
        lost = value(self.db, "select job_queue_heartbeat(%s)", lease)
        expected = sorted(self.model.lost(lease))
        if lease in self.model.kept or self.model.holds(lease):
            assert lost == expected
        else:
            assert lost in ([], expected), "it may have been dropped: nobody works under it"
        self.model.expired.discard(lease)

    @precondition(lambda self: self.model.members)
    @rule(pick=picks)
    def let_a_lease_run_out(self, pick: int) -> None:
        lease = self._lease(pick)
        self.db.execute(
            "update supaops.lease set expires_at = now() - interval '1 s' where id = %s", [lease]
        )
        self.model.expired.add(lease)

    # --- operating ----------------------------------------------------------------------------

    @rule(chosen=st.lists(picks, max_size=3))
    def cancel(self, chosen: list[int]) -> None:
        ids = [self._pick(each) for each in chosen]
        done = value(self.db, "select job_queue_cancel(%s)", ids)
        assert set(done) == {
            job_id for job_id in ids if (job := self.model.jobs.get(job_id)) and job.status in LIVE
        }
        for job_id in done:
            self.model.jobs[job_id].take_away("cancelled")

    @rule(pick=picks)
    def retry(self, pick: int) -> None:
        job_id = self._pick(pick)
        job = self.model.jobs.get(job_id)
        if job and not self.model.may_come_alive(job_id):
            with pytest.raises(psycopg.errors.UniqueViolation):
                self.db.execute("select job_queue_retry(array[%s::bigint])", [job_id])
            return
        done = value(self.db, "select job_queue_retry(array[%s::bigint])", job_id)
        assert bool(done) == bool(job and job.status != "running")
        if job and done:
            job.become("pending")

    @rule(queue=any_queue, kind=any_type, until=st.sampled_from([None, FAR, LONG_AGO]))
    def pause(self, queue: str, kind: str, until: datetime | None) -> None:
        call = "select job_queue_pause(%s, 'why', %s, %s)"
        if until == LONG_AGO:
            with pytest.raises(psycopg.errors.InvalidParameterValue):
                self.db.execute(call, [queue, until, kind])
            return
        self.db.execute(call, [queue, until, kind])
        self.model.paused.add((queue, kind))

    @rule(queue=any_queue, kind=any_type)
    def resume(self, queue: str, kind: str) -> None:
        ended = value(self.db, "select job_queue_resume(%s, %s)", queue, kind)
        assert ended == ((queue, kind) in self.model.paused)
        self.model.paused.discard((queue, kind))

    @precondition(lambda self: len(self.model.jobs) > 3)
    @rule(age=st.sampled_from(["0", "1 day"]))
    def cleanup(self, age: str) -> None:
        ended = [
            i for i, job in self.model.jobs.items() if job.status in ("succeeded", "cancelled")
        ]
        gone = ended if age == "0" else []
        assert value(self.db, "select job_queue_cleanup(%s::interval)", age) == len(gone)
        for job_id in gone:
            del self.model.jobs[job_id]

    @rule(patience=st.sampled_from(["0 s", "1 hour"]))
    def upkeep(self, patience: str) -> None:
        """Nobody notices what a tick does, even when it has no patience with lanes."""
        self.db.execute("select setval('supaops.sweep_due', 1), supaops.upkeep()")
        self.db.execute("select supaops.tend_lanes(%s, 0)", [patience])

    @rule(how=st.sampled_from(["fold_step('(0,0)')", "recount()"]))
    def sum_up(self, how: str) -> None:
        self.db.execute(f"select supaops.{how}".encode())

    # --- by hand ------------------------------------------------------------------------------

    @rule(pick=picks, status=st.sampled_from(STATUSES), due=st.sampled_from([None, True, False]))
    def edit_status(self, *, pick: int, status: str, due: bool | None) -> None:
        job_id = self._held(pick)
        job = self.model.jobs.get(job_id)
        statement = (
            "update job_queue set status = %s, run_at = coalesce(%s, run_at) where id = %s"
            " returning run_at <= now() as due"
        )
        arguments = [status, {None: None, True: LONG_AGO, False: FAR}[due], job_id]
        if job and status in LIVE and not self.model.may_come_alive(job_id):
            with pytest.raises(psycopg.errors.UniqueViolation):
                self.db.execute(statement, arguments)
            return
        row = self.db.execute(statement, arguments).fetchone()
        assert bool(row) == bool(job)
        if not job or not row:
            return
        if status == "running":
            job.due = row["due"]
        if status == "running" and job.status != "running":
            lease = value(self.db, "select lease_id from job_queue where id = %s", job_id)
            self.model.hold(job_id, lease)
            job.max_attempts = max(job.max_attempts, job.attempts)
        elif status != "running":
            job.take_away(status, due=row["due"])

    @rule(pick=picks, attempts=st.integers(0, 5), most=st.integers(1, 4))
    def edit_attempts(self, pick: int, attempts: int, most: int) -> None:
        job_id = self._pick(pick)
        self.db.execute(
            "update job_queue set attempts = %s, max_attempts = %s where id = %s",
            [attempts, most, job_id],
        )
        if job := self.model.jobs.get(job_id):
            job.attempts, job.max_attempts = attempts, most
            if job.status == "pending":
                job.max_attempts = max(most, attempts + 1)

    @precondition(lambda self: len(self.model.jobs) > 3)
    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        job_id = self._pick(pick)
        self.db.execute("delete from job_queue where id = %s", [job_id])
        self.model.jobs.pop(job_id, None)

    # --- what always holds --------------------------------------------------------------------

    @invariant()
    def every_row_is_as_the_model_says(self) -> None:
        rows = {row["id"]: row for row in self.db.execute(ROWS)}
        assert rows.keys() == self.model.jobs.keys()
        for job_id, row in rows.items():
            facts = (
                row["queue"],
                row["status"],
                row["attempts"],
                row["max_attempts"],
                row["lease_id"],
            )
            assert facts == self.model.jobs[job_id].facts()
            assert row["result"] is None or row["status"] not in LIVE

    @invariant()
    def nothing_is_left_behind_and_every_running_job_is_held(self) -> None:
        assert column(self.db, UNHELD) == []
        assert column(self.db, ORPHANS) == []
        assert column(self.db, BELOW_FLOOR) == []
        assert self.db.execute(MISCOUNTED).fetchall() == []

    @invariant()
    def each_end_is_in_the_totals_once_and_for_ever(self) -> None:
        now = {job_id: job.status for job_id, job in self.model.jobs.items()}
        for job_id, status in now.items():
            if status in ENDED and status != self.before.get(job_id, status):
                self.ended[status] += 1
        self.before = now
        totals = self.db.execute(TOTALS).fetchone()
        assert totals == {status: self.ended[status] for status in ENDED}

    def teardown(self) -> None:
        """Let every worker be lost: no lease may stay open, no job held."""
        self.db.execute("update supaops.lease set expires_at = now() - interval '1 s'")
        claim(self.db, 0)
        assert column(self.db, "select id from supaops.lease where closed_at is null") == []
        assert column(self.db, "select id from job_queue where status = 'running'") == []

    # --- helpers ------------------------------------------------------------------------------

    def _pick(self, number: int) -> int:
        """Return the id of some job; now and then of none."""
        ids = [*self.model.jobs, 10**9]
        return ids[number % len(ids)]

    def _held(self, number: int) -> int:
        """Return mostly a running job: that is where it gets interesting."""
        running = [i for i, job in self.model.jobs.items() if job.status == "running"]
        return running[number % len(running)] if running and number % 4 else self._pick(number)

    def _lease(self, number: int) -> int:
        """Return some lease, first those that have lost a job."""
        leases = sorted(self.model.members, key=lambda each: (not self.model.lost(each), -each))
        return leases[number % len(leases)]

    def _report(self, pick: int, lease: int) -> tuple[int, int | None]:
        """Return a job, mostly a running one, and a lease: its own, none, or one that it had."""
        job_id = self._held(pick)
        past = self.model.jobs[job_id].past if job_id in self.model.jobs else []
        return job_id, [None, *past][-1 - lease % (len(past) + 1)]

    def _added(self, job_id: int, job: Job) -> None:
        holder = self.model.holder_of(job.queue, job.dedup_key)
        if holder is None:
            assert job_id not in self.model.jobs
            self.model.jobs[job_id] = job
        else:
            assert job_id == holder

    def allowed(self, ready: set[int]) -> int:
        """Return how many of the ready jobs a claim may hand out, whatever its limit."""
        return len(ready)

    def _claimed(self, limit: int, only: list[str] | None, call: Any) -> None:
        self.model.take_over()
        ready = self.model.ready(only)
        rows = call()
        ids = {row["id"] for row in rows}
        assert len(ids) == len(rows) == min(limit, self.allowed(ready))
        assert ids <= ready
        assert len({row["lease_id"] for row in rows}) <= 1
        for row in rows:
            job = self.model.jobs[row["id"]]
            assert job.attempts < job.max_attempts
            self.model.hold(row["id"], row["lease_id"])
            assert (row["attempts"], row["max_attempts"]) == (job.attempts, job.max_attempts)


def test_every_history_agrees_with_the_model(queue: Connection) -> None:
    machine = type("Machine", (History,), {"db": queue})
    run_state_machine_as_test(machine, settings=EXAMPLES)
