"""The shape of `ops/config/*.yaml`: frozen pydantic models, one per section.

Field names are the YAML's keys. Every duration is a `timedelta`, every environment reference an
`EnvRef`; nothing here reads the environment or the disk.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from supaops.config.fields import (
    DatabaseUrl,
    Duration,
    DurationOrZero,
    EnvValue,
    HeaderName,
    Identifier,
    JsonObject,
    ObjectName,
    PayloadSchema,
    QueueName,
    Schedule,
    SchemaName,
    SecretName,
    Statement,
    TaskTypeName,
    Text,
)
from supaops.config.places import SourceMap
from supaops.config.problem import Complaint


class Section(BaseModel):
    """Refuse unknown keys, hold still after validation."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)


class Database(Section):
    """Where the queue lives.

    `url` is ``env(NAME)``, a libpq URL without a password, or ``local``: the stack that
    ``supaops local up`` started for this checkout.
    """

    url: DatabaseUrl


class Retry(Section):
    """Exponential backoff: ``min(max, base * factor ** (attempt - 1))``, spread by ``jitter``.

    `jitter` is the fraction by which a delay may grow or shrink at random, 0 to 1.
    """

    base: DurationOrZero = timedelta(seconds=5)
    factor: float = Field(default=2.0, ge=1, le=10)
    max: Duration = timedelta(hours=1)
    jitter: float = Field(default=0.2, ge=0, le=1)


class Retention(Section):
    """How long a finished job is kept, per status; null keeps it for ever."""

    succeeded: DurationOrZero | None = timedelta(days=14)
    cancelled: DurationOrZero | None = timedelta(days=14)
    failed: DurationOrZero | None = None


class TaskType(Section):
    """One kind of job: where it queues, how often it is tried, and what its payload looks like."""

    queue: Identifier = "default"
    max_attempts: int = Field(default=5, ge=1, le=1000)
    timeout: Duration = timedelta(seconds=30)
    description: Text = ""
    payload: PayloadSchema | None = None


class Queue(Section):
    """The queue's table and functions; `name` is the prefix of each of them."""

    name: QueueName = "job_queue"
    schema_name: SchemaName = Field(default="public", alias="schema")
    lease: Duration = timedelta(minutes=5)
    retry: Retry = Retry()
    retention: Retention = Retention()
    task_types: dict[TaskTypeName, TaskType] = Field(min_length=1)


class Worker(Section):
    """The endpoint that pg_net posts to; `endpoint` and `secret` are Vault names."""

    endpoint: SecretName
    secret: SecretName
    header: HeaderName = "x-job-runner-secret"
    batch_limit: int = Field(default=10, ge=1, le=1000)
    timeout: Duration = timedelta(seconds=5)


class VaultSecret(Section):
    """A secret by name; its value stays outside the file."""

    description: Text = ""
    value: EnvValue


class Vault(Section):
    """The secrets that the chain needs in Vault, by name."""

    secrets: dict[ObjectName, VaultSecret] = Field(default_factory=dict)


class CronJob(Section):
    """A pg_cron job: either `call`, a function of the queue, or `sql`, any one statement.

    `call` is the function's name without the queue's prefix: ``trigger_worker`` or ``cleanup``.
    """

    schedule: Schedule
    call: Literal["trigger_worker", "cleanup"] | None = None
    sql: Statement | None = None
    active: bool = True
    description: Text = ""

    @model_validator(mode="after")
    def _exactly_one_target(self) -> Self:
        if (self.call is None) == (self.sql is None):
            raise Complaint("expected exactly one of `call` and `sql`", reveal=False)
        return self


class Cron(Section):
    """The schedules, by pg_cron job name."""

    jobs: dict[ObjectName, CronJob] = Field(default_factory=dict)


class Smoke(Section):
    """The job that ``supaops smoke`` sends through the chain; null payload sends ``{}``.

    The default task type ``supaops_smoke`` is declared and handled by supaops itself.
    """

    task_type: Identifier = "supaops_smoke"
    payload: JsonObject = Field(default_factory=dict)


class Config(Section):
    """One environment, whole: base file and overlay merged and checked."""

    version: Literal[1]
    database: Database
    queue: Queue
    worker: Worker
    vault: Vault = Vault()
    cron: Cron = Cron()
    smoke: Smoke = Smoke()
    environment: Identifier = "local"

    _source: SourceMap = PrivateAttr(default_factory=SourceMap)
