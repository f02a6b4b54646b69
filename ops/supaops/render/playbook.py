"""The operational playbook of one environment, with its real names, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from supaops.config.duration import format_duration
from supaops.config.model import Config
from supaops.render.environment import template_root
from supaops.render.quoting import identifier, literal

_TEMPLATE = "runbook/playbook.md.j2"
_SAMPLES = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}
"""A value of each type of JSON Schema."""


def playbook(config: Config, endpoint: str | None = None) -> str:
    """Return the playbook of an environment; it holds no secret's value.

    Args:    endpoint: the worker's URL; without it the playbook tells where that comes from.
    """
    shown = _bare(endpoint) if endpoint else str(config.vault.secrets[config.worker.endpoint].value)
    return _environment().get_template(_TEMPLATE).render(_context(config) | {"endpoint": shown})


def _bare(url: str) -> str:
    """Return a URL without credentials, query and fragment, any of which may hold a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _context(config: Config) -> dict[str, Any]:
    queue, worker = config.queue, config.worker
    schema = "" if queue.schema_name == "public" else f"{identifier(queue.schema_name)}."
    return {
        "config": config,
        "queue": queue,
        "worker": worker,
        "runbook": config.runbook,
        "task_types": sorted(queue.task_types.items()),
        "jobs": sorted(config.cron.jobs.items()),
        "table": f"{schema}{identifier(queue.name)}",
        "prefix": f"{schema}{queue.name}",
        "secret": literal(worker.secret),
        "endpoint_name": literal(worker.endpoint),
        "header": literal(worker.header),
        "timeout_ms": worker.timeout // timedelta(milliseconds=1),
        "example": _example(config),
        "kept": {name: _kept(age) for name, age in queue.retention},
    }


def _kept(age: timedelta | None) -> str:
    return "for ever" if age is None else format_duration(age)


def _example(config: Config) -> dict[str, str]:
    """Return a task type and a payload that its schema asks for, as SQL."""
    name, task_type = min(config.queue.task_types.items())
    schema = task_type.payload or {}
    wanted = schema.get("required") or list(schema.get("properties", {}))
    arguments = ", ".join(_arguments(schema.get("properties", {}), wanted))
    return {"task_type": literal(name), "payload": f"jsonb_build_object({arguments})"}


def _arguments(properties: dict[str, Any], wanted: list[str]) -> Iterator[str]:
    for key in wanted:
        yield literal(key)
        yield _sample(properties.get(key, {}))


def _sample(schema: Any) -> str:
    """Return a value that a property may have, as far as its type tells."""
    known = schema if isinstance(schema, dict) else {}
    value = known["enum"][0] if known.get("enum") else _SAMPLES.get(str(known.get("type")))
    if isinstance(value, list | dict):
        return f"{literal(json.dumps(value))}::jsonb"
    return json.dumps(value) if isinstance(value, bool | int | None) else literal(str(value))


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(template_root()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  Markdown is no HTML, and the author of the YAML its reader
    )
    env.filters["one_line"] = _one_line
    return env


def _one_line(text: str) -> str:
    return " ".join(text.split())
