"""The shape of `ops/config/*.yaml`: frozen pydantic models, one per section.

Field names are the YAML's keys, and the text below each is what editors and the reference show.
Every duration is a `timedelta`, every reference a `Reference`; nothing here reads the environment
or the disk.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from supaops.config.dashboard import Dashboard
from supaops.config.fields import (
    DatabaseUrl,
    Duration,
    DurationOrZero,
    Identifier,
    JsonObject,
    ObjectName,
    PayloadSchema,
    QueueName,
    Rate,
    Reference,
    Schedule,
    SchemaName,
    Statement,
    TaskTypeName,
    Text,
)
from supaops.config.health import History, Runbook, Sentry, Slo, Watch
from supaops.config.places import SourceMap
from supaops.config.problem import Complaint
from supaops.config.section import Section
from supaops.config.thresholds import Checks
from supaops.config.worker import Worker

PRODUCTION = frozenset({"production", "prod"})
"""Environments that are protected unless their overlay says otherwise."""
DEFAULT_QUEUE = "default"
"""That of a task type which names none."""
CALL_OR_SQL = "expected exactly one of `call` and `sql`"


class Database(Section):
    """Where the queue lives."""

    url: DatabaseUrl
    """A reference, a URL without a password, or `local`: what runs on this machine."""


class Retry(Section):
    """Exponential backoff: ``min(max, base * factor ** (attempt - 1))``, spread by ``jitter``."""

    base: DurationOrZero = timedelta(seconds=5)
    """Delay before the second attempt."""
    factor: float = Field(default=2.0, ge=1, le=10)
    """What each further delay is multiplied by."""
    max: Duration = timedelta(hours=1)
    """The longest delay."""
    jitter: float = Field(default=0.2, ge=0, le=1)
    """The fraction by which a delay may grow or shrink at random."""


class TaskRetry(Section):
    """What a task type does otherwise than `queue.retry`."""

    base: DurationOrZero | None = None
    """Delay before the second attempt; null takes that of `queue.retry`, as do the other three."""
    factor: float | None = Field(default=None, ge=1, le=10)
    """What each further delay is multiplied by."""
    max: Duration | None = None
    """The longest delay."""
    jitter: float | None = Field(default=None, ge=0, le=1)
    """The fraction by which a delay may grow or shrink at random."""


class Retention(Section):
    """How long a finished job is kept, per status."""

    succeeded: DurationOrZero | None = timedelta(days=14)
    """Age at which `cleanup` removes a succeeded job; null keeps it for ever."""
    cancelled: DurationOrZero | None = timedelta(days=14)
    """Age at which `cleanup` removes a cancelled job; null keeps it for ever."""
    failed: DurationOrZero | None = None
    """Age at which `cleanup` removes a failed job; null keeps it for ever."""


class Limit(Section):
    """What the jobs of a queue may do together, at most."""

    concurrency: int | None = Field(default=None, ge=1, le=100_000)
    """How many of its jobs run at once, at most; null is no limit."""
    rate: Rate | None = None
    """How many of its jobs start, at most: `100/s`, `20/m`, `500/15m`; null is no limit."""


class TaskType(Section):
    """One kind of job: where it queues, how often it is tried, and what its payload looks like."""

    queue: Identifier = DEFAULT_QUEUE
    """The queue that its jobs wait in unless `enqueue` names another."""
    max_attempts: int = Field(default=5, ge=1, le=1000)
    """How often a job is tried before it is `failed`."""
    timeout: Duration = timedelta(seconds=30)
    """How long one attempt may take; at most `queue.lease`."""
    retry: TaskRetry = TaskRetry()
    """The delays between its attempts, where they differ from `queue.retry`."""
    concurrency: int | None = Field(default=None, ge=1, le=100_000)
    """How many jobs of it run at once, at most, in all queues together; null is no limit."""
    description: Text = ""
    """What the job does, for people."""
    payload: PayloadSchema | None = None
    """JSON Schema that `enqueue` holds each payload against; null takes any payload."""


class Queue(Section):
    """The queue's table and functions."""

    name: QueueName = "job_queue"
    """The table's name and the prefix of every function."""
    schema_name: SchemaName = Field(default="public", alias="schema")
    """The schema of the table and the functions."""
    lease: Duration = timedelta(minutes=5)
    """How long a claim holds a job without a heartbeat before another worker may take it."""
    retry: Retry = Retry()
    """The delays between attempts."""
    retention: Retention = Retention()
    """How long finished jobs are kept."""
    limits: dict[Identifier, Limit] = Field(default_factory=dict)
    """What each queue may do at most, by the name of the queue."""
    task_types: dict[TaskTypeName, TaskType] = Field(min_length=1)
    """The kinds of jobs, by name; at least one."""


class VaultSecret(Section):
    """A secret by name; its value stays outside the file."""

    description: Text = ""
    """What the secret is for; stored beside it in Vault."""
    value: Reference
    """Where the value is: `env(NAME)`, `file(PATH)`, `cmd(PROGRAM ...)` or `project_url(/PATH)`."""


class Vault(Section):
    """The secrets that the chain needs in Vault."""

    secrets: dict[ObjectName, VaultSecret] = Field(default_factory=dict)
    """The secrets, by name."""


class CronJob(Section):
    """A pg_cron job: either `call`, a function of the queue, or `sql`, any one statement."""

    schedule: Schedule
    """When it runs, in UTC: five cron fields, `@hourly` and its like, or `30 seconds`."""
    call: Literal["trigger_worker", "cleanup", "maintain"] | None = None
    """A function of the queue without its prefix."""
    sql: Statement | None = None
    """One SQL statement, instead of `call`."""
    active: bool = True
    """Whether pg_cron runs it."""
    guard: bool = True
    """Whether it runs only where the worker has confirmed the database; see `clone_guard`."""
    description: Text = ""
    """What the job does, for people."""

    @model_validator(mode="after")
    def _exactly_one_target(self) -> Self:
        if (self.call is None) == (self.sql is None):
            raise Complaint(CALL_OR_SQL, reveal=False)
        return self


class Cron(Section):
    """The schedules."""

    jobs: dict[ObjectName, CronJob] = Field(default_factory=dict)
    """The pg_cron jobs, by name."""


class Smoke(Section):
    """The job that ``supaops smoke`` sends through the chain."""

    task_type: Identifier = "supaops_smoke"
    """A declared task type, or `supaops_smoke`, which supaops declares and handles itself."""
    payload: JsonObject = Field(default_factory=dict)
    """The job's payload."""


class Config(Section):
    """One environment, whole: base file and overlay merged and checked."""

    version: Literal[1]
    """The version of this file's format."""
    database: Database
    """Where the queue lives."""
    queue: Queue
    """The queue's table and functions."""
    worker: Worker
    """The endpoint that pg_net posts to."""
    vault: Vault = Vault()
    """The secrets that the chain needs in Vault."""
    cron: Cron = Cron()
    """The schedules."""
    clone_guard: bool = True
    """Whether a copy of the database is kept from acting; needs a worker that confirms posts."""
    smoke: Smoke = Smoke()
    """The job that `supaops smoke` sends through the chain."""
    history: History = History()
    """How long the records of what happened are kept."""
    slo: Slo = Slo()
    """What the queue's users are promised; checks, alerts and dashboards follow it."""
    checks: Checks = Checks()
    """What the health checks call a fault."""
    watch: Watch = Watch()
    """The watcher, which runs the checks again and again."""
    sentry: Sentry = Sentry()
    """Where the worker reports failures without retries left."""
    runbook: Runbook = Runbook()
    """Names and contacts in the playbook."""
    dashboard: Dashboard = Dashboard()
    """The control room: who may come in, and what it does not show."""
    protected: bool | None = None
    """Whether a change must name it by `--env`; null: if it is called production or prod."""
    environment: Identifier = "local"
    """The environment that was loaded; chosen on the command line, never in a file."""

    _source: SourceMap = PrivateAttr(default_factory=SourceMap)

    @property
    def is_protected(self) -> bool:
        """Tell whether a change must name this environment on the command line."""
        return self.environment in PRODUCTION if self.protected is None else self.protected
