"""A run of checks: what is slow, locked or defect makes what needs it UNKNOWN, and no more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from supaops.checks.check import AnyCheck, Check, ok
from supaops.checks.finding import Finding
from supaops.checks.run import run_checks
from supaops.checks.sources import Reader, Sources
from supaops.db.connect import Connection, connect
from supaops.errors import ConfigError, ConnectionFailed, SupaopsError
from supaops.local import Stack
from supaops.status import Severity
from tests.projects import Project

pytestmark = pytest.mark.stack

SECRET = "a-secret-of-sixteen-or-more"
SLOW = """
checks:
  timeout: 200ms
  total_timeout: {total}
"""


@pytest.fixture
def project(stack: Stack, db: Connection, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with little patience; its database has a table to lock."""
    db.execute("create table locked (id integer)")
    return Project.make(tmp_path_factory.mktemp("run"), stack, SLOW.format(total="30s"))


def check(
    name: str,
    reads: Reader[Any],
    judge: Callable[..., Any] = lambda _config, _facts: ok("fine"),
    needs: tuple[str, ...] = (),
) -> AnyCheck:
    return Check(f"config.{name}", "title", "why", reads, judge, needs)


def sql(statement: str) -> Reader[Any]:
    def read(sources: Sources) -> object:
        return sources.conn.execute(statement.encode()).fetchall()

    return read


def crash(*_: object) -> Any:
    raise ZeroDivisionError(SECRET)


QUICK = check("quick", sql("select 1"))


def run(db: Connection, project: Project, *checks: AnyCheck) -> dict[str, Finding]:
    found = run_checks(db, project.desired, checks)
    return {each.id.partition(".")[2]: each for each in found}


@contextmanager
def locked(stack: Stack, table: str) -> Iterator[None]:
    """Have another session hold a lock that no reader can pass."""
    with connect(stack.url, application_name="pytest") as other, other.transaction():
        other.execute(f"lock table {table} in access exclusive mode".encode())
        yield


def test_a_locked_table_makes_unknown_what_reads_it_and_no_more(
    db: Connection, project: Project, stack: Stack
) -> None:
    rows = sql("select * from public.locked")
    waits, shares = check("waits", rows), check("shares", rows)
    with locked(stack, "locked"):
        found = run(db, project, waits, shares, QUICK)
    assert found["waits"].observed == "no answer within 0.2 s"
    assert found["waits"].severity is found["shares"].severity is Severity.UNKNOWN
    assert found["quick"].severity is Severity.OK
    assert 0.2 <= found["waits"].duration_s < 5
    assert found["shares"].duration_s < 0.2, "what is shared is waited for once"


def test_a_slow_view_is_left_alone_after_its_time(db: Connection, project: Project) -> None:
    db.execute("create view slow as select pg_sleep(60)::text")
    started = time.monotonic()
    found = run(db, project, check("slow", sql("select * from public.slow")), QUICK)
    assert time.monotonic() - started < 30
    assert found["slow"].severity is Severity.UNKNOWN
    assert found["quick"].severity is Severity.OK


def test_when_the_whole_time_is_over_the_rest_is_unknown_and_says_what_to_do(
    db: Connection, project: Project
) -> None:
    project.write_overlay(SLOW.format(total="100ms"))
    slow = check("slow", sql("select pg_sleep(60)"))
    found = run(db, project, QUICK, slow, check("late", sql("select 2")))
    assert found["quick"].severity is Severity.OK
    assert found["late"].observed == "not looked at: all checks together took too long"
    assert "--total-timeout" in found["late"].fix


@pytest.mark.parametrize(
    "broken", [check("broken", crash), check("broken", sql("select 1"), crash)], ids=["r", "j"]
)
def test_a_defect_of_a_check_is_unknown_and_the_others_go_on(
    db: Connection, project: Project, broken: AnyCheck
) -> None:
    found = run(db, project, broken, QUICK)
    told = found["broken"]
    assert (told.severity, told.observed) == (
        Severity.UNKNOWN,
        "a defect of supaops: ZeroDivisionError",
    )
    assert SECRET not in repr(told), "what failed unexpectedly may quote a secret"
    assert found["quick"].severity is Severity.OK


def test_who_debugs_a_defect_sees_it(db: Connection, project: Project) -> None:
    with pytest.raises(ZeroDivisionError):
        run_checks(db, project.desired, [check("broken", crash)], debug=True)


def test_an_error_of_the_server_is_told_and_the_others_go_on(
    db: Connection, project: Project
) -> None:
    found = run(db, project, check("gone", sql("select * from nowhere")), QUICK)
    assert 'relation "nowhere" does not exist' in found["gone"].observed
    assert found["quick"].severity is Severity.OK


def test_a_connection_that_is_lost_on_the_way_leaves_what_was_read_before(
    project: Project, stack: Stack
) -> None:
    dies = check("dies", sql("select pg_terminate_backend(pg_backend_pid())"))
    with connect(stack.url, application_name="pytest") as conn:
        found = run(conn, project, QUICK, dies, check("late", sql("select 2")))
        lost = run_checks(conn, project.desired)
    assert [each.severity for each in found.values()] == [
        Severity.OK,
        Severity.UNKNOWN,
        Severity.UNKNOWN,
    ]
    assert {each.id for each in lost if each.severity is Severity.UNKNOWN} == {"conn.reachable"}


def test_no_check_can_write(db: Connection, project: Project) -> None:
    found = run(
        db, project, check("writes", sql("insert into public.locked values (1) returning id"))
    )
    assert "read-only transaction" in found["writes"].observed


def test_without_a_connection_one_check_says_so_and_the_others_are_skipped(
    project: Project,
) -> None:
    error = ConnectionFailed("cannot connect", hint="start it")
    found = {each.id: each for each in run_checks(error, project.desired)}
    told = {name for name, each in found.items() if each.severity is not Severity.SKIPPED}
    assert told == {"config.valid", "config.sources", "conn.reachable"}
    assert (found["conn.reachable"].observed, found["conn.reachable"].fix) == (
        "cannot connect",
        "start it",
    )
    assert {each.observed for name, each in found.items() if name not in told} == {
        "needs conn.reachable"
    }


def test_of_an_invalid_yaml_every_problem_is_evidence(project: Project) -> None:
    del project
    problems = [SupaopsError("a", place="x:1:2", hint="b"), SupaopsError("c")]
    error = ConfigError(problems)
    [valid, *others] = run_checks(error, error, missing=None)
    assert (valid.id, valid.severity, valid.observed, valid.fix) == (
        "config.valid",
        Severity.UNKNOWN,
        "2 problems",
        "b",
    )
    assert valid.verdict.evidence == ("x:1:2: a; fix: b", "c")
    assert {each.severity for each in others} == {Severity.SKIPPED}
