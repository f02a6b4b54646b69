"""What a template may refer to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from supaops.config.model import Config
from supaops.render.instants import microseconds, moment_of
from supaops.render.quoting import Sql, identifier


def qualifier(config: Config) -> Callable[[str], Sql]:
    """Return `q`: the schema-qualified name of an object of the queue.

    ``q('')`` is the table, ``q('_enqueue')`` the function ``job_queue_enqueue``.
    """
    schema = identifier(config.queue.schema_name)

    def q(suffix: str = "") -> Sql:
        return Sql(f"{schema}.{identifier(config.queue.name + suffix)}")

    return q


def template_context(config: Config) -> dict[str, Any]:
    """Return the variables of every SQL template; none of them holds a secret's value.

    Returns: `q` (see `qualifier`), `schema` and `name` as quoted identifiers, the sections
        `queue` and `worker` of the config, and the two functions of `instants`.
    """
    return {
        "q": qualifier(config),
        "schema": identifier(config.queue.schema_name),
        "name": identifier(config.queue.name),
        "queue": config.queue,
        "worker": config.worker,
        "moment_of": moment_of,
        "microseconds": microseconds,
    }
