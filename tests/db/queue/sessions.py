"""What each of several sessions with open transactions must see of one queue.

`World.committed` is what everybody sees. A session sees that, or what its snapshot kept of it, and
over it what it has changed itself. Whatever a session has touched is locked until it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TypeVar

import psycopg

from supaops.db.connect import Connection
from tests.db.queue.model import Job, Model

T = TypeVar("T")

# What a call raises that gave way to another session: nothing has happened then.
GAVE_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.SerializationFailure)


@dataclass
class Session:
    """A connection, perhaps with an open transaction.

    `snapshot` is what a transaction of level REPEATABLE READ goes on seeing of the others' work;
    `changed` holds the jobs that it has touched, None for one it has deleted.
    """

    db: Connection
    open: bool = False
    snapshot: Model | None = None
    changed: dict[int, Job | None] = field(default_factory=dict)

    def begin(self, level: str, committed: Model) -> None:
        """Open a transaction; above READ COMMITTED its snapshot is taken at once."""
        self.db.execute(f"begin isolation level {level}".encode())
        if level != "read committed":
            self.db.execute("select from job_queue")
            self.snapshot = deepcopy(committed)
        self.open = True

    def attempt(self, call: Callable[[], T]) -> T | None:
        """Make a call that may give way to others; None then, and nothing has happened."""
        try:
            if not self.open:
                return call()
            with self.db.transaction():
                return call()
        except GAVE_WAY:
            return None

    def end(self, *, commit: bool) -> dict[int, Job | None]:
        """End the transaction and return what has become of the jobs for everybody."""
        self.db.execute("commit" if commit else "rollback")
        changed = self.forget()
        return changed if commit else {}

    def forget(self) -> dict[int, Job | None]:
        """Be as after the end of a transaction; return what it had changed."""
        changed, self.changed = self.changed, {}
        self.open, self.snapshot = False, None
        return changed


@dataclass
class World:
    """What is committed, the sessions, and what is known of the leases.

    `expired` leases may be taken over by a claim; `surely_expired` ones must be, by the next claim
    that does not find them locked. `members` are the jobs that a lease was given for.
    """

    sessions: list[Session] = field(default_factory=list)
    committed: Model = field(default_factory=Model)
    expired: set[int] = field(default_factory=set)
    surely_expired: set[int] = field(default_factory=set)
    members: dict[int, set[int]] = field(default_factory=dict)

    def view(self, session: Session) -> Model:
        """Return what a session sees."""
        view = deepcopy(session.snapshot or self.committed)
        view.expired = set(self.expired)
        apply(view, session.changed)
        return view

    def keep(self, session: Session, view: Model, touched: Iterable[int] = ()) -> None:
        """Keep what a session's call has made of its view; `touched` jobs may look as before."""
        before = self.view(session)
        for job_id in {*before.jobs, *view.jobs, *touched}:
            job = view.jobs.get(job_id)
            if job_id in touched or job != before.jobs.get(job_id):
                session.changed[job_id] = job
        if not session.open:
            apply(self.committed, session.forget())

    def end(self, session: Session, *, commit: bool) -> None:
        """End a session's transaction."""
        apply(self.committed, session.end(commit=commit))

    def locked(self, *, by_others_than: Session | None = None) -> set[int]:
        """Return the jobs that open transactions have touched."""
        return {
            job_id
            for session in self.sessions
            if session is not by_others_than
            for job_id in session.changed
        }

    def hold(self, view: Model, job_id: int, lease: int) -> None:
        """Give a job of a view to the holder of a lease."""
        view.jobs[job_id].hold(lease)
        self.members.setdefault(lease, set()).add(job_id)

    def lost(self, view: Model, lease: int) -> set[int]:
        """Return the jobs of a lease that it does not hold any more."""
        members = self.members.get(lease, set())
        return {i for i in members if i not in view.jobs or view.jobs[i].lease != lease}

    def must_be_handed_out(self) -> set[int]:
        """Return the jobs that a claimer must get within a few seconds, whatever is held open."""
        view, locked = deepcopy(self.committed), self.locked()
        for lease in self.surely_expired:
            if self.members[lease].isdisjoint(locked):
                view.expired.add(lease)
        view.take_over()
        return view.ready(None) - locked


def apply(model: Model, changed: dict[int, Job | None]) -> None:
    """Put changed jobs over those of a model."""
    for job_id, job in changed.items():
        if job is None:
            model.jobs.pop(job_id, None)
        else:
            model.jobs[job_id] = deepcopy(job)
