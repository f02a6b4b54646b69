"""Random histories of several sessions whose transactions stay open, and of a restarted server.

One thread plays all sessions, so what each call must do is known exactly: it sees what its session
sees, and gives way where another session is in the way. See `sessions.py` for what is expected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from supaops.db.connect import Connection, connect
from tests.db import calls
from tests.db.calls import BELOW_FLOOR, MISCOUNTED, ORPHANS, UNHELD, claim, column, enqueue, value
from tests.db.conftest import EMPTY, install
from tests.db.queue.model import LIVE, Job, Model
from tests.db.queue.sessions import Session, World
from tests.examples import FACTOR, histories
from tests.private_server import How, PrivateServer, private_server
from tests.waiting import until

pytestmark = pytest.mark.stack

T = TypeVar("T")

QUEUES = ("default", "reports")
STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")
SESSIONS = 3
# A claim must hand out what is ready within this, whoever holds what open.
SOON_S = 3
# Each session waits for another only as long as it takes to tell that it would.
IMPATIENCE = "set lock_timeout = '25ms'"
STEPS_BETWEEN_RESTARTS = 45
NO_WAIT, A_MOMENT, A_DAY = timedelta(0), timedelta(milliseconds=150), timedelta(days=1)

picks = st.integers(0, 7)
who = st.integers(0, SESSIONS - 1)
queues = st.sampled_from(QUEUES)
keys = st.sampled_from([None, None, "a", "b"])
levels = st.sampled_from([None, "read committed", "repeatable read"])
delays = st.sampled_from([NO_WAIT, NO_WAIT, A_MOMENT, A_DAY])

ROWS = "select * from job_queue order by id"
MARK_MANY = "select job_queue_mark_succeeded_many(%s, %s)"
FAIL_MANY = """
  select job_id, status from job_queue_mark_failed_many(%s, array_fill('boom'::text, array[%s]), %s,
    array_fill(%s::interval, array[%s]))
"""


def moment(delay: timedelta) -> datetime:
    return datetime.now(UTC) + delay


def due(delay: timedelta) -> bool:
    """Tell whether a job with this delay is to be handed out within the test."""
    return delay < A_DAY


class Histories(RuleBasedStateMachine):
    """Let some session do something to the queue, and see that all of them see what they must."""

    server: PrivateServer
    connections: list[Connection]

    def __init__(self) -> None:
        super().__init__()
        self.operator, *sessions = [Session(each) for each in self.connections]
        self.world = World(sessions)
        self.operator.db.execute(EMPTY)
        self.steps = 0

    @initialize(
        jobs=st.lists(st.tuples(queues, keys), min_size=4, max_size=8),
        opened=st.tuples(levels, levels, levels),
    )
    def begin_with_something_to_do(
        self, jobs: list[tuple[str, str | None]], opened: tuple[str | None, ...]
    ) -> None:
        self.enqueue_many(0, jobs)
        for who, level in enumerate(opened):
            self.begin(who, level)

    # --- transactions -------------------------------------------------------------------------

    @rule(who=who, level=levels)
    def begin(self, who: int, level: str | None) -> None:
        session = self.world.sessions[who]
        if level and not session.open:
            session.begin(level, self.world.committed)

    @precondition(lambda self: any(each.open for each in self.world.sessions))
    @rule(pick=picks, commit=st.booleans(), then=levels)
    def end(self, *, pick: int, commit: bool, then: str | None) -> None:
        session = chosen(pick, [each for each in self.world.sessions if each.open])
        self.world.end(session, commit=commit)
        if then:
            session.begin(then, self.world.committed)

    # --- adding -------------------------------------------------------------------------------

    @rule(who=who, queue=queues, key=keys, delay=delays, most=st.integers(1, 3), priority=picks)
    def enqueue(
        self, who: int, queue: str, key: str | None, delay: timedelta, most: int, priority: int
    ) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        options: dict[str, Any] = {
            "queue": queue,
            "dedup_key": key,
            "max_attempts": most,
            "run_at": moment(delay),
            "priority": priority % 2,
        }
        job_id = session.attempt(lambda: enqueue(session.db, **options))
        if job_id is not None:
            self._added(session, view, job_id, Job(queue, most, key, due(delay)))
            self._keep(session, view)

    @rule(who=who, jobs=st.lists(st.tuples(queues, keys), max_size=4))
    def enqueue_many(self, who: int, jobs: list[tuple[str, str | None]]) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        batch = [{"task_type": "plain", "queue": q, "dedup_key": key} for q, key in jobs]
        call = "select job_queue_enqueue_many(%s::jsonb)"
        ids = session.attempt(lambda: value(session.db, call, json.dumps(batch)))
        for job_id, (queue, key) in zip(ids or [], jobs, strict=ids is not None):
            self._added(session, view, job_id, Job(queue, 3, key, due=True))
        self._keep(session, view)

    # --- working ------------------------------------------------------------------------------

    @rule(who=who, limit=st.integers(1, 4), only=st.sampled_from([None, None, ["reports"]]))
    def claim(self, who: int, limit: int, only: list[str] | None) -> None:
        session = self.world.sessions[who]
        self._claim(session, limit, only)

    @rule(who=who, reports=st.lists(st.tuples(picks, picks), min_size=1, max_size=3))
    def succeed(self, who: int, reports: list[tuple[int, int]]) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        ids, leases = self._reports(view, reports)
        accepted = session.attempt(lambda: value(session.db, MARK_MANY, ids, leases))
        if accepted is not None:
            assert set(accepted) == held(view, ids, leases)
            for job_id in accepted:
                view.jobs[job_id].become("succeeded")
            self._keep(session, view)

    @rule(who=who, reports=st.lists(st.tuples(picks, picks), min_size=1, max_size=3), delay=delays)
    def fail(self, who: int, reports: list[tuple[int, int]], delay: timedelta) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        ids, leases = self._reports(view, reports)
        arguments = (ids, len(ids), leases, delay, len(ids))
        rows = session.attempt(lambda: session.db.execute(FAIL_MANY, arguments).fetchall())
        if rows is not None:
            assert {row["job_id"] for row in rows} == held(view, ids, leases)
            for row in rows:
                view.jobs[row["job_id"]].fail(due=due(delay))
                assert row["status"] == view.jobs[row["job_id"]].status
            self._keep(session, view)

    @rule(who=who, done=st.tuples(picks, picks), failed=st.tuples(picks, picks), limit=picks)
    def exchange(
        self, who: int, done: tuple[int, int], failed: tuple[int, int], limit: int
    ) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        ids, leases = self._reports(view, [done, failed])
        if len(ids) < 2:
            return
        good, bad = ids
        expected = {good, bad} - held(view, [good, bad], leases)
        reports = (
            [{"job_id": good, "lease_id": leases[0]}],
            [{"job_id": bad, "lease_id": leases[1], "error": "x", "retry_in": "0"}],
        )
        answer = session.attempt(lambda: calls.exchange(session.db, *reports, limit % 4))
        if answer is not None:
            assert set(answer.refused) == expected
            if good not in expected:
                view.jobs[good].become("succeeded")
            if bad not in expected:
                view.jobs[bad].fail(due=True)
            self._claimed(session, view, answer.claimed)

    @precondition(lambda self: self.world.members)
    @rule(who=who, pick=picks)
    def heartbeat(self, who: int, pick: int) -> None:
        session, lease = self.world.sessions[who], self._lease(pick)
        view = self.world.view(session)
        call = "select job_queue_heartbeat(%s)"
        lost = session.attempt(lambda: value(session.db, call, lease))
        if lost is not None:
            self.world.surely_expired.discard(lease)
            expected = sorted(self.world.lost(view, lease))
            assert lost == expected or (lost == [] and not view.holds(lease))

    @precondition(lambda self: self.world.members)
    @rule(pick=picks)
    def let_a_lease_run_out(self, pick: int) -> None:
        lease = self._lease(pick)
        edit = "update supaops.lease set expires_at = now() where id = %s and closed_at is null"
        edited = self.operator.attempt(lambda: self.operator.db.execute(edit, [lease]).rowcount)
        if edited:
            self.world.expired.add(lease)
            self.world.surely_expired.add(lease)

    # --- operating ----------------------------------------------------------------------------

    @rule(who=who, chosen=st.lists(picks, min_size=1, max_size=3))
    def cancel(self, who: int, chosen: list[int]) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        ids = [self._pick(view, each) for each in chosen]
        done = session.attempt(lambda: value(session.db, "select job_queue_cancel(%s)", ids))
        if done is not None:
            assert set(done) == {i for i in ids if i in view.jobs and view.jobs[i].status in LIVE}
            for job_id in done:
                view.jobs[job_id].take_away("cancelled")
            self._keep(session, view)

    @rule(who=who, pick=picks)
    def retry(self, who: int, pick: int) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        job_id = self._pick(view, pick)
        job = view.jobs.get(job_id)
        call = "select job_queue_retry(array[%s::bigint])"
        revive = self._reviving(session, view, job_id, lambda: value(session.db, call, job_id))
        if revive is not None:
            assert bool(revive) == bool(job and job.status != "running")
            if job and revive:
                job.become("pending")
            self._keep(session, view, revive)

    @rule(queue=st.sampled_from([*QUEUES, "*"]))
    def pause(self, queue: str) -> None:
        self.operator.db.execute("select job_queue_pause(%s, 'why')", [queue])
        self.world.committed.paused.add((queue, "*"))

    @rule(queue=st.sampled_from([*QUEUES, "*", "*"]))
    def resume(self, queue: str) -> None:
        self.operator.db.execute("select job_queue_resume(%s)", [queue])
        self.world.committed.paused.discard((queue, "*"))

    @rule(who=who)
    def cleanup(self, who: int) -> None:
        """Remove what has ended, but for what others hold and what ended after our own start."""
        session = self.world.sessions[who]
        view = self.world.view(session)
        count = session.attempt(lambda: value(session.db, "select job_queue_cleanup('0')"))
        if count is not None:
            gone = view.jobs.keys() - {row["id"] for row in session.db.execute(ROWS)}
            assert count == len(gone)
            assert gone.isdisjoint(self.world.locked(by_others_than=session))
            for job_id in gone:
                assert view.jobs.pop(job_id).status in ("succeeded", "cancelled")
            self._keep(session, view)

    @rule()
    def survey(self) -> None:
        """Let the next claim raise the floors, however short it is since the last one did."""
        self.operator.db.execute("select setval('supaops.survey_due', 1)")

    @rule(who=who)
    def recount(self, who: int) -> None:
        session = self.world.sessions[who]
        session.attempt(lambda: value(session.db, "select supaops.recount()"))

    @rule()
    def sweep(self) -> None:
        """Find no floor to lower: whatever is below one would be a job that was lost."""
        self.operator.db.execute("select setval('supaops.sweep_due', 1)")
        assert value(self.operator.db, "select supaops.sweep()") == 0

    @precondition(lambda self: self.steps > STEPS_BETWEEN_RESTARTS)
    @rule(how=st.sampled_from(["fast", "immediate"]))
    def restart_the_server(self, how: How) -> None:
        self.steps = 0
        self.server.restart(how)
        for place, session in enumerate([self.operator, *self.world.sessions]):
            session.db.close()
            session.forget()
            session.db = self.connections[place] = impatient(self.server)

    # --- by hand ------------------------------------------------------------------------------

    @rule(who=who, pick=picks, status=st.sampled_from(STATUSES), delay=delays)
    def edit_status(self, who: int, pick: int, status: str, delay: timedelta) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        job_id = self._pick(view, pick)
        job = view.jobs.get(job_id)
        statement = "update job_queue set status = %s, run_at = %s where id = %s"
        arguments = [status, moment(delay), job_id]

        def edit() -> int:
            return session.db.execute(statement, arguments).rowcount

        edited = (
            self._reviving(session, view, job_id, edit) if status in LIVE else session.attempt(edit)
        )
        if edited is None:
            return
        assert edited == bool(job)
        if job and status == "running" and job.status != "running":
            call = "select lease_id from job_queue where id = %s"
            self.world.hold(view, job_id, value(session.db, call, job_id))
            job.max_attempts, job.due = max(job.max_attempts, job.attempts), due(delay)
        elif job and status == "running":
            job.due = due(delay)
        elif job:
            job.take_away(status, due=due(delay))
        self._keep(session, view, [job_id] if job else [])

    @rule(who=who, pick=picks, queue=queues, priority=st.integers(-1, 1))
    def edit_place(self, who: int, pick: int, queue: str, priority: int) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        job_id = self._pick(view, pick, "pending")
        job = view.jobs.get(job_id)
        if job and job.dedup_key is not None:
            return
        statement = "update job_queue set queue = %s, priority = %s where id = %s"
        arguments = [queue, priority, job_id]
        edited = session.attempt(lambda: session.db.execute(statement, arguments).rowcount)
        if job and edited:
            job.queue = queue
            self._keep(session, view, [job_id])

    @precondition(lambda self: len(self.world.committed.jobs) > 4)
    @rule(who=who, pick=picks)
    def delete(self, who: int, pick: int) -> None:
        session = self.world.sessions[who]
        view = self.world.view(session)
        job_id = self._pick(view, pick)
        statement = "delete from job_queue where id = %s"
        if session.attempt(lambda: session.db.execute(statement, [job_id]).rowcount):
            del view.jobs[job_id]
            self._keep(session, view)

    # --- what always holds --------------------------------------------------------------------

    @rule()
    def nothing_ready_is_left_unclaimed(self) -> None:
        """Claim until all that is free has come, whatever the others hold open meanwhile."""
        missing = self.world.must_be_handed_out()

        def all_has_come() -> bool:
            missing.difference_update(self._claim(self.operator, 100, None))
            return not missing

        until(all_has_come, seconds=SOON_S)

    @invariant()
    def everybody_sees_what_is_committed(self) -> None:
        self.steps += 1
        self._compare(self.operator, self.world.committed)
        assert column(self.operator.db, UNHELD) == []
        assert column(self.operator.db, ORPHANS) == []
        assert column(self.operator.db, BELOW_FLOOR) == []
        assert self.operator.db.execute(MISCOUNTED).fetchall() == []

    def teardown(self) -> None:
        """Lose every worker and give up every transaction: each job must be there to be run."""
        for session in self.world.sessions:
            if session.open:
                self.world.end(session, commit=False)
        for queue in [*QUEUES, "*"]:
            self.resume(queue)
        leases = column(
            self.operator.db, "update supaops.lease set expires_at = now() returning id"
        )
        self.world.expired.update(leases)
        self.world.surely_expired.update(leases)
        self.nothing_ready_is_left_unclaimed()
        self.everybody_sees_what_is_committed()

    # --- helpers ------------------------------------------------------------------------------

    def _pick(self, view: Model, number: int, status: str = "running") -> int:
        """Return a job of a view, mostly one of a status where it gets interesting."""
        such = [i for i, job in view.jobs.items() if job.status == status]
        return chosen(number, such if such and number % 4 else [*view.jobs, 10**9])

    def _lease(self, number: int) -> int:
        return chosen(number, sorted(self.world.members, reverse=True))

    def _reports(
        self, view: Model, picked: list[tuple[int, int]]
    ) -> tuple[list[int], list[int | None]]:
        """Return jobs and for each a lease: its own, one that it had, or none."""
        reports: dict[int, int | None] = {}
        for pick, lease in picked:
            job_id = self._pick(view, pick)
            past = view.jobs[job_id].past if job_id in view.jobs else []
            reports[job_id] = [None, *past][-1 - lease % (len(past) + 1)]
        return [*reports], [*reports.values()]

    def _added(self, session: Session, view: Model, job_id: int, job: Job) -> None:
        holders = view.holders_of(job.queue, job.dedup_key)
        if job_id in view.jobs:
            # Behind an old snapshot, the one that this session added itself.
            assert job_id == max(holders)
        else:
            # Behind an old snapshot the holder may have ended without the session seeing it.
            assert not holders or session.snapshot
            view.jobs[job_id] = job

    def _reviving(self, session: Session, view: Model, job_id: int, call: Callable[[], Any]) -> Any:
        """Make a call that is refused when another live job has the dedup_key, and only then."""
        free = [
            each.may_come_alive(job_id)
            for each in (view, self.world.committed)
            if job_id in each.jobs
        ]
        try:
            answer = session.attempt(call)
        except psycopg.errors.UniqueViolation:
            assert not all(free)
            return None
        assert answer is None or all(free) or session.snapshot
        return answer

    def _claim(self, session: Session, limit: int, only: list[str] | None) -> set[int]:
        view = self.world.view(session)
        rows = session.attempt(lambda: claim(session.db, limit, queues=only))
        if rows is None:
            assert session.snapshot, "a claim at read committed waits for nobody"
            return set()
        assert len(rows) <= limit
        assert all(only is None or row["queue"] in only for row in rows)
        assert all(row["run_at"] <= datetime.now(UTC) for row in rows)
        return self._claimed(session, view, rows)

    def _claimed(self, session: Session, view: Model, rows: list[dict[str, Any]]) -> set[int]:
        """Take lost jobs over as the session did, and hand out what it was given."""
        seen = {row["id"]: row for row in session.db.execute(ROWS)}
        for job_id, job in view.jobs.items():
            if job.lease in view.expired and seen[job_id]["lease_id"] != job.lease:
                job.lose()
        ids = {row["id"] for row in rows}
        assert len(ids) == len(rows)
        assert len({row["lease_id"] for row in rows}) <= 1
        assert ids.isdisjoint(self.world.locked(by_others_than=session)), "two holders at once"
        assert ids <= view.ready(None)
        for row in rows:
            self.world.hold(view, row["id"], row["lease_id"])
        self._keep(session, view)
        return ids

    def _keep(self, session: Session, view: Model, touched: list[int] | None = None) -> None:
        self._compare(session, view)
        self.world.keep(session, view, touched or ())

    def _compare(self, session: Session, view: Model) -> None:
        rows = {row["id"]: row for row in session.db.execute(ROWS)}
        assert rows.keys() == view.jobs.keys()
        for job_id, row in rows.items():
            names = ("queue", "status", "attempts", "max_attempts", "lease_id")
            assert tuple(row[name] for name in names) == view.jobs[job_id].facts()


def impatient(server: PrivateServer) -> Connection:
    """Connect as a session that gives way to the others."""
    connection = connect(server.stack.url, application_name="pytest session")
    connection.execute(IMPATIENCE)
    return connection


def chosen(number: int, among: Sequence[T]) -> T:
    return among[number % len(among)]


def held(view: Model, ids: list[int], leases: list[int | None]) -> set[int]:
    """Return the jobs whose reports must be accepted."""
    return {i for i, lease in zip(ids, leases, strict=True) if view.held(i, lease)}


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    with private_server() as started:
        with connect(started.stack.url) as db:
            install(db)
        yield started


@pytest.mark.timeout(120 * FACTOR)
def test_open_transactions_and_restarts_lose_no_job_and_give_none_to_two(
    server: PrivateServer,
) -> None:
    connections = [impatient(server) for _ in range(1 + SESSIONS)]
    machine = type("Machine", (Histories,), {"server": server, "connections": connections})
    try:
        run_state_machine_as_test(machine, settings=histories(15, steps=80))
    finally:
        for each in connections:
            each.close()
