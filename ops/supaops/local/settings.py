"""The server's configuration files: who gets in, and what is loaded (pure)."""

from __future__ import annotations

import os
import pwd
import shlex
from dataclasses import dataclass
from pathlib import Path

from supaops.local.layout import Base

ADMIN = "supabase_admin"
OWNER = "postgres"
LOGIN_ROLES = (ADMIN, OWNER, "authenticator")

_IDENT_KNOWS_ALL = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between clusters. `durable` false trades safety in a power cut for speed."""

    port: int
    sockets: Path
    native: frozenset[str]
    durable: bool


PG_HBA = """\
# Over the unix socket only the server's own account gets in, which pg_cron needs; everybody else
# comes over the loopback interface with a password.
local all all               peer map=supaops
host  all all 127.0.0.1/32  scram-sha-256
"""


def pg_ident(account: str, major: int) -> str:
    """Return who may take which roles over the unix socket.

    The server's account may, for pg_cron; so may whoever runs supaops, since the stand-ins' loops
    log in as the role of each job. Since PostgreSQL 16 the map can say `all`, so that a role made
    later can run cron jobs too.
    """
    roles = ("all",) if major >= _IDENT_KNOWS_ALL else LOGIN_ROLES
    accounts = sorted({account, pwd.getpwuid(os.geteuid()).pw_name})
    return "".join(f'supaops "{name}" {role}\n' for name in accounts for role in roles)


def postgresql_conf(base: Base, settings: Settings) -> str:
    """Return postgresql.conf."""
    values = _common(base, settings)
    if "pg_cron" in settings.native:
        # Jobs run over libpq, as on Supabase; pg_cron's default host is TCP, which has a password.
        values |= {"cron.database_name": "postgres", "cron.host": settings.sockets}
    else:
        values |= {"cron.database_name": "postgres", "cron.timezone": "GMT"}
    if "pg_net" not in settings.native:
        values |= {"pg_net.ttl": "6 hours", "pg_net.batch_size": "200"}
    if "supabase_vault" in settings.native:
        values |= {"vault.getkey_script": base.vault_script}
    if not settings.durable:
        values |= {"fsync": "off", "full_page_writes": "off"}
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
    }


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
