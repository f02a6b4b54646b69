"""The whole list of what one environment should hold, from its Config alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from supaops.config.model import Config, CronJob, TaskType
from supaops.errors import RenderError
from supaops.render.context import qualifier, template_context
from supaops.render.environment import OURS, render_sql, template_root
from supaops.render.guard import guarded
from supaops.render.limits import limits
from supaops.render.objects import SqlObject, created_objects, granted
from supaops.render.quoting import Sql
from supaops.render.resource import Kind, Resource, canonical

PRIVATE_SCHEMA = "supaops"
SMOKE_TASK_TYPE = "supaops_smoke"

_FOLDERS = {
    Kind.FUNCTION: "functions",
    Kind.VIEW: "views",
    Kind.TRIGGER: "triggers",
}


def resources(config: Config) -> tuple[Resource, ...]:
    """Return every resource of an environment, in the order of creation.

    Deterministic: the same config and templates give the same bytes.

    Raises: RenderError that names the template.
    """
    steps = list(_schema_steps(config))
    objects = list(_sql_objects(config))
    containers = [found for _, made in steps for found in made]
    created = containers + [found for _, found in objects]
    rows = [
        *_task_types(config),
        *limits(config),
        *_cron_jobs(config),
        *_vault_secrets(config),
    ]
    sql = [resource for resource, _ in [*steps, *objects]]
    return tuple(sorted([*sql, *_grants(created), *rows], key=lambda resource: resource.order))


def _templates(folder: str) -> list[str]:
    root = template_root() / "sql"
    return sorted(path.relative_to(root).as_posix() for path in root.glob(f"{folder}/**/*.sql.j2"))


def _schema_steps(config: Config) -> Iterator[tuple[Resource, list[SqlObject]]]:
    """Yield each step with the schemas and tables that it creates."""
    context = template_context(config)
    for template in _templates("schema"):
        name = template.removeprefix("schema/").removesuffix(".sql.j2")
        text = render_sql(template, context)
        made = _containers(text, template)
        spec = {"made": [each.qualified for each in made]}
        yield Resource(Kind.SCHEMA, name, text, template, spec), made


def _containers(text: str, template: str) -> list[SqlObject]:
    """Return the schemas and tables that a step creates: what holds something to be guarded."""
    found = created_objects(text, place=template)
    return [each for each in found if each.type in ("schema", "table")]


def _sql_objects(config: Config) -> Iterator[tuple[Resource, SqlObject]]:
    """Yield each function, view and trigger with what its text creates: exactly one object.

    A template of a feature that this config does not ask for renders to nothing, and is left out.
    """
    context = template_context(config)
    for kind, folder in _FOLDERS.items():
        for template in _templates(folder):
            text = render_sql(template, context)
            if not text.strip():
                continue
            found = created_objects(text, place=template)
            if [each.type for each in found] != [kind.value]:
                raise RenderError(
                    f"must create exactly one {kind.value}", place=template, hint=OURS
                )
            spec = {"reference": found[0].reference}
            yield Resource(kind, found[0].qualified, text, template, spec), found[0]


def _grants(created: list[SqlObject]) -> Iterator[Resource]:
    for found in created:
        if found.type == "trigger":
            continue
        audience = "private" if found.schema == PRIVATE_SCHEMA else "public"
        template = f"grants/{audience}_{found.type}.sql.j2"
        context = {
            "reference": Sql(found.reference),
            "sequences": [Sql(name) for name in found.sequences],
        }
        text = render_sql(template, context)
        spec = {"granted": granted(text, place=template)}
        yield Resource(Kind.GRANT, found.qualified, text, template, spec)


def _task_types(config: Config) -> Iterator[Resource]:
    smoke = TaskType(
        max_attempts=1, timeout=timedelta(seconds=30), description="Sent by `supaops smoke`."
    )
    for name, task_type in {**config.queue.task_types, SMOKE_TASK_TYPE: smoke}.items():
        spec = task_type_spec(
            queue=task_type.queue,
            max_attempts=task_type.max_attempts,
            timeout=task_type.timeout,
            description=task_type.description,
            payload_schema=task_type.payload,
            retry=task_type.retry.model_dump(),
        )
        source = f"queue.task_types.{name}"
        yield Resource(Kind.TASK_TYPE, name, canonical(spec), source, spec)


def task_type_spec(
    *, timeout: timedelta, retry: Mapping[str, Any], **columns: Any
) -> dict[str, Any]:
    """Return a task type's row as JSON-able values; a duration becomes seconds.

    Args: retry: `base`, `factor`, `max` and `jitter`, None for what `queue.retry` says.
    """
    names = ("queue", "max_attempts", "description", "payload_schema")
    return {
        **{name: columns[name] for name in names},
        "timeout_s": timeout.total_seconds(),
        "retry": dict(_own_backoff(retry)) or None,
    }


def _own_backoff(retry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in retry.items():
        if isinstance(value, timedelta):
            yield f"{key}_s", value.total_seconds()
        elif value is not None:
            yield key, float(value)


def _cron_jobs(config: Config) -> Iterator[Resource]:
    for name, job in config.cron.jobs.items():
        spec = {
            "schedule": job.schedule,
            "command": cron_command(config, name, job),
            "active": job.active,
        }
        yield Resource(Kind.CRON_JOB, name, canonical(spec), f"cron.jobs.{name}", spec)


def cron_command(config: Config, name: str, job: CronJob) -> str:
    """Return what pg_cron runs for a job; a post to the worker has a guard of its own, the nonce.

    Raises: RenderError for a statement that cannot be guarded.
    """
    statement = job.sql
    if statement is None:
        statement = f"select {qualifier(config)(f'_{job.call}')}()"
    is_guarded = config.clone_guard and job.guard and job.call != "trigger_worker"
    return guarded(name, statement) if is_guarded else statement


def _vault_secrets(config: Config) -> Iterator[Resource]:
    """Yield each secret without its value, which only the plan room compares, in the database."""
    for name, secret in config.vault.secrets.items():
        spec = {"description": secret.description}
        source = f"vault.secrets.{name}"
        yield Resource(Kind.VAULT_SECRET, name, canonical(spec), source, spec)
