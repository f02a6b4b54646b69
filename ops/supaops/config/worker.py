"""The section about the worker: who calls it, how it reaches its queue, how it runs jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from supaops.config.fields import Duration, HeaderName, Reference, SecretName, WakeInterval
from supaops.config.references import EnvRef
from supaops.config.section import Section


class Supabase(Section):
    """The project's Data API, for `worker.transport: supabase`."""

    url: Reference = EnvRef("SUPABASE_URL")
    """The project's URL."""
    service_key: Reference = EnvRef("SUPABASE_SERVICE_ROLE_KEY")
    """The key of the role `service_role`."""


class Worker(Section):
    """Who runs the jobs: the endpoint that pg_net posts to, and long-lived workers beside it."""

    endpoint: SecretName
    """Name of the Vault secret that holds the worker's URL."""
    secret: SecretName
    """Name of the Vault secret that the worker shares with the database."""
    header: HeaderName = "x-job-runner-secret"
    """The HTTP header that carries the secret."""
    auth: Literal["secret", "signature"] = "secret"
    """What a post proves itself by: the secret in `header`, or a signature made with it."""
    replay_window: Duration = timedelta(minutes=5)
    """How old a signed post may be, or how far ahead of the worker's clock."""
    batch_limit: int = Field(default=10, ge=1, le=1000)
    """How many jobs one call of the worker may claim."""
    timeout: Duration = timedelta(seconds=5)
    """How long pg_net waits for the worker's answer; less than `queue.lease`."""
    on_deadline: Literal["continue", "give_back"] = "continue"
    """What becomes of jobs that still run when the answer is due: they go on, or are given back."""
    wake_on_enqueue: WakeInterval | None = None
    """A new job wakes the worker, once in this time (100ms to 1m); null waits for the next tick."""
    wake_by: Literal["post", "notify", "both"] = "post"
    """How a new job wakes: a post to the endpoint, a NOTIFY to long-lived workers, or both."""
    skip_when_idle: bool = False
    """Whether a tick that finds no job ready posts nothing."""
    posts_per_tick: int = Field(default=1, ge=1, le=20)
    """How many posts a tick sends at most, one for each `batch_limit` of ready jobs."""
    concurrency: int | None = Field(default=None, ge=1, le=1000)
    """Jobs at once in a process of `supaops worker`; null takes `batch_limit`."""
    poll: Duration = timedelta(seconds=1)
    """How often a long-lived worker that is idle looks for jobs when nothing wakes it."""
    transport: Literal["psycopg", "supabase"] = "psycopg"
    """How a worker reaches its queue: a connection to the database, or the project's Data API."""
    supabase: Supabase = Supabase()
    """The project's Data API, for `transport: supabase`."""
