"""What helps against each way in which a connection fails, and how its cause is told."""

from __future__ import annotations

import psycopg
import pytest

from supaops.db.connect import connection_failed
from supaops.db.errors import database_error

URL = "postgresql://postgres:pass-word@db.example.com/postgres"
CAUSES = {
    'FATAL:  password authentication failed for user "postgres"': "the role and the password",
    'FATAL:  database "pstgres" does not exist': "the database's name",
    'FATAL:  role "pstgres" does not exist': "the role in",
    "FATAL:  Tenant or user not found": "postgres.<project ref>",
    "FATAL:  remaining connection slots are reserved for roles with SUPERUSER": "pooler",
    "FATAL:  sorry, too many clients already": "end sessions that idle",
    "FATAL:  the database system is starting up": "wait a minute",
    'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "x"': "sslmode=require",
    "Connection refused": "start the server",
    "connection timeout expired": "wake the project",
    "Network is unreachable": "wake the project",
    "[Errno -2] Name or service not known": "check that the server runs",
    "failed to resolve host 'db.example.com': [Errno -2] Name or service not known": "the host",
    "server does not support SSL, but SSL was required": "turn SSL on",
    "SSL error: certificate verify failed": "if it has expired",
    "SSL error: sslv3 alert certificate expired": "if it has expired",
    'root certificate file "/x/root.crt" does not exist': "sslrootcert=PATH",
    'server certificate for "a" does not match host name "b"': "sslrootcert=PATH",
    'connection is bad: invalid sslmode value: "bogus"': "correct that part",
    'connection is bad: invalid integer value "x" for option "port"': "correct that part",
    "something that nobody has seen yet": "check that the server runs",
}


@pytest.mark.parametrize(("cause", "helps"), CAUSES.items(), ids=CAUSES)
def test_a_failed_connection_is_told_with_what_helps_against_its_cause(
    cause: str, helps: str
) -> None:
    told = connection_failed(URL, psycopg.OperationalError(f"connection to server failed: {cause}"))
    assert helps in str(told.hint)
    assert told.message.startswith("cannot connect to postgres@db.example.com:5432/postgres: ")
    assert not any(noise in told.message for noise in ("FATAL", "Errno", "is bad", "pass-word"))


@pytest.mark.parametrize(
    ("kind", "helps"),
    [
        (psycopg.errors.DiskFull, "free space"),
        (psycopg.errors.TooManyConnections, "pooler"),
        (psycopg.errors.QueryCanceled, "statement_timeout"),
        (psycopg.errors.AdminShutdown, "run the same command again"),
        (psycopg.errors.DeadlockDetected, "run the same command again"),
        (psycopg.errors.ReadOnlySqlTransaction, "standby"),
        (psycopg.errors.InsufficientPrivilege, "`postgres` on Supabase"),
        (psycopg.OperationalError, "the connection was lost"),
    ],
)
def test_a_refused_statement_is_told_with_what_helps(kind: type[psycopg.Error], helps: str) -> None:
    assert helps in str(database_error(kind("the server closed"), "reading").hint)
