"""Turn an empty cluster into a Supabase-like database."""

from __future__ import annotations

from importlib.resources import files

from supaops.db.connect import connect
from supaops.db.script import run_script, set_password
from supaops.local.settings import OWNER

SCRIPTS = {"supabase_vault": "vault.sql", "pg_net": "net.sql", "pg_cron": "cron.sql"}
"""Each extension of the chain and the script that installs it or its stand-in."""


def bootstrap(admin_url: str, password: str, native: frozenset[str]) -> None:
    """Create Supabase's roles and grants, the password of `postgres`, and the three extensions.

    Args:    native: the extensions that the server itself has; the others get stand-ins.
    """
    with connect(admin_url, application_name="supaops local up") as connection:
        for name in ("bootstrap.sql", *_scripts(native)):
            run_script(connection, _text(name), place=name)
        set_password(connection, OWNER, password)


def _scripts(native: frozenset[str]) -> list[str]:
    chosen = [
        f"{'native' if extension in native else 'standins'}/{script}"
        for extension, script in SCRIPTS.items()
    ]
    return [name for name in chosen if (files("supaops.local") / name).is_file()]


def _text(name: str) -> str:
    return (files("supaops.local") / name).read_text(encoding="utf-8")
