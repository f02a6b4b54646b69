"""The server's configuration files: who gets in, and what is loaded (pure)."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from supaops.local.layout import Base

ADMIN = "supabase_admin"
OWNER = "postgres"
WITH_LOOP = frozenset({"pg_cron", "pg_net"})
"""The extensions whose stand-in needs a process."""
LOGIN_ROLES = (ADMIN, OWNER, "authenticator")

_IDENT_KNOWS_ALL = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between clusters. `durable` false trades safety in a power cut for speed.

    `parameters` are lines of postgresql.conf that come last, and so win over the stack's own.
    """

    port: int
    sockets: Path
    native: frozenset[str]
    durable: bool
    parameters: Mapping[str, str] = field(default_factory=dict)


PG_HBA = """\
# The unix socket lies in a directory that only the server's account can enter; pg_cron needs it.
# Everybody else comes over the loopback interface with a password.
local all all               peer map=supaops
host  all all 127.0.0.1/32  scram-sha-256
"""


def pg_ident(accounts: set[str], major: int) -> str:
    """Return which accounts may take which roles over the unix socket.

    Args:    accounts: the server's own, as which pg_cron logs in for the role of a job, and the one
             that runs supaops, as which pg_cron's stand-in does.
             Since PostgreSQL 16 the map can say `all`, so that a role made later can have jobs too.
    """
    roles = ("all",) if major >= _IDENT_KNOWS_ALL else LOGIN_ROLES
    lines = [f'supaops "{account}" {role}\n' for account in sorted(accounts) for role in roles]
    return "".join(lines)


def postgresql_conf(base: Base, settings: Settings) -> str:
    """Return postgresql.conf."""
    values = _common(base, settings)
    if "pg_cron" in settings.native:
        # Jobs run over libpq, as on Supabase; pg_cron's default host is TCP, which has a password.
        values |= {"cron.host": settings.sockets}
    if "pg_net" not in settings.native:
        values |= {"pg_net.ttl": "6 hours", "pg_net.batch_size": 200}
    if "supabase_vault" in settings.native:
        values |= {"vault.getkey_script": base.vault_script}
    if not settings.durable:
        values |= {"fsync": "off", "full_page_writes": "off"}
    values |= settings.parameters
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())


def vault_script(base: Base) -> str:
    """Return the program that hands the real Vault its key."""
    return f"#!/bin/sh\nexec cat {shlex.quote(str(base.vault_key))}\n"


def _common(base: Base, settings: Settings) -> dict[str, object]:
    return {
        "data_directory": base.data,
        "hba_file": base.config / "pg_hba.conf",
        "ident_file": base.config / "pg_ident.conf",
        "listen_addresses": "127.0.0.1",
        "port": settings.port,
        "unix_socket_directories": settings.sockets,
        "max_connections": 100,
        "shared_buffers": "64MB",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "shared_preload_libraries": ",".join(sorted(settings.native)),
        "supaops.vault_key_file": base.vault_key,
        "cron.database_name": "postgres",
        "cron.timezone": "GMT",
    }


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
