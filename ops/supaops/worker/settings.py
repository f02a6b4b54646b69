"""The worker's part of a config, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self

from pydantic import SecretStr

from supaops.config.model import Config
from supaops.errors import SupaopsError

# pg_net gives up after `worker.timeout`; the rest of it is for the network and for a slow commit.
_ANSWER_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Settings:
    """What the endpoint needs to know.

    `secret_name` is the secret's name in Vault; `timeout` is what pg_net waits for an answer;
    `replay_window` is how far a signed post's time may be off; `schema` and `name` locate the SQL
    functions.
    """

    header: str
    secret: SecretStr
    batch_limit: int
    timeout: timedelta
    lease: timedelta
    schema: str = "public"
    name: str = "job_queue"
    on_deadline: Literal["continue", "give_back"] = "continue"
    secret_name: str = "job_queue_runner_secret"  # noqa: S105  a name
    replay_window: timedelta = timedelta(minutes=5)

    @classmethod
    def of(cls, config: Config, secrets: Mapping[str, SecretStr]) -> Self:
        """Return the settings of a config and its resolved secrets.

        Raises: SupaopsError when the worker's secret is not among them, or is empty.
        """
        secret = secrets.get(config.worker.secret)
        if secret is None or not secret.get_secret_value():
            raise SupaopsError(
                f"the secret {config.worker.secret!r} has no value",
                place="worker.secret",
                hint=f"declare it under vault.secrets as {config.worker.secret}: value: env(NAME)",
            )
        return cls(
            header=config.worker.header,
            secret=secret,
            batch_limit=config.worker.batch_limit,
            timeout=config.worker.timeout,
            lease=config.queue.lease,
            schema=config.queue.schema_name,
            name=config.queue.name,
            on_deadline=config.worker.on_deadline,
            secret_name=config.worker.secret,
            replay_window=config.worker.replay_window,
        )

    @property
    def answer_within(self) -> timedelta:
        """Return by when the endpoint answers, jobs done or not."""
        return self.timeout * _ANSWER_SHARE
