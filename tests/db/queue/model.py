"""The queue as a few lines of Python say it works: what the SQL is held against."""

from __future__ import annotations

from dataclasses import dataclass, field

LIVE = ("pending", "running")


@dataclass
class Job:
    """One job; `lease` is the one that holds it, so null unless it runs."""

    queue: str
    max_attempts: int
    dedup_key: str | None
    due: bool
    status: str = "pending"
    attempts: int = 0
    lease: int | None = None

    def become(self, status: str, *, due: bool = True) -> None:
        """Change the status; whoever held the job holds it no more."""
        self.status, self.due, self.lease = status, due, None
        if status == "pending":
            self.max_attempts = max(self.max_attempts, self.attempts + 1)

    def hold(self, lease: int) -> None:
        """Start an attempt under a lease."""
        self.status, self.lease, self.attempts = "running", lease, self.attempts + 1

    def fail(self, *, due: bool) -> None:
        """End an attempt that failed."""
        self.become("pending" if self.attempts < self.max_attempts else "failed", due=due)

    def facts(self) -> tuple[object, ...]:
        """Return what the job's row must say."""
        return (self.queue, self.status, self.attempts, self.max_attempts, self.lease)


@dataclass
class Model:
    """Every job by id, the paused queues, the leases that have run out."""

    jobs: dict[int, Job] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    expired: set[int] = field(default_factory=set)

    def holder_of(self, queue: str, dedup_key: str | None) -> int | None:
        """Return the live job that has a dedup_key in a queue."""
        return next(
            (
                job_id
                for job_id, job in self.jobs.items()
                if dedup_key is not None
                and (job.queue, job.dedup_key) == (queue, dedup_key)
                and job.status in LIVE
            ),
            None,
        )

    def may_come_alive(self, job_id: int) -> bool:
        """Tell whether no other live job has this one's dedup_key."""
        job = self.jobs[job_id]
        return self.holder_of(job.queue, job.dedup_key) in (None, job_id)

    def held(self, job_id: int, lease: int | None) -> bool:
        """Tell whether a completion counts; without a lease it counts for any holder."""
        job = self.jobs.get(job_id)
        return bool(job and job.status == "running" and lease in (None, job.lease))

    def take_over(self) -> list[int]:
        """Take the jobs of expired leases from their workers; return those that run again."""
        lost = [job_id for job_id, job in self.jobs.items() if job.lease in self.expired]
        for job_id in lost:
            self.jobs[job_id].fail(due=True)
        self.expired.clear()
        return [job_id for job_id in lost if self.jobs[job_id].status == "pending"]

    def ready(self, queues: list[str] | None) -> set[int]:
        """Return the jobs that a claim may hand out."""
        return {
            job_id
            for job_id, job in self.jobs.items()
            if job.status == "pending"
            and job.due
            and not self.paused & {"*", job.queue}
            and (queues is None or job.queue in queues)
        }
