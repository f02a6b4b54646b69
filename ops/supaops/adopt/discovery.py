"""What there is to import, what it will be called in the YAML, and what is left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from supaops.adopt.alteration import statements
from supaops.adopt.columns import Choices
from supaops.adopt.items import SECTION, Item, cron_items, secret_items
from supaops.adopt.notes import function_notes
from supaops.adopt.survey import TableSurvey, queue_step, survey_table
from supaops.config import load
from supaops.config.edit import Edit, edit
from supaops.config.overlay import overlay_of
from supaops.config.places import KeyPath, listed, shorten
from supaops.config.suggest import did_you_mean
from supaops.db.adopt import other_jobs, telltale_jobs, unnamed_jobs, unnamed_secrets
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import State, settle_in
from supaops.errors import UsageError
from supaops.plan import Desired
from supaops.render.resource import Kind


class What(StrEnum):
    """What to import."""

    ALL = "all"
    CRON = "cron"
    SECRETS = "secrets"
    TABLE = "table"


KIND = {What.CRON: Kind.CRON_JOB, What.SECRETS: Kind.VAULT_SECRET}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked to import.

    Attributes:
        names: of cron jobs or secrets; empty for all of them.
        file: the YAML file that gets the entries.
    """

    what: What
    names: tuple[str, ...]
    choices: Choices
    config_path: Path
    file: Path

    def includes(self, what: What) -> bool:
        """Tell whether `what` is asked for."""
        return self.what in (What.ALL, what)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found.

    Attributes:
        items: cron jobs and secrets, those that are left too.
        unnamed: a sentence for each thing without a name, and for what this role cannot see.
        functions: a sentence for each function under a name of ours.
        table: None when there is none, or when it is ours already.
    """

    items: tuple[Item, ...]
    unnamed: tuple[str, ...]
    table: TableSurvey | None
    functions: tuple[str, ...]
    edit: Edit

    @property
    def taken(self) -> list[Item]:
        """Return the items that become ours."""
        return [item for item in self.items if item.fault is None]

    @property
    def is_empty(self) -> bool:
        """Tell whether an import would change nothing."""
        return not self.taken and self.table is None

    def is_same(self, other: Discovery) -> bool:
        """Tell whether an import would do the same; a number of jobs may have changed."""
        return self._essence == other._essence

    @property
    def _essence(self) -> object:
        table = self.table
        made = statements(table.draft, table.rows, {}) if table and table.rows else None
        items = [(item.live.address, item.live.sha256, item.fault) for item in self.items]
        return (items, made, table is None, self.edit.after)


def discover(conn: Connection, desired: Desired, wanted: Wanted) -> Discovery:
    """Return what there is to import, read in one transaction that changes nothing.

    Raises: UsageError for a name that is not there; ConfigError when the YAML would not load.
    """
    with translated("reading what there is"), conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        settle_in(conn)
        return discover_in(conn, desired, wanted, desired.state(conn))


def discover_in(conn: Connection, desired: Desired, wanted: Wanted, state: State) -> Discovery:
    """Return the same, inside the caller's transaction."""
    items = _named(wanted, state, _items(conn, desired, wanted, state))
    table = _table(conn, desired, wanted, state)
    prefix = f"{desired.config.queue.schema_name}."
    functions = function_notes(desired.resources, state, prefix) if table else ()
    return Discovery(
        tuple(items),
        tuple(_unnamed(conn, wanted)),
        table,
        tuple(functions),
        _edit(wanted, desired.config.environment, items),
    )


def _items(conn: Connection, desired: Desired, wanted: Wanted, state: State) -> list[Item]:
    secrets = secret_items(desired.config, state) if wanted.includes(What.SECRETS) else []
    if not wanted.includes(What.CRON):
        return secrets
    declared = [item.live.name for item in secrets if item.fault is None]
    return [*cron_items(desired.config, state, declared, telltale_jobs(conn)), *secrets]


def _named(wanted: Wanted, state: State, items: list[Item]) -> list[Item]:
    if not wanted.names:
        return items
    kind = KIND[wanted.what]
    found = {item.live.name: item for item in items}
    for name in wanted.names:
        if name not in found and f"{kind}.{name}" not in state.recorded:
            raise UsageError(
                f"there is no {kind.replace('_', ' ')} {shorten(name)!r} to import",
                hint=did_you_mean(name, list(found), f"there is: {listed(found)}"),
            )
    return [found[name] for name in wanted.names if name in found]


def _table(conn: Connection, desired: Desired, wanted: Wanted, state: State) -> TableSurvey | None:
    step = queue_step(desired.config, desired.resources)
    if not wanted.includes(What.TABLE) or step.address in state.recorded:
        return None
    return survey_table(conn, desired.config, step, wanted.choices)


def _unnamed(conn: Connection, wanted: Wanted) -> list[str]:
    told: list[str] = []
    if wanted.includes(What.CRON) and not wanted.names:
        told += [
            f"cron job {row['jobid']} ({row['schedule']}) has no name: schedule its command again "
            "with one, and unschedule it"
            for row in unnamed_jobs(conn)
        ]
        if others := other_jobs(conn):
            told.append(f"cron jobs of other roles and databases are theirs: {others} seen")
    if wanted.includes(What.SECRETS) and not wanted.names and (count := unnamed_secrets(conn)):
        told.append(f"secrets without a name: {count}; give them one by vault.update_secret")
    return told


def _edit(wanted: Wanted, environment: str, items: list[Item]) -> Edit:
    """Return the edit of the YAML, which is known to load afterwards."""
    sections: dict[KeyPath, dict[str, Mapping[str, Any]]] = {}
    for item in items:
        if item.entry:
            sections.setdefault(SECTION[item.live.kind], {})[item.live.name] = item.entry
    made = edit(wanted.file, sections)
    load(wanted.config_path, environment, {wanted.file: made.after})
    return made


__all__ = ["Choices", "Discovery", "Wanted", "What", "discover", "discover_in", "overlay_of"]
