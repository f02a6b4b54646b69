"""The statements of one resource in a migration: calls of the helpers that its head makes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from supaops.db.live import secret_definition
from supaops.db.queries import bound
from supaops.db.write import limit_key, task_type_row
from supaops.render.quoting import Sql, literal
from supaops.render.resource import Kind, Resource


def written(resource: Resource) -> str:
    """Return what makes or changes a resource, below a comment that names it."""
    statements = "".join(f"{statement};\n" for statement in _statements(resource))
    return f"-- {_one_line(resource.address)}  ({_one_line(resource.source)})\n{statements}"


def deleted(address: str) -> str:
    """Return what deletes a resource, if it is ours."""
    kind, name = address.split(".", 1)
    return f"-- {_one_line(address)}\n{_call('remove', kind, name)};\n"


def dollar_quoted(text: str) -> Sql:
    """Return a text as it is between dollar quotes, beginning on a line of its own."""
    tag = "definition"
    while f"${tag}" in text:
        tag += "_"
    return Sql(f"${tag}$\n{text}${tag}$")


def sql_array(texts: Iterable[str]) -> Sql:
    """Return texts as an array, which a list, being JSON in SQL, is not."""
    return Sql(f"array[{', '.join(literal(text) for text in texts)}]::text[]")


def _one_line(name: str) -> str:
    return json.dumps(name)[1:-1]


def _statements(resource: Resource) -> Iterator[Sql]:
    match resource.kind:
        case Kind.SCHEMA:
            yield _call("step", resource.address, dollar_quoted(resource.definition))
        case Kind.FUNCTION | Kind.VIEW | Kind.TRIGGER:
            reference = resource.spec["reference"]
            yield _call("put", resource.address, reference, dollar_quoted(resource.definition))
        case Kind.GRANT:
            granted = sql_array(resource.spec["granted"])
            yield _call("grant", resource.address, granted, dollar_quoted(resource.definition))
        case Kind.CRON_JOB:
            values = (resource.spec[key] for key in ("schedule", "command", "active"))
            yield _call("cron_job", resource.name, *values, dollar_quoted(resource.definition))
        case Kind.VAULT_SECRET:
            yield _secret(resource)
        case Kind.TASK_TYPE:
            row = task_type_row(resource)
            yield bound("write.task_type_upsert", **row)
            yield _declare(resource)
        case Kind.LIMIT:
            yield bound("write.limit_upsert", **limit_key(resource), **resource.spec)
            yield _declare(resource)


def _secret(resource: Resource) -> Sql:
    """Return the adoption of a secret that `[db.vault]` has set, which alone knows its value."""
    description = resource.spec["description"]
    head, tail = secret_definition(description, "|").rsplit("|", 1)
    return _call("secret", resource.name, description, head, tail)


def _declare(resource: Resource) -> Sql:
    text = Sql(f"pg_temp.supaops_text({dollar_quoted(resource.definition)})")
    return _call("declare", resource.address, text, text, None)


def _call(helper: str, *arguments: Any) -> Sql:
    return Sql(f"select pg_temp.supaops_{helper}({', '.join(map(literal, arguments))})")
