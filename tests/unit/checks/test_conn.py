"""What the checks ``conn.*`` make of facts."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.checks.conn.extensions import extensions, is_old
from supaops.checks.conn.facts import ConnFacts, Session
from supaops.checks.conn.pulse import clock, latency
from supaops.checks.conn.server import connections, database, read_only, statement_log, version
from supaops.checks.conn.session import pooler, privileges
from supaops.config import load
from supaops.db.health.server import Extension, Pulse, ServerFacts
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
INSTALLED = (
    Extension("pg_cron", "1.6.4", "1.6.4"),
    Extension("pg_net", "0.20.4", "0.20.4"),
    Extension("supabase_vault", "0.3.1", None),
)
SERVER_CHECKS = [
    version, extensions, database, read_only, privileges, pooler, connections, statement_log,
]  # fmt: skip


def facts(session: dict[str, Any] | None = None, **changes: Any) -> ConnFacts:
    """Return a good connection to a good server, with changes."""
    known: dict[str, Any] = {
        "version_num": 170002,
        "version": "17.2",
        "backend_pid": 7,
        "role": "postgres",
        "database": "postgres",
        "server_address": "",
        "cron_database": "postgres",
        "is_standby": False,
        "is_read_only": False,
        "connections": 10,
        "max_connections": 60,
        "logging": {"log_statement": "ddl", "log_min_duration_statement": "-1"},
        "extensions": INSTALLED,
        "lacking": (),
    }
    way: dict[str, Any] = {"host": "db.example.com", "port": 5432, "backend_pid": 7}
    return ConnFacts(Session(**way | (session or {})), ServerFacts(**known | changes))


@pytest.mark.parametrize("check", SERVER_CHECKS, ids=lambda check: check.id)
def test_a_good_connection_needs_no_fix(check: Any) -> None:
    verdict = check.judge(CONFIG, facts())
    assert (verdict.severity, verdict.fix) == (Severity.OK, "")


@pytest.mark.parametrize(
    ("check", "changes", "severity", "observed"),
    [
        (version, {"version_num": 149999, "version": "14.9"}, "CRITICAL", "PostgreSQL 14.9"),
        (database, {"database": "app"}, "CRITICAL", "this is app, pg_cron works in postgres"),
        (database, {"cron_database": None}, "OK", "postgres"),
        (read_only, {"is_standby": True}, "CRITICAL", "a standby"),
        (read_only, {"is_read_only": True}, "CRITICAL", "default_transaction_read_only is on"),
        (connections, {"connections": 48}, "OK", "48 of 60 taken"),
        (connections, {"connections": 49}, "WARNING", "49 of 60 taken"),
        (connections, {"connections": 58}, "CRITICAL", "58 of 60 taken"),
        (
            privileges,
            {"lacking": ("execute cron.alter_job", "insert net.http_request_queue")},
            "CRITICAL",
            "postgres may not execute cron.alter_job, insert net.http_request_queue",
        ),
        (extensions, {}, "OK", "pg_cron 1.6.4, pg_net 0.20.4, Vault 0.3.1"),
        (
            extensions,
            {"extensions": (*INSTALLED[:2], Extension("supabase_vault", None, "0.3.1"))},
            "CRITICAL",
            "not installed: supabase_vault",
        ),
        (
            extensions,
            {"extensions": (Extension("pg_net", "0.7.3", "0.14.0"),)},
            "WARNING",
            "pg_net 0.7.3 (0.14.0 is available)",
        ),
    ],
)
def test_a_bad_server_is_told_with_what_was_seen(
    check: Any, changes: dict[str, Any], severity: str, observed: str
) -> None:
    verdict = check.judge(CONFIG, facts(**changes))
    assert (verdict.severity.name, verdict.observed) == (severity, observed)
    assert bool(verdict.fix) is (severity != "OK")


@pytest.mark.parametrize(
    ("session", "severity", "observed"),
    [
        ({"port": 6543, "backend_pid": 1}, Severity.WARNING, "port 6543"),
        ({"port": 6432, "backend_pid": 1}, Severity.OK, "through a pooler at port 6432"),
        ({}, Severity.OK, "direct"),
    ],
)
def test_a_transaction_pooler_is_known_by_its_port_and_others_by_the_process(
    session: dict[str, Any], severity: Severity, observed: str
) -> None:
    verdict = pooler.judge(CONFIG, facts(session))
    assert verdict.severity is severity
    assert observed in verdict.observed


@pytest.mark.parametrize(
    ("logging", "seen"),
    [
        ({"log_statement": "all"}, ("log_statement = all",)),
        ({"log_min_duration_statement": "1000"}, ("log_min_duration_statement = 1000",)),
        ({"log_min_duration_statement": "1000", "log_parameter_max_length": "0"}, ()),
        ({"pgaudit.log": "ddl, ROLE"}, ()),
        ({"pgaudit.log": "ddl, read"}, ("pgaudit.log = ddl, read",)),
        ({"pgaudit.log_parameter": "on"}, ("pgaudit.log_parameter = on",)),
        ({}, ()),
    ],
)
def test_what_logs_a_written_secret_is_named(
    logging: dict[str, str], seen: tuple[str, ...]
) -> None:
    verdict = statement_log.judge(CONFIG, facts(logging=logging))
    assert verdict.evidence == seen
    assert (verdict.severity is Severity.OK) is (not seen)


@pytest.mark.parametrize(
    ("name", "installed", "old"),
    [
        ("pg_cron", "1.5", True),
        ("pg_cron", "1.6", False),  # upstream's name for all of 1.6.x
        ("pg_cron", "1.6.2", True),
        ("pg_cron", "1.10", False),
        ("pg_net", "0.7.3", True),
        ("pg_net", "0.14.0", False),
        ("supabase_vault", "0.2.8", True),
    ],
)
def test_a_version_is_compared_part_by_part(name: str, installed: str, old: bool) -> None:  # noqa: FBT001  a row of the table
    assert is_old(Extension(name, installed, None)) is old


@pytest.mark.parametrize(
    ("pulse", "clock_severity", "latency_severity"),
    [
        (Pulse(0.01, 0.0), Severity.OK, Severity.OK),
        (Pulse(0.3, 2.5), Severity.WARNING, Severity.WARNING),
        (Pulse(2.5, -31.0), Severity.CRITICAL, Severity.CRITICAL),
    ],
)
def test_a_clock_that_is_off_either_way_and_a_long_way_are_told(
    pulse: Pulse, clock_severity: Severity, latency_severity: Severity
) -> None:
    assert clock.judge(CONFIG, pulse).severity is clock_severity
    assert latency.judge(CONFIG, pulse).severity is latency_severity


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("", True), ("/run/postgresql", True), ("127.0.0.1", True), ("localhost", True),
     ("db.example.com", False)],
)  # fmt: skip
def test_a_connection_is_local_by_its_host(host: str, is_local: bool) -> None:  # noqa: FBT001  a row of the table
    assert facts({"host": host}).session.is_local is is_local
