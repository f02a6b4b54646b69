"""What a template may refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from supaops.config.model import Config
from supaops.config.names import former
from supaops.render.instants import microseconds, moment_of
from supaops.render.limits import limits
from supaops.render.payload_condition import payload_condition
from supaops.render.quoting import Sql, identifier


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """A task type's payload schema, and the condition on `payload` that it amounts to."""

    task_type: str
    schema: Mapping[str, Any]
    condition: Sql


def compiled_schemas(config: Config) -> tuple[CompiledSchema, ...]:
    """Return the payload schemas that have a condition, by the names of their task types."""
    declared = sorted(config.queue.task_types.items())
    schemas = ((name, each.payload) for name, each in declared if each.payload is not None)
    return tuple(
        CompiledSchema(name, schema, condition)
        for name, schema in schemas
        if (condition := payload_condition(schema)) is not None
    )


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
        `queue`, `worker` and `history` of the config, the two functions of `instants`, the payload
        schemas as `compiled`, as `limited` whether there is any limit, as `guarded` whether posts
        carry a nonce, and as `former_secret` under which name Vault keeps the secret's old value.
    """
    return {
        "q": qualifier(config),
        "schema": identifier(config.queue.schema_name),
        "name": identifier(config.queue.name),
        "queue": config.queue,
        "worker": config.worker,
        "history": config.history,
        "moment_of": moment_of,
        "microseconds": microseconds,
        "compiled": compiled_schemas(config),
        "limited": bool(limits(config)),
        "guarded": config.clone_guard,
        "former_secret": former(config.worker.secret),
    }
