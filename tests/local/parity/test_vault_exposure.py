"""Where the value of a secret must not show when it is handed over as a bound parameter."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from supaops import local
from supaops.db.connect import Connection, connect
from supaops.local import Stack

pytestmark = [pytest.mark.stack, pytest.mark.parity]

VALUE = "the-value-that-must-not-show"
LOCAL_ONLY = "needs the files of a local stack: run it without SUPAOPS_TEST_DSN"

ON_DISK = {
    "real": True,  # It inserts the plain value and encrypts it by an update: the old row stays.
    "stand-in": False,
}
"""Whether the table's file holds a new value until the table is vacuumed."""


@pytest.fixture
def files(stack: Stack, pytestconfig: pytest.Config) -> local.Inspection:
    """Return where the stack's files are."""
    if stack.pg_bin == Path():
        pytest.skip(LOCAL_ONLY)
    found = local.inspect(pytestconfig.rootpath / ".supaops" / "tests" / str(os.getpid()))
    assert found
    return found


def create(db: Connection) -> None:
    db.execute("select vault.create_secret(%s, 'job_queue_probe', 'probe')", (VALUE,))


def test_a_value_does_not_show_in_pg_stat_activity(db: Connection, stack: Stack) -> None:
    create(db)
    with connect(stack.url, application_name="pytest") as other:
        shown = other.execute(
            "select query from pg_stat_activity where pid = %s", (db.info.backend_pid,)
        ).fetchone()
    assert shown == {"query": "select vault.create_secret($1, 'job_queue_probe', 'probe')"}


def test_a_value_does_not_show_in_an_error(db: Connection) -> None:
    create(db)
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        create(db)
    said = caught.value.diag
    assert VALUE not in f"{said.message_primary} {said.message_detail} {said.context}"


def test_a_value_does_not_show_in_the_server_s_log(db: Connection, files: local.Inspection) -> None:
    create(db)
    with pytest.raises(psycopg.errors.UniqueViolation):
        create(db)
    logged = files.log.read_text(encoding="utf-8")
    assert 'unique constraint "secrets_name_idx"' in logged
    assert VALUE not in logged


@pytest.mark.usefixtures("files")
def test_a_value_does_not_show_in_a_dump(db: Connection, stack: Stack) -> None:
    if not os.access(stack.pg_bin / "pg_dump", os.X_OK):
        pytest.skip("this server comes without pg_dump: install postgresql-client")
    create(db)
    url = urlsplit(stack.admin_url)
    done = subprocess.run(
        [stack.pg_bin / "pg_dump", "--host", str(url.hostname), "--port", str(url.port),
         "--username", str(url.username), "postgres"],
        env={**os.environ, "PGPASSWORD": str(url.password)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "supabase_vault" in done.stdout
    assert VALUE not in done.stdout


@pytest.mark.usefixtures("files")
def test_a_value_is_on_disk_only_where_the_extension_puts_it(
    db: Connection, stack: Stack, standins: frozenset[str]
) -> None:
    create(db)
    with connect(stack.admin_url, application_name="pytest") as admin:
        admin.execute("checkpoint")
        row = admin.execute(
            "select position(%s::bytea in pg_read_binary_file(pg_relation_filepath("
            "'vault.secrets'))) > 0 as found",
            (VALUE.encode(),),
        ).fetchone()
    side = "stand-in" if "supabase_vault" in standins else "real"
    assert row == {"found": ON_DISK[side]}
