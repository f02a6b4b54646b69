"""`supaops import`: make ours what was made by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.adopt import (
    STATUSES,
    Choices,
    Discovery,
    Wanted,
    What,
    carry_out,
    discover,
    require_possible,
)
from supaops.apply import provenance, require_own_environment
from supaops.cli.apply import LockTimeoutOption
from supaops.cli.console import show
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import ConfigOption, EnvOption, Target, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.cli.waiting import Waiting
from supaops.config.overlay import overlay_of
from supaops.db.connect import Connection
from supaops.errors import UsageError
from supaops.report.import_text import discovery_lines, imported_lines

WhatArgument = Annotated[
    What, typer.Argument(metavar="[WHAT]", help="cron, secrets or table; else all three.")
]
NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Only these cron jobs, or secrets."),
]


def import_(
    context: typer.Context,
    what: WhatArgument = What.ALL,
    names: NamesArgument = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would happen, and change nothing.")
    ] = False,
    base: Annotated[
        bool, typer.Option("--base", help="Write to the base file, for every environment.")
    ] = False,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="OLD=NEW", help="What a status of the table means."),
    ] = None,
    rekey: Annotated[
        bool, typer.Option("--rekey", help="Number jobs whose id is no number.")
    ] = False,
    yes: YesOption = False,
    lock_timeout: LockTimeoutOption = 10.0,
) -> None:
    """Make ours what was made by hand: cron jobs, secrets, the table.

    Declares cron jobs and secrets in the environment's overlay, brings an existing queue table to
    our shape without losing a row, and records all that as ours. Exits 4 when another apply holds
    the lock, 5 when the table cannot be brought over or a guard refuses.
    """
    where = target(env, config)
    if not plan:
        require_typed(where, typed=env_is_typed(context))
    file = config if base else overlay_of(config, where.config.environment)
    choices = Choices(_statuses(status or []), rekey)
    wanted = Wanted(what, _names(what, names or []), choices, config, file)
    with where.connect("import") as conn:
        require_own_environment(conn, where.config.environment)
        found = discover(conn, where.desired, wanted)
        show(discovery_lines(found))
        require_possible(found)
        if plan or found.is_empty:
            return
        confirm(where, "import this", yes=yes)
        _carry_out(conn, where, wanted, found, timedelta(seconds=lock_timeout))


def _carry_out(
    conn: Connection, where: Target, wanted: Wanted, found: Discovery, lock_wait: timedelta
) -> None:
    with Waiting("waiting for the lock") as line:
        done = carry_out(
            conn,
            where.desired,
            wanted,
            found,
            provenance(project_root(wanted.config_path)),
            lock_wait=lock_wait,
            progress=line.now,
        )
        line.show(imported_lines(found, done))


def _names(what: What, names: list[str]) -> tuple[str, ...]:
    if names and what not in (What.CRON, What.SECRETS):
        raise UsageError(
            "only cron jobs and secrets are imported by name",
            hint="supaops import cron NAME",
        )
    return tuple(dict.fromkeys(names))


def _statuses(written: list[str]) -> dict[str, str]:
    """Return the mapping of ``OLD=NEW``; a running job would need a lease, so none becomes that."""
    known = [name for name in STATUSES if name != "running"]
    pairs: dict[str, str] = {}
    for each in written:
        old, separator, new = each.rpartition("=")
        if not separator or new not in known:
            raise UsageError(
                f"--status {each!r}: expected OLD=NEW with NEW one of {', '.join(known)}",
                hint="supaops import table --status queued=pending",
            )
        pairs[old] = new
    return pairs
