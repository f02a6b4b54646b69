"""Six connections at once do what they like, in transactions that stay open for some milliseconds.

`test_sessions.py` knows what each call must do and so runs one at a time. Here they really meet;
what can be said is only what must hold however they meet.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import (
    BELOW_FLOOR,
    MISCOUNTED,
    ORPHANS,
    UNHELD,
    Row,
    claim,
    column,
    enqueue,
    value,
)
from tests.examples import FACTOR
from tests.waiting import until

pytestmark = pytest.mark.stack

CONNECTIONS = 6
STEPS = 250 * FACTOR
# What may become of a call whose transaction met another one; nothing has happened then.
GAVE_WAY = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)
EDITS: tuple[LiteralString, ...] = (
    "queue = case queue when 'default' then 'reports' else 'default' end",
    "priority = 1 - priority",
    "task_type = case task_type when 'plain' then 'report' else 'plain' end",
    "status = 'pending', run_at = now()",
    "status = 'running'",
    "run_at = now() + interval '20 ms'",
    "last_error = 'looked at'",
)


@dataclass
class Happened:
    """What has been committed: jobs added, attempts begun as (job, number), reports accepted."""

    added: list[int] = field(default_factory=list)
    begun: list[tuple[int, int]] = field(default_factory=list)
    accepted: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Actor:
    """One connection. `held` are the rows of its claims, also of those that were taken over."""

    db: Connection
    chance: random.Random
    happened: Happened = field(default_factory=Happened)
    held: list[Row] = field(default_factory=list)

    def act(self) -> None:
        """Do a few things in one transaction, hold it open for a while, and mostly commit."""
        for _ in range(STEPS):
            news = Happened()
            held = list(self.held)
            try:
                with self.db.transaction(force_rollback=self.chance.random() < 0.2) as this:
                    if self.chance.random() < 0.2:
                        self.db.execute("set transaction isolation level repeatable read")
                    for action in self.chance.choices(ACTIONS, k=self.chance.choice((1, 1, 1, 3))):
                        action(self, news)
                    pause = self.chance.choice((0, 0, 0, 0.001, 0.02))
                    self.db.execute("select pg_sleep(%s)", [pause])
            except GAVE_WAY:
                self.held = held
                continue
            if this.force_rollback:
                self.held = held
                continue
            self.happened.added += news.added
            self.happened.begun += news.begun
            self.happened.accepted += news.accepted

    def add(self, news: Happened) -> None:
        moment = datetime.now(UTC) + timedelta(seconds=self.chance.choice((0, 0, 0.02)))
        options = {"priority": self.chance.randrange(2), "max_attempts": 1000, "run_at": moment}
        news.added.append(enqueue(self.db, self.chance.choice(("plain", "report")), **options))

    def claim(self, news: Happened) -> None:
        rows = claim(self.db, self.chance.choice((0, 1, 5)))
        news.begun += [(row["id"], row["attempts"]) for row in rows]
        self.held += rows

    def succeed(self, news: Happened) -> None:
        some = self.chance.sample(self.held, k=min(len(self.held), 4))
        lease_of = {row["id"]: row["lease_id"] for row in some}
        call = "select job_queue_mark_succeeded_many(%s, %s)"
        accepted = value(self.db, call, [*lease_of], [*lease_of.values()])
        news.accepted += [(job_id, lease_of[job_id]) for job_id in accepted]

    def fail(self, news: Happened) -> None:
        if self.held:
            row = self.chance.choice(self.held)
            call = "select job_queue_mark_failed(%s, 'boom', %s, '5 ms')"
            if value(self.db, call, row["id"], row["lease_id"]):
                news.accepted.append((row["id"], row["lease_id"]))

    def lose(self, _news: Happened) -> None:
        """Let a lease run out, perhaps one of another connection."""
        self.db.execute(
            "update supaops.lease set expires_at = now() where id in"
            " (select id from supaops.lease where closed_at is null order by random() limit 1)"
        )

    def edit(self, _news: Happened) -> None:
        """Edit some job by hand, mostly one that waits."""
        which = self.chance.choice(("status = 'pending'", "status = 'pending'", "true"))
        some = f"select id from job_queue where {which} order by random() limit 1"
        edit = f"update job_queue set {self.chance.choice(EDITS)} where id in ({some})"
        self.db.execute(edit.encode())

    def survey(self, _news: Happened) -> None:
        self.db.execute("select setval('supaops.survey_due', 1)")

    def tend(self, _news: Happened) -> None:
        """Do what a tick does, without its patience."""
        self.db.execute("select setval('supaops.sweep_due', 1)")
        self.db.execute("select supaops.upkeep(), supaops.tend_lanes('0 s', 1)")


ACTIONS = (
    *(2 * [Actor.add, Actor.succeed]),
    *(3 * [Actor.claim]),
    *(Actor.fail, Actor.lose, Actor.edit, Actor.survey, Actor.tend),
)


@pytest.mark.timeout(120 * FACTOR)
def test_whatever_meets_no_job_is_lost_or_begun_twice(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    seeds = random.Random(1 if FACTOR == 1 else None)  # noqa: S311  no secret
    actors = [
        Actor(another(), random.Random(seeds.random()))  # noqa: S311  no secret
        for _ in range(CONNECTIONS)
    ]
    for actor in actors:
        actor.db.execute("set lock_timeout = '300ms'")
    threads = [threading.Thread(target=actor.act) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    added = {job_id for actor in actors for job_id in actor.happened.added}
    begun = Counter(each for actor in actors for each in actor.happened.begun)
    accepted = Counter(each for actor in actors for each in actor.happened.accepted)
    assert added == set(column(queue, "select id from job_queue"))
    assert set(begun.values()) == set(accepted.values()) == {1}
    assert column(queue, UNHELD) == column(queue, ORPHANS) == column(queue, BELOW_FLOOR) == []
    assert queue.execute(MISCOUNTED).fetchall() == []
    hand_out_everything(queue)


def hand_out_everything(db: Connection) -> None:
    """Lose every worker; whatever waits or ran must then be handed out at once."""
    db.execute("update supaops.lease set expires_at = now() where closed_at is null")
    missing = set(column(db, "select id from job_queue where status in ('pending', 'running')"))

    def all_have_come() -> bool:
        missing.difference_update(row["id"] for row in claim(db, 1000))
        return not missing

    until(all_have_come, seconds=3)
