"""Create, change and remove one resource; every function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from supaops.config.statement import plannable
from supaops.db.connect import Connection
from supaops.db.errors import database_error, translated
from supaops.db.live import PAUSED, LiveObject
from supaops.db.queries import query
from supaops.render.resource import Kind, Resource

Secrets = Mapping[str, SecretStr]


def put(conn: Connection, resource: Resource, live: LiveObject | None, secrets: Secrets) -> None:
    """Make the database hold `resource` in place of `live`.

    Raises: DatabaseError that names the resource and repeats the server's message.
    """
    with translated(f"applying {resource.address}"):
        match resource.kind:
            case Kind.TASK_TYPE:
                _put_task_type(conn, resource)
            case Kind.LIMIT:
                conn.execute(query("write.limit_upsert"), {**limit_key(resource), **resource.spec})
            case Kind.CRON_JOB:
                _put_cron_job(conn, resource, live)
            case Kind.VAULT_SECRET:
                _put_secret(conn, resource, live, secrets)
            case Kind.FUNCTION:
                _put_function(conn, resource, live)
            case Kind.VIEW | Kind.TRIGGER:
                _put_replaceable(conn, resource)
            case Kind.SCHEMA | Kind.GRANT:
                _run(conn, resource.definition)


def create_together(conn: Connection, resources: Sequence[Resource]) -> None:
    """Create functions, views and grants that are not there yet, in one round trip.

    What one of them cannot be is found out one by one: the server does not say which it was.

    Raises: DatabaseError, as `put` does.
    """
    script = "\n;\n".join(each.definition for each in resources)
    try:
        with conn.transaction():
            _run(conn, script)
    except psycopg.Error as error:
        if conn.closed:
            raise database_error(error, f"applying {resources[0].address}") from error
        for each in resources:
            put(conn, each, None, {})


def remove(conn: Connection, live: LiveObject) -> None:
    """Remove an object that is no longer declared; grants and schema steps have nothing to remove.

    Raises: DatabaseError that names the object and repeats the server's message.
    """
    with translated(f"removing {live.address}"):
        match live.kind:
            case Kind.TASK_TYPE:
                conn.execute(query("write.task_type_delete"), {"name": live.name})
            case Kind.LIMIT:
                conn.execute(query("write.limit_delete"), limit_key(live))
            case Kind.CRON_JOB:
                conn.execute(query("write.cron_unschedule"), {"jobid": live.facts["jobid"]})
            case Kind.VAULT_SECRET:
                conn.execute(query("write.vault_delete"), {"id": live.facts["id"]})
            case Kind.FUNCTION:
                _drop_functions(conn, live.facts["signatures"])
            case Kind.VIEW | Kind.TRIGGER:
                conn.execute(_drop_statement(live))
            case Kind.SCHEMA | Kind.GRANT:
                pass


def restrict(conn: Connection, grants: Iterable[Resource], live: Mapping[str, LiveObject]) -> None:
    """Take back what anybody has beyond the declared grants.

    A template revokes from Supabase's roles by name. This finds every other role, and what a
    revoke of the whole does not reach: columns, sequences, owners, row security.

    Raises: DatabaseError that names the grant, as when a privilege was passed on to others.
    """
    for grant in grants:
        held = live[grant.address].facts["remedies"]
        for line in sorted(held.keys() - set(grant.spec["granted"])):
            with translated(f"applying {grant.address}: taking back {line!r}"):
                conn.execute(held[line].encode())
        with translated(f"applying {grant.address}"):
            _run(conn, grant.definition)  # a change of owner takes the new owner's grants along


def validate_bodies(conn: Connection, functions: Iterable[Resource]) -> None:
    """Have the server compile each function's body.

    Raises: DatabaseError with the server's message for the first body that is wrong.
    """
    signatures = [each.spec["reference"] for each in functions]
    with translated("checking the function bodies"):
        conn.execute("set local check_function_bodies = on")
        conn.execute(query("write.validate_bodies"), {"signatures": signatures})


def validate_commands(conn: Connection, jobs: Iterable[Resource]) -> None:
    """Have the server plan what active cron jobs run, with the names that they will see.

    A schedule of a statement that cannot run would fail at each tick, where nobody looks.

    Raises: DatabaseError with the server's message for the first statement that is wrong.
    """
    conn.execute("set local search_path to default")
    for job in jobs:
        for statement in plannable(job.spec["command"]) if job.spec["active"] else ():
            with translated(f"checking what {job.address} runs"):
                conn.execute(sql.SQL("prepare supaops_check as ") + sql.SQL(statement))
                conn.execute("deallocate supaops_check")
    conn.execute("set local search_path to ''")


REMIND_BY_HAND = (
    "select cron.alter_job(jobid, active := active) from cron.job where username = current_user"
)
"""What an operator runs where an apply could not remind pg_cron."""


def remind_pg_cron(conn: Connection) -> None:
    """Have pg_cron read cron.job again, in a transaction of its own."""
    conn.execute(query("write.cron_remind"))


def _run(conn: Connection, text: str) -> None:
    """Run a rendered and parsed script of any number of statements."""
    conn.execute(text)


def _put_task_type(conn: Connection, resource: Resource) -> None:
    row = task_type_row(resource)
    schema = row["payload_schema"]
    row["payload_schema"] = Jsonb(schema) if schema is not None else None
    conn.execute(query("write.task_type_upsert"), row)


def task_type_row(resource: Resource) -> dict[str, Any]:
    """Return the parameters of the query `write.task_type_upsert`."""
    backoff = dict.fromkeys(("base_s", "factor", "max_s", "jitter"))
    own_backoff = resource.spec["retry"] or {}
    return {"name": resource.name, **backoff, **own_backoff, **resource.spec}


def limit_key(limit: Resource | LiveObject) -> dict[str, str]:
    """Return the columns that a limit's name, ``<scope>.<name>``, stands for."""
    scope, name = limit.name.split(".", 1)
    return {"scope": scope, "name": name}


def _put_cron_job(conn: Connection, resource: Resource, live: LiveObject | None) -> None:
    parameters = {"name": resource.name, **resource.spec}
    if live is None:
        conn.execute(query("write.cron_schedule"), parameters)
    else:
        # What an operator has paused is active again after the resume, and not before.
        parameters["active"] = parameters["active"] and not live.facts[PAUSED]
        conn.execute(query("write.cron_alter"), {**parameters, **live.facts})


def _put_secret(
    conn: Connection, resource: Resource, live: LiveObject | None, secrets: Secrets
) -> None:
    if live is not None and not live.facts["decrypts"]:
        # vault.update_secret reads the old value first, and fails. The new one has another id.
        conn.execute(query("write.vault_delete"), {"id": live.facts["id"]})
        live = None
    value = secrets[resource.name].get_secret_value()
    parameters: dict[str, Any] = {
        "name": resource.name,
        "description": resource.spec["description"],
        # Null keeps the value: what need not travel cannot end in a log.
        "value": None if live and live.facts["value_matches"] else value,
    }
    if live is None:
        conn.execute(query("write.vault_create"), parameters)
    else:
        conn.execute(query("write.vault_update"), {**parameters, "id": live.facts["id"]})
    conn.execute(query("write.vault_reinstate"), {"name": resource.name})


def _put_function(conn: Connection, resource: Resource, live: LiveObject | None) -> None:
    reference = resource.spec["reference"]
    text = resource.definition
    _replace(conn, text, lambda: _drop_functions(conn, [reference]))
    if live is not None:
        _drop_functions(conn, _others(conn, reference, live.facts["signatures"]))


def _others(conn: Connection, reference: str, signatures: Iterable[str]) -> list[str]:
    """Return the overloads beside the declared one: callers would find them ambiguous."""
    rows = conn.execute(
        "select s from unnest(%s::text[]) as s "
        "where to_regprocedure(s) is distinct from to_regprocedure(%s)",
        (list(signatures), reference),
    )
    return [row["s"] for row in rows]


def _put_replaceable(conn: Connection, resource: Resource) -> None:
    target = LiveObject(resource.kind, resource.name, "")
    _replace(conn, resource.definition, lambda: conn.execute(_drop_statement(target)))


def _replace(conn: Connection, text: str, drop: Callable[[], object]) -> None:
    """Run `create or replace`; where PostgreSQL cannot replace, drop first.

    It refuses to change a function's result or argument names, and a view's columns.
    """
    try:
        with conn.transaction():
            _run(conn, text)
    except (psycopg.errors.InvalidFunctionDefinition, psycopg.errors.InvalidTableDefinition):
        drop()
        _run(conn, text)


def _drop_functions(conn: Connection, signatures: Iterable[str]) -> None:
    for signature in signatures:
        # A signature is regprocedure output or comes from the parser: already quoted.
        statement = sql.SQL("drop function ") + sql.SQL(signature)
        conn.execute(statement)


def _drop_statement(live: LiveObject) -> sql.Composed:
    if live.kind is Kind.VIEW:
        return sql.SQL("drop view {}").format(sql.Identifier(*live.name.split(".")))
    schema, table, trigger = live.name.split(".")
    return sql.SQL("drop trigger {} on {}").format(
        sql.Identifier(trigger), sql.Identifier(schema, table)
    )
