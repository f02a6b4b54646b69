"""Supabase's own image of PostgreSQL, in a container of this test process.

Its first start runs Supabase's init scripts on a socket of its own, and only the second one
listens on TCP: who is answered there meets a finished database. `supabase_admin` is the superuser
and `postgres` is none; both get POSTGRES_PASSWORD. pg_cron, pg_net and supautils are loaded, but
only Vault is created. Source: `Dockerfile-17` and `migrations/db` of github.com/supabase/postgres.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from supaops.local.ports import free_port
from tests.servers.unavailable import require_engine
from tests.servers.variables import ADMIN_DSN_VARIABLE, DSN_VARIABLE
from tests.waiting import until

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

IMAGE = "supabase/postgres:17.11.0.018"
"""What Supabase CLI 3.1.0 starts: `supabase services` tells the tag."""
START_TIMEOUT_S = 120
LOG_LINES = 20

# As the CLI calls it. The throw-away data need no fsync.
_COMMAND = "postgres -D /etc/postgresql -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
# What `supabase_admin` is asked for by supautils, in the name of `postgres`.
_EXTENSIONS = """
create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;
"""


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Start the image, and remove it with its data at the end.

    Returns: the variables that name it.
    Raises:  Unavailable without Docker; AssertionError with the end of its log when it dies.
    """
    require_engine("docker")
    port, password = free_port(), secrets.token_hex(16)
    made = arranged(port, password)
    try:
        made.start()
        found = addresses(port, password)
        until(lambda: _answers(made, found[DSN_VARIABLE]), seconds=START_TIMEOUT_S)
        create_extensions(found[DSN_VARIABLE])
        yield found
    finally:
        made.stop()


def arranged(port: int, password: str) -> DockerContainer:
    """Return the container, which is not made yet.

    It is in the host's network, where 127.0.0.1 is this machine for both sides: the database posts
    to the workers of the tests, as it does to those of the local stack.
    """
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  takes a second

    made = DockerContainer(IMAGE, env={"POSTGRES_PASSWORD": password})
    return made.with_command(_COMMAND.format(port=port)).with_kwargs(network="host")


def addresses(port: int, password: str) -> dict[str, str]:
    """Return the variables that name the database."""
    url = f"postgresql://{{}}:{password}@127.0.0.1:{port}/postgres?sslmode=disable"
    return {DSN_VARIABLE: url.format("postgres"), ADMIN_DSN_VARIABLE: url.format("supabase_admin")}


def create_extensions(url: str) -> None:
    """Have the extensions that a project of Supabase has, or can switch on."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(_EXTENSIONS)


def _answers(made: DockerContainer, url: str) -> bool:
    container = made.get_wrapped_container()
    container.reload()
    if container.status in {"exited", "dead"}:
        log = container.logs(tail=LOG_LINES).decode(errors="replace")
        raise AssertionError(f"{IMAGE} ended by itself:\n{log}")
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
