"""One SQL script of all resources, for reading and for review."""

from __future__ import annotations

import json
from collections.abc import Iterable

from supaops.render.quoting import literal
from supaops.render.resource import Kind, Resource


def script(resources: Iterable[Resource]) -> str:
    """Return the resources as one commented script, in the order of creation.

    Vault secrets appear as comments: their values are set by an apply and never rendered.
    """
    return "\n".join(f"{_heading(each)}{_statement(each)}" for each in resources)


def annotated_script(resources: tuple[Resource, ...]) -> str:
    """Return the script with the list of its resources and their digests below, as comments."""
    lines = (f"--   {each.sha256[:12]}  {each.address}\n" for each in resources)
    return f"{script(resources)}\n-- {len(resources)} resources\n{''.join(lines)}"


def files(resources: tuple[Resource, ...]) -> dict[str, str]:
    """Return the texts of ``supaops.sql`` and ``resources.json``, by file name."""
    listing = [
        {"address": each.address, "sha256": each.sha256, "source": each.source}
        for each in resources
    ]
    return {
        "supaops.sql": script(resources),
        "resources.json": json.dumps(listing, indent=2) + "\n",
    }


def _heading(resource: Resource) -> str:
    return f"-- {resource.address}  ({resource.source})\n"


def _statement(resource: Resource) -> str:
    match resource.kind:
        case Kind.CRON_JOB:
            return _cron_statement(resource)
        case Kind.TASK_TYPE:
            return _task_type_statement(resource)
        case Kind.LIMIT:
            return _limit_statement(resource)
        case Kind.VAULT_SECRET:
            return "-- set by `supaops apply` through vault.create_secret, never written down\n"
        case _:
            return resource.definition.rstrip() + "\n"


def _cron_statement(resource: Resource) -> str:
    schedule, command = literal(resource.spec["schedule"]), literal(resource.spec["command"])
    statement = f"select cron.schedule({literal(resource.name)}, {schedule}, {command})"
    if resource.spec["active"]:
        return f"{statement};\n"
    return f"select cron.alter_job(job_id := ({statement}), active := false);\n"


def _task_type_statement(resource: Resource) -> str:
    spec = resource.spec
    values = [
        literal(resource.name),
        *(literal(spec[key]) for key in ("queue", "max_attempts")),
        f"make_interval(secs => {literal(spec['timeout_s'])})",
        *(literal(spec[key]) for key in ("description", "payload_schema")),
    ]
    columns = ["name, queue, max_attempts, timeout, description, payload_schema"]
    for key, value in (spec["retry"] or {}).items():
        columns.append(f"retry_{key.removesuffix('_s')}")
        number = literal(value)
        values.append(f"make_interval(secs => {number})" if key.endswith("_s") else number)
    return f"insert into supaops.task_type ({', '.join(columns)})\nvalues ({', '.join(values)});\n"


def _limit_statement(resource: Resource) -> str:
    spec, (scope, name) = resource.spec, resource.name.split(".", 1)
    values = [
        *(literal(each) for each in (scope, name, spec["concurrency"], spec["rate"])),
        f"make_interval(secs => {literal(spec['period_s'])})",
    ]
    return (
        "insert into supaops.limit (scope, name, concurrency, rate, period)\n"
        f"values ({', '.join(values)});\n"
    )
