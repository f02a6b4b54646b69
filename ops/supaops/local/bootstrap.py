"""Turn an empty cluster into a Supabase-like database."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from supaops.db.connect import connect
from supaops.db.script import run_script, set_password
from supaops.local.settings import OWNER

SCRIPTS = {"supabase_vault": "vault.sql", "pg_net": "net.sql", "pg_cron": "cron.sql"}
"""Each extension of the chain and the script that installs the server's own."""

STANDINS = {
    "supabase_vault": ("vault.sql",),
    "pg_net": ("net_url.sql", "net.sql"),
    "pg_cron": ("cron_table.sql", "cron_grammar.sql", "cron_job.sql", "cron.sql"),
}
"""Each extension of the chain and the scripts that install its stand-in, after extension.sql."""


def bootstrap(admin_url: str, password: str, native: frozenset[str]) -> None:
    """Create Supabase's roles and grants, the password of `postgres`, and the three extensions.

    Args:    native: the extensions that the server itself has; the others get stand-ins.
    """
    with connect(admin_url, application_name="supaops local up") as connection:
        for name in ("bootstrap.sql", *_scripts(native)):
            run_script(connection, _text(name), place=name)
        set_password(connection, OWNER, password)


def _scripts(native: frozenset[str]) -> Iterator[str]:
    if native < SCRIPTS.keys():
        yield "standins/extension.sql"
    for extension, script in SCRIPTS.items():
        if extension in native:
            yield f"native/{script}"
        else:
            yield from (f"standins/{part}" for part in STANDINS[extension])


def _text(name: str) -> str:
    return (files("supaops.local") / name).read_text(encoding="utf-8")
