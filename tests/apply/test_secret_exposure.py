"""Where a secret could get to that nobody meant it to: the server's log, with all of it on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supaops import local
from supaops.checks.run import run_checks
from supaops.db.connect import connect
from supaops.local import Stack
from supaops.plan import plan_warnings
from tests.apply.role_setting import role_setting
from tests.projects import Project

pytestmark = pytest.mark.stack

VALUE = "the-value-that-must-not-be-logged"
RIGHT = "set on parameter log_parameter_max_length"


@pytest.fixture
def log(stack: Stack, pytestconfig: pytest.Config) -> Path:
    """Return the file that the server logs to."""
    if stack.pg_bin == Path():
        pytest.skip("needs the files of a local stack: run it without SUPAOPS_TEST_DSN")
    found = local.inspect(pytestconfig.rootpath / ".supaops" / "tests" / str(os.getpid()))
    assert found
    return found.log


@pytest.mark.usefixtures("db")
def test_neither_plan_nor_verify_sends_a_value_where_it_could_be_logged(
    project: Project, stack: Stack, log: Path
) -> None:
    project.environ["JOB_QUEUE_RUNNER_SECRET"] = VALUE
    with connect(stack.url) as conn:
        project.plan(conn)
        project.apply(conn)
    before = log.stat().st_size
    with role_setting(stack, "log_statement", "all"), connect(stack.url) as conn:
        assert project.plan(conn).pending == []
        run_checks(conn, project.desired)
        conn.execute("update supaops.task_type set max_attempts = 99")
        conn.execute("select vault.update_secret(id, new_description := '') from vault.secrets")
        project.apply(conn)
        assert project.plan(conn).pending == []
    logged = log.read_text(encoding="utf-8", errors="replace")[before:]
    assert "vault.update_secret" in logged
    assert VALUE not in logged


@pytest.mark.usefixtures("db")
def test_a_new_value_is_not_logged_where_the_role_may_turn_that_off(
    project: Project, stack: Stack, log: Path
) -> None:
    project.environ["JOB_QUEUE_RUNNER_SECRET"] = VALUE
    with connect(stack.admin_url) as admin:
        admin.execute(f"grant {RIGHT} to postgres".encode())
        with role_setting(stack, "log_statement", "all"), connect(stack.url) as conn:
            project.apply(conn)
        admin.execute(f"revoke {RIGHT} from postgres".encode())
    logged = log.read_text(encoding="utf-8", errors="replace")
    assert "vault.create_secret" in logged
    assert VALUE not in logged


@pytest.mark.usefixtures("db")
def test_a_plan_warns_of_a_server_that_would_log_a_value(project: Project, stack: Stack) -> None:
    with connect(stack.url) as quiet:
        assert list(plan_warnings(project.plan(quiet))) == []
    with role_setting(stack, "log_statement", "all"), connect(stack.url) as conn:
        [warning] = plan_warnings(project.plan(conn))
        assert "job_queue_runner_secret" in warning
        project.apply(conn)
        assert list(plan_warnings(project.plan(conn))) == []
    with connect(stack.admin_url) as admin:
        admin.execute(f"grant {RIGHT} to postgres".encode())
        project.environ["JOB_QUEUE_RUNNER_SECRET"] = VALUE
        with role_setting(stack, "log_statement", "all"), connect(stack.url) as conn:
            assert list(plan_warnings(project.plan(conn))) == []
        admin.execute(f"revoke {RIGHT} from postgres".encode())
