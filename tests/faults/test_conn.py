"""Faults of the checks ``conn.*``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from supaops.checks.catalogue import CHECKS
from supaops.checks.check import check, ok
from supaops.checks.conn.reachable import reachable
from supaops.checks.finding import Verdict
from supaops.checks.run import run_checks
from supaops.checks.sources import Sources
from supaops.clock import utc_now
from supaops.config.model import Config
from supaops.db.connect import connect
from supaops.errors import ConnectionFailed
from supaops.local import Stack
from supaops.status import Severity
from tests.chains import unused_endpoint
from tests.faults.conftest import HEALTHY
from tests.faults.fault import Fault, Injection, Scene, nothing, sql
from tests.faults.matrix import assert_alone, assert_told
from tests.link import Address, link
from tests.projects import Project

pytestmark = pytest.mark.stack

OTHER_DATABASE = "supaops_elsewhere"


def patched(name: str, value: Any) -> Injection:
    """Return an injection that has one name of a module mean something else."""

    @contextmanager
    def inject(_scene: Scene) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(name, value)
            yield

    return inject


@contextmanager
def crowd(scene: Scene) -> Iterator[None]:
    """Take four in five of the connections that there are."""
    info = scene.conn.info
    most = scene.conn.execute("select current_setting('max_connections')::int as n").fetchone()
    assert most is not None
    with ExitStack() as taken:
        for _ in range(4 * most["n"] // 5):
            taken.enter_context(psycopg.connect(info.dsn, password=info.password))
        yield


IN_PLACE = (
    Fault(
        "conn.version",
        "the server is older than what the queue's SQL needs",
        Severity.CRITICAL,
        patched("supaops.checks.conn.server.MIN_SERVER_VERSION_NUM", 990_000),
        observed="PostgreSQL 1",
    ),
    Fault(
        "conn.extensions",
        "pg_cron is a version whose scheduler stays away when it was killed",
        Severity.WARNING,
        sql("update pg_extension set extversion = '1.6.2' where extname = 'pg_cron'"),
        observed="pg_cron 1.6.2",
    ),
    Fault(
        "conn.extensions",
        "Vault is not installed as an extension",
        Severity.CRITICAL,
        sql("delete from pg_extension where extname = 'supabase_vault'"),
        observed="supabase_vault",
    ),
    Fault(
        "conn.privileges",
        "an upgrade has taken a function of pg_cron away from this role",
        Severity.CRITICAL,
        sql(
            "revoke execute on function"
            " cron.alter_job(bigint, text, text, text, text, boolean) from public, postgres"
        ),
        observed="execute cron.alter_job",
    ),
    Fault(
        "conn.privileges",
        "an upgrade has taken pg_net's queue away from this role",
        Severity.CRITICAL,
        sql("revoke insert on net.http_request_queue from public, postgres"),
        observed="insert net.http_request_queue",
    ),
    Fault(
        "conn.read_only",
        "the disk is full, and the platform has made the database read-only",
        Severity.CRITICAL,
        sql("set local default_transaction_read_only = on"),
        observed="default_transaction_read_only",
    ),
    Fault(
        "conn.statement_log",
        "the server logs every statement",
        Severity.WARNING,
        sql("set local log_statement = 'all'"),
        observed="log_statement = all",
    ),
    Fault(
        "conn.statement_log",
        "the server logs slow statements with their parameters",
        Severity.WARNING,
        sql("set local log_min_duration_statement = '1min'"),
        observed="log_min_duration_statement",
    ),
    Fault(
        "conn.connections",
        "four in five connections are taken",
        Severity.WARNING,
        crowd,
        observed="taken",
    ),
    Fault(
        "conn.clock",
        "this machine's clock is a minute slow",
        Severity.CRITICAL,
        patched("supaops.checks.conn.facts.utc_now", lambda: utc_now() - timedelta(minutes=1)),
        observed="60.0 s ahead of",
    ),
)
SLOW = Fault(
    "conn.latency",
    "each message to the server takes 10 ms",
    Severity.WARNING,
    nothing(),
    overlay=f"{HEALTHY}\nchecks: {{conn: {{latency: {{warning: 8ms, critical: null}}}}}}",
    observed="ms there and back",
)
POOLED = Fault(
    "conn.pooler",
    "the connection uses the port of the transaction pooler",
    Severity.WARNING,
    nothing(),
    observed="6543",
)
MISPLACED = Fault(
    "conn.database",
    "the URL names a database that pg_cron does not work in",
    Severity.CRITICAL,
    nothing(),
    also=frozenset({"conn.extensions", "config.applied"}),  # neither can be there
    observed=f"this is {OTHER_DATABASE}, pg_cron works in postgres",
)
SILENT = Fault(
    "conn.reachable",
    "nothing listens where the URL leads",
    Severity.UNKNOWN,
    nothing(),
    observed="cannot connect to",
)
FAULTS = (*IN_PLACE, SLOW, POOLED, MISPLACED, SILENT)


@pytest.mark.parametrize("fault", IN_PLACE, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)


@contextmanager
def through(url: str, project: Project, **parameters: Any) -> Iterator[Scene]:
    """Give a scene whose connection takes another way, or leads to another database."""
    where = make_conninfo(url, **parameters)
    with connect(where, application_name="pytest") as conn, conn.transaction() as whole:
        yield Scene(conn, project)
        raise psycopg.Rollback(whole)


def address(url: str) -> Address:
    with connect(url, application_name="pytest") as conn:
        return Address(conn.info.host, conn.info.port)


@pytest.mark.parametrize(("fault", "port", "delay_s"), [(SLOW, 5432, 0.01), (POOLED, 6543, 0)])
def test_a_bad_way_to_the_server_turns_its_check_and_no_other(
    stack: Stack,
    healthy: Project,
    fault: Fault,
    port: int,
    delay_s: float,
    record_property: Callable[[str, object], None],
) -> None:
    with (
        link(address(stack.admin_url), port=port, delay_s=delay_s) as way,
        through(stack.admin_url, healthy, host=way.host, port=way.port) as scene,
    ):
        assert_told(scene, fault, record_property)


def test_a_real_transaction_pooler_at_another_port_is_noticed(
    pooler: str, healthy: Project
) -> None:
    told = {}
    for url in (pooler, healthy.url):
        with connect(url, application_name="pytest") as conn:
            found = {each.id: each for each in run_checks(conn, healthy.desired)}
        told[url] = (found["conn.pooler"].severity, found["conn.pooler"].observed)
    assert told[pooler] == (Severity.OK, "through a pooler at port 6432")
    assert told[healthy.url] == (Severity.OK, "direct")


@pytest.fixture
def other_database(stack: Stack) -> Iterator[str]:
    drop = f"drop database if exists {OTHER_DATABASE} with (force)"
    with connect(stack.admin_url, application_name="pytest") as admin:
        admin.execute(drop.encode())
        admin.execute(f"create database {OTHER_DATABASE} template template0".encode())
        yield OTHER_DATABASE
        admin.execute(drop.encode())


def test_another_database_of_the_server_turns_its_check(
    stack: Stack,
    healthy: Project,
    other_database: str,
    record_property: Callable[[str, object], None],
) -> None:
    with through(stack.admin_url, healthy, dbname=other_database) as scene:
        assert_told(scene, MISPLACED, record_property)


def test_a_server_that_does_not_answer_is_unknown_and_the_rest_is_not_looked_at(
    healthy: Project, record_property: Callable[[str, object], None]
) -> None:
    nowhere = unused_endpoint().replace("http://", "postgresql://postgres@")
    with pytest.raises(ConnectionFailed) as failed:
        connect(nowhere, application_name="pytest")
    findings = run_checks(failed.value, healthy.desired)
    assert_alone(findings, SILENT, record_property)
    looked_at = {each.id for each in findings if each.severity is not Severity.SKIPPED}
    assert looked_at == {"config.valid", "config.sources", "conn.reachable"}


def test_a_session_that_is_killed_midway_leaves_what_was_found_before(
    stack: Stack, healthy: Project
) -> None:
    def cut(sources: Sources) -> None:
        with connect(stack.admin_url, application_name="pytest") as admin:
            pid = sources.conn.info.backend_pid
            admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
        sources.conn.execute("select")

    @check("conn.cut", reads=cut, title="", why="", needs=())
    def killed(config: Config, facts: None) -> Verdict:
        del config, facts
        return ok("")

    with connect(healthy.url, application_name="pytest") as conn:
        first, lost, *rest = run_checks(conn, healthy.desired, [reachable, killed, *CHECKS[1:]])
    assert first.severity is Severity.OK
    assert lost.severity is Severity.UNKNOWN
    assert len(rest) == len(CHECKS) - 1
    assert {each.severity for each in rest} == {Severity.UNKNOWN, Severity.SKIPPED}


def test_a_session_that_was_gone_before_is_told_as_one_that_cannot_be_reached(
    healthy: Project,
) -> None:
    conn = connect(healthy.url, application_name="pytest")
    conn.close()
    first, *rest = run_checks(conn, healthy.desired)
    assert (first.id, first.severity) == ("conn.reachable", Severity.UNKNOWN)
    assert {each.severity for each in rest} == {Severity.SKIPPED}
