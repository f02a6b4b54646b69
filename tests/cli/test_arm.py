"""`supaops arm` and `disarm`, and the commands that meet another environment's database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus, Severity
from tests.cli.conftest import Cli
from tests.projects import QUIET_CRON, base_file

pytestmark = pytest.mark.stack

OTHERS = "update supaops.environment set name = 'elsewhere'"


@pytest.fixture
def applied(cli: Cli, db: Connection, variables: dict[str, str]) -> dict[str, str]:
    """Return the variables of an environment that was applied."""
    del db
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    return variables


def environment(db: Connection) -> dict[str, Any]:
    [row] = db.execute("select * from supaops.environment").fetchall()
    return row


def finding(cli: Cli, variables: dict[str, str], name: str) -> dict[str, str]:
    told = json.loads(cli("verify", "--format", "json", **variables).out)
    [found] = [each for each in told["findings"] if each["id"] == name]
    return {key: found[key] for key in ("id", "severity", "observed", "fix")}


def test_disarm_and_arm_leave_their_mark_in_state_and_audit(
    cli: Cli, db: Connection, applied: dict[str, str]
) -> None:
    done = cli("disarm", "--reason", "moving house", "--yes", **applied)
    assert done.status == ExitStatus.OK
    assert done.out.splitlines() == [
        "Disarmed: it posts nothing and runs no guarded cron job.",
        "  back: supaops arm --env test",
    ]
    assert environment(db)["disarmed_reason"] == "moving house"
    found = finding(cli, applied, "config.armed")
    assert found["severity"] == "WARNING"
    assert found["observed"].startswith("disarmed by the operator since 2")
    assert found["observed"].endswith(" UTC: moving house")
    assert found["fix"] == "supaops arm --env test"
    assert "warning: this database is disarmed by the operator" in cli("plan", **applied).err
    assert cli("arm", "--yes", **applied).status == ExitStatus.OK
    assert environment(db)["disarmed_at"] is None
    assert finding(cli, applied, "config.armed")["severity"] == "OK"
    audit = db.execute("select action, actor, reason, target from supaops.audit order by id")
    rows = audit.fetchall()
    assert [(row["action"], row["reason"]) for row in rows] == [
        ("disarm", "moving house"),
        ("arm", None),
    ]
    assert {row["target"] for row in rows} == {"environment:test"}
    assert all("@" in row["actor"] for row in rows)


@pytest.mark.parametrize("words", [["arm"], ["disarm", "--reason", "x"], ["arm", "--rename"]])
def test_without_a_terminal_and_without_yes_nothing_changes(
    cli: Cli, db: Connection, applied: dict[str, str], words: list[str]
) -> None:
    before = environment(db)
    outcome = cli(*words, **applied)
    assert outcome.status == ExitStatus.REFUSED
    assert "there is no terminal to ask" in outcome.err
    assert environment(db) == before


def test_an_apply_to_another_environment_s_database_is_refused(
    cli: Cli, db: Connection, applied: dict[str, str], project_folder: Path
) -> None:
    (base_file(project_folder).parent / "environments" / "staging.yaml").write_text(QUIET_CRON)
    outcome = cli("apply", "--yes", "--env", "staging", **applied)
    assert outcome.status == ExitStatus.REFUSED
    assert "it belongs to the environment 'test', not to 'staging'" in outcome.err
    assert "database postgres on 127.0.0.1:" in outcome.err
    assert "supaops arm --env staging --rename" in outcome.err
    plan = cli("plan", "--env", "staging", **applied)
    assert plan.status == ExitStatus.OK
    assert "warning: this database belongs to test, not to staging" in plan.err
    json.loads(cli("plan", "--env", "staging", "--format", "json", **applied).out)
    assert environment(db)["name"] == "test"


@pytest.mark.parametrize("words", [["arm"], ["disarm", "--reason", "x"]])
def test_another_environment_s_database_is_neither_armed_nor_disarmed(
    cli: Cli, db: Connection, applied: dict[str, str], words: list[str]
) -> None:
    db.execute(OTHERS)
    outcome = cli(*words, "--yes", **applied)
    assert outcome.status == ExitStatus.REFUSED
    assert "--rename" in outcome.err
    assert environment(db)["disarmed_at"] is None


@pytest.mark.parametrize(
    ("words", "state"), [(["arm"], "armed"), (["disarm", "--reason", "x"], "disarmed")]
)
def test_a_copy_becomes_another_environment_s_by_a_rename(
    cli: Cli, db: Connection, applied: dict[str, str], words: list[str], state: str
) -> None:
    db.execute(OTHERS)
    assert finding(cli, applied, "config.environment")["severity"] == "CRITICAL"
    outcome = cli(*words, "--rename", "--yes", **applied)
    assert outcome.status == ExitStatus.OK
    assert outcome.out.startswith("Renamed: it belonged to elsewhere, and is now test's.\n")
    assert db.execute(
        "select name, supaops.guard_state() as state from supaops.environment"
    ).fetchone() == {
        "name": "test",
        "state": state,
    }
    assert finding(cli, applied, "config.environment") == {
        "id": "config.environment",
        "severity": "OK",
        "observed": "test",
        "fix": "",
    }
    assert cli("apply", "--yes", **applied).status == ExitStatus.OK


@pytest.mark.parametrize("words", [["arm"], ["disarm", "--reason", "x"]])
@pytest.mark.usefixtures("db")
def test_a_database_that_was_never_applied_to_says_so(
    cli: Cli, variables: dict[str, str], words: list[str]
) -> None:
    outcome = cli(*words, "--yes", **variables)
    assert outcome.status == ExitStatus.ERROR
    assert "supaops apply --env test" in outcome.err


def test_without_the_guard_there_is_nothing_to_arm(
    cli: Cli, applied: dict[str, str], project_folder: Path
) -> None:
    overlay = base_file(project_folder).parent / "environments" / "test.yaml"
    overlay.write_text(f"clone_guard: false\n{QUIET_CRON}")
    outcome = cli("disarm", "--reason", "x", "--yes", **applied)
    assert outcome.status == ExitStatus.ERROR
    assert "test.yaml:1:1" in outcome.err
    assert "supaops pause" in outcome.err
    assert cli("apply", "--yes", **applied).status == ExitStatus.OK
    assert "clone_guard is false" in finding(cli, applied, "config.armed")["observed"]


def test_a_reason_is_wanted(cli: Cli, applied: dict[str, str]) -> None:
    assert cli("disarm", "--yes", **applied).status == ExitStatus.USAGE
    empty = cli("disarm", "--yes", "--reason", " ", **applied)
    assert empty.status == ExitStatus.ERROR
    assert "a disarm needs a reason" in empty.err


def test_verify_of_an_unnamed_database_is_well(
    cli: Cli, db: Connection, applied: dict[str, str]
) -> None:
    db.execute("update supaops.environment set name = null")
    assert finding(cli, applied, "config.environment")["observed"].startswith("not named yet")
    assert Severity.OK.name == finding(cli, applied, "config.environment")["severity"]
