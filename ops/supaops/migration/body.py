"""The SQL of a migration: a frame of templates, and between its parts the resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from supaops import __version__
from supaops.apply.apply import LOCK_WAIT, STATEMENT_TIMEOUT
from supaops.config.model import Config
from supaops.db.live import EXTENSIONS
from supaops.db.lock import APPLY_LOCK, milliseconds
from supaops.db.queries import bound
from supaops.migration.due import Due
from supaops.migration.statements import deleted, sql_array, written
from supaops.plan import Action
from supaops.plan.document import FORMAT_VERSION
from supaops.render.environment import parse, render_sql
from supaops.render.quoting import Sql
from supaops.render.resource import Kind, Resource

_LIVE_KINDS = (Kind.FUNCTION, Kind.VIEW, Kind.TRIGGER, Kind.GRANT)


@dataclass(frozen=True, slots=True)
class Name:
    """What a migration is called: its version, a UTC time, and a word or two on what it does."""

    version: str
    what: str

    @property
    def file(self) -> str:
        """Return the file's name."""
        return f"{self.version}_{self.what}.sql"


def body(config: Config, due: Due, name: Name) -> str:
    """Return the statements that bring what is due; the same arguments give the same bytes.

    No statement needs a transaction block, none holds a secret's value, and none is told apart by
    anything but its semicolon: so the Supabase CLI can split and pipeline them.

    Raises: RenderError when PostgreSQL's grammar refuses a statement: a defect of supaops.
    """
    text = "\n".join(
        [
            render_sql("migration/begin.sql.j2", _beginning(config, name)),
            *(written(each) for each in due.put),
            *(deleted(address) for address in due.removed),
            render_sql("migration/end.sql.j2", _ending(config, due, name)),
        ]
    )
    parse(text, place=name.file)
    return text


def _beginning(config: Config, name: Name) -> dict[str, Any]:
    return {
        "version": name.version,
        "settings": bound("live.settings"),
        "lock_settings": bound(
            "lock.settings",
            lock_timeout=milliseconds(LOCK_WAIT),
            statement_timeout=milliseconds(STATEMENT_TIMEOUT),
        ),
        "take_lock": bound("lock.take", **APPLY_LOCK),
        "facts": bound("live.facts"),
        "extensions": [(column, *each) for column, each in EXTENSIONS.items()],
        "lives": [_live(config, kind) for kind in _LIVE_KINDS],
        **_row_queries(),
    }


def _live(config: Config, kind: Kind) -> tuple[str, Sql, Sql]:
    """Return a kind, the query that a plan reads it with, and the column of its remedies."""
    found = bound(f"live.{kind}s", schema=config.queue.schema_name, prefix=config.queue.name)
    return str(kind), found, Sql("live.remedies" if kind is Kind.GRANT else "null::jsonb")


def _row_queries() -> dict[str, Sql]:
    """Return the queries of the helpers, on the parameters of the one that runs each."""
    job = {key: Sql(f"supaops_cron_job.{key}") for key in ("name", "schedule", "command", "active")}
    secret = {key: Sql(f"supaops_secret.{key}") for key in ("name", "description")}
    removed = Sql("supaops_remove.name")
    scope, rest = f"split_part({removed}, '.', 1)", f"substr({removed}, strpos({removed}, '.') + 1)"
    return {
        "cron_jobs": bound("live.cron_jobs"),
        "cron_schedule": bound("write.cron_schedule", **job),
        "cron_alter": bound("write.cron_alter", **job, jobid=Sql("held.jobid")),
        "vault_secrets": bound(
            "live.vault_secrets",
            salt=Sql("(select i.secret_salt from supaops.installation as i)"),
            names=Sql("array[supaops_secret.name]"),
        ),
        "vault_update": bound("write.vault_update", **secret, id=Sql("held.id"), value=None),
        "task_type_delete": bound("write.task_type_delete", name=removed),
        "limit_delete": bound("write.limit_delete", scope=Sql(scope), name=Sql(rest)),
    }


def _ending(config: Config, due: Due, name: Name) -> dict[str, Any]:
    functions = (each for each in due.put if each.kind is Kind.FUNCTION)
    item = {key: Sql(f"item.{key}") for key in ("address", "kind", "definition")}
    item["revision_id"] = Sql("revision_id")
    return {
        "validate_bodies": bound(
            "write.validate_bodies",
            signatures=sql_array(each.spec["reference"] for each in functions),
        ),
        "record_revision": bound(
            "write.revision",
            environment=config.environment,
            applied_by=f"migration {name.file}",
            git_sha=None,
            tool_version=__version__,
            summary=f"{len(due.put)} written, {len(due.removed)} deleted",
            plan=_plan(config, due),
        ),
        "record": bound(
            "write.record",
            **item,
            live_definition=Sql("item.live_definition"),
            sha256=_sha256("item.definition"),
            live_sha256=_sha256("item.live_definition"),
        ),
        "record_version": bound("history.record_versions", **item),
    }


def _plan(config: Config, due: Due) -> dict[str, Any]:
    """Return what the revision says of its changes, in the words of a plan's document."""
    put = ((each.address, _action(each, due)) for each in due.put)
    removed = ((address, Action.DELETE) for address in due.removed)
    return {
        "format_version": FORMAT_VERSION,
        "environment": config.environment,
        "changes": [
            {"address": address, "action": str(action), "reason": "by a migration", "diff": []}
            for address, action in (*put, *removed)
        ],
    }


def _action(resource: Resource, due: Due) -> Action:
    return Action.CREATE if resource.address in due.new else Action.UPDATE


def _sha256(column: str) -> Sql:
    return Sql(f"encode(sha256(convert_to({column}, 'utf8')), 'hex')")
