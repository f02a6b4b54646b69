"""The queue as a few lines of Python say it works: what the SQL is held against."""

from __future__ import annotations

from dataclasses import dataclass, field

LIVE = ("pending", "running")


@dataclass
class Job:
    """One job.

    Its task type is `plain`. `lease` is that of its latest attempt, null once the job was taken
    away from its worker; `past` are all there ever were.
    """

    queue: str
    max_attempts: int
    dedup_key: str | None
    due: bool
    status: str = "pending"
    attempts: int = 0
    lease: int | None = None
    past: list[int] = field(default_factory=list)

    def take_away(self, status: str, *, due: bool = True) -> None:
        """Change the status over the head of whoever holds the job."""
        if self.status == "running":
            self.lease = None
        self.become(status, due=due)

    def become(self, status: str, *, due: bool = True) -> None:
        """Change the status."""
        self.status, self.due = status, due
        if status == "pending":
            self.max_attempts = max(self.max_attempts, self.attempts + 1)

    def hold(self, lease: int) -> None:
        """Start an attempt under a lease."""
        self.status, self.lease, self.attempts = "running", lease, self.attempts + 1
        self.past.append(lease)

    def fail(self, *, due: bool) -> None:
        """End an attempt that failed."""
        self.become("pending" if self.attempts < self.max_attempts else "failed", due=due)

    def lose(self) -> None:
        """End an attempt whose lease has run out."""
        self.fail(due=self.due)
        self.lease = None

    def facts(self) -> tuple[object, ...]:
        """Return what the job's row must say."""
        return (self.queue, self.status, self.attempts, self.max_attempts, self.lease)


@dataclass
class Model:
    """Every job by id, the pauses, the jobs of each lease and which leases ran out.

    A pause is a queue and a task type; `kept` are leases that took over and stay on record for
    their lost worker.
    """

    jobs: dict[int, Job] = field(default_factory=dict)
    paused: set[tuple[str, str]] = field(default_factory=set)
    expired: set[int] = field(default_factory=set)
    members: dict[int, set[int]] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)

    def hold(self, job_id: int, lease: int) -> None:
        """Give a job to the holder of a lease."""
        self.jobs[job_id].hold(lease)
        self.members.setdefault(lease, set()).add(job_id)

    def holds(self, lease: int) -> set[int]:
        """Return the jobs that a lease holds."""
        return {i for i, j in self.jobs.items() if (j.status, j.lease) == ("running", lease)}

    def lost(self, lease: int) -> set[int]:
        """Return the jobs of a lease that were taken away, or have gone on to another."""
        members = self.members.get(lease, set())
        return {i for i in members if i not in self.jobs or self.jobs[i].lease != lease}

    def holder_of(self, queue: str, dedup_key: str | None) -> int | None:
        """Return the live job that has a dedup_key in a queue."""
        return next(iter(self.holders_of(queue, dedup_key)), None)

    def holders_of(self, queue: str, dedup_key: str | None) -> list[int]:
        """Return the live jobs that have a dedup_key in a queue.

        Behind an old snapshot one that has ended looks live beside the one that came after it.
        """
        return [
            job_id
            for job_id, job in self.jobs.items()
            if dedup_key is not None
            and (job.queue, job.dedup_key) == (queue, dedup_key)
            and job.status in LIVE
        ]

    def may_come_alive(self, job_id: int) -> bool:
        """Tell whether no other live job has this one's dedup_key."""
        job = self.jobs[job_id]
        return self.holder_of(job.queue, job.dedup_key) in (None, job_id)

    def held(self, job_id: int, lease: int | None) -> bool:
        """Tell whether a completion counts; without a lease it counts for any holder."""
        job = self.jobs.get(job_id)
        return bool(job and job.status == "running" and lease in (None, job.lease))

    def take_over(self) -> None:
        """Take the jobs of expired leases from their workers."""
        for lease in self.expired:
            for job_id in self.holds(lease):
                self.kept.add(lease)
                self.jobs[job_id].lose()
        self.expired.clear()

    def ready(self, queues: list[str] | None) -> set[int]:
        """Return the jobs that a claim may hand out."""
        return {
            job_id
            for job_id, job in self.jobs.items()
            if job.status == "pending"
            and job.due
            and not self.paused & {(q, t) for q in ("*", job.queue) for t in ("*", "plain")}
            and (queues is None or job.queue in queues)
        }
