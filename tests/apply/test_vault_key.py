"""A Vault whose root key is another one, as after a restore into a new project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from supaops.apply import Options
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.plan import Action, Plan, difference, hazards
from supaops.plan.document import document
from supaops.report.plan_text import plan_lines
from tests.apply.role_setting import role_setting
from tests.projects import Project

pytestmark = pytest.mark.stack

SECRET = "job_queue_runner_secret"
ENDPOINT = "job_queue_worker_endpoint"
LOST = "cannot be decrypted: Vault's key is not the one it was written with"
# What a value under another key looks like: it does not decrypt, with the same error.
SPOIL = "update vault.secrets set nonce = extensions.gen_random_bytes(16) where name = %s"


@contextmanager
def another_key(stack: Stack) -> Iterator[None]:
    """Have Vault use another root key for a while."""
    if "supabase_vault" in stack.native or stack.pg_bin == Path():
        pytest.skip("Vault's own key is in the server's memory")
    with connect(stack.admin_url) as admin:
        row = admin.execute("select current_setting('supaops.vault_key_file') as path").fetchone()
    assert row
    path = Path(row["path"])
    key = path.read_text(encoding="ascii")
    path.write_text("00" * 32 + "\n", encoding="ascii")
    try:
        yield
    finally:
        path.write_text(key, encoding="ascii")


def spoil(stack: Stack, name: str) -> None:
    with connect(stack.admin_url) as admin:
        assert admin.execute(SPOIL, (name,)).rowcount == 1


def change_of(plan: Plan, name: str) -> tuple[Action, str]:
    change = next(each for each in plan.changes if each.address == f"vault_secret.{name}")
    return change.action, change.reason


def values(db: Connection) -> dict[str, str]:
    rows = db.execute("select name, decrypted_secret as value from vault.decrypted_secrets")
    return {row["name"]: row["value"] for row in rows}


def test_another_root_key_is_told_per_secret_and_an_apply_writes_each_anew(
    applied: Project, db: Connection, stack: Stack
) -> None:
    before = values(db)
    with another_key(stack):
        plan = applied.plan(db)
        assert {change.address for change in plan.pending} == {
            f"vault_secret.{SECRET}",
            f"vault_secret.{ENDPOINT}",
        }
        assert change_of(plan, SECRET) == (Action.DRIFT, LOST)
        applied.apply(db)
        assert applied.plan(db).pending == []
        assert values(db) == before
        db.execute("truncate vault.secrets")  # as the key of this server is back afterwards


def test_one_lost_secret_leaves_the_others_judged_as_usual(
    applied: Project, db: Connection, stack: Stack
) -> None:
    spoil(stack, SECRET)
    db.execute("select vault.update_secret(id, 'http://elsewhere') from vault.secrets "
               "where name = %s", (ENDPOINT,))  # fmt: skip
    plan = applied.plan(db)
    assert change_of(plan, SECRET) == (Action.DRIFT, LOST)
    assert change_of(plan, ENDPOINT) == (Action.DRIFT, "was changed outside supaops")
    applied.apply(db)
    assert applied.plan(db).pending == []
    assert values(db) == {
        SECRET: applied.environ["JOB_QUEUE_RUNNER_SECRET"],
        ENDPOINT: applied.environ["JOB_QUEUE_WORKER_ENDPOINT"],
    }


def test_a_value_that_the_config_changed_meanwhile_is_no_conflict(
    applied: Project, db: Connection, stack: Stack
) -> None:
    spoil(stack, SECRET)
    applied.environ["JOB_QUEUE_RUNNER_SECRET"] = "another-value-of-the-runner"
    assert change_of(applied.plan(db), SECRET) == (Action.DRIFT, LOST)
    applied.apply(db)
    assert values(db)[SECRET] == "another-value-of-the-runner"


def test_a_lost_secret_of_somebody_else_is_foreign_and_stays(
    applied: Project, db: Connection, stack: Stack
) -> None:
    db.execute("select vault.create_secret('their secret value', 'theirs')")
    spoil(stack, "theirs")
    plan = applied.plan(db)
    assert plan.pending == []
    assert change_of(plan, "theirs")[0] is Action.FOREIGN
    spoil(stack, SECRET)
    assert change_of(applied.plan(db), "theirs")[0] is Action.FOREIGN
    applied.apply(db)
    rows = db.execute("select name from vault.secrets order by name").fetchall()
    assert [row["name"] for row in rows] == [SECRET, ENDPOINT, "theirs"]


def test_a_lost_secret_that_supaops_did_not_make_needs_force(
    project: Project, db: Connection, stack: Stack
) -> None:
    db.execute("select vault.create_secret('their secret value', %s)", (SECRET,))
    spoil(stack, SECRET)
    action, reason = change_of(project.plan(db), SECRET)
    assert action is Action.CONFLICT
    assert reason == f"{LOST}; it was not made by supaops"
    project.apply(db, Options(force=True))
    assert values(db)[SECRET] == project.environ["JOB_QUEUE_RUNNER_SECRET"]


def test_the_plan_names_the_remedy_in_text_and_json_and_no_value(
    applied: Project, db: Connection, stack: Stack
) -> None:
    spoil(stack, SECRET)
    plan = applied.plan(db)
    remedy = "~ value is lost; an apply writes it anew from its source, under a new id"
    (change,) = plan.pending
    assert difference(change) == [remedy]
    assert hazards(change) == ()
    text = "\n".join(line.plain for line in plan_lines(plan))
    told = document(plan).model_dump_json()
    for shown in (text, told):
        assert LOST in shown
        assert remedy in shown
        assert applied.environ["JOB_QUEUE_RUNNER_SECRET"] not in shown
    (part,) = document(plan).drift
    assert (part.address, part.reason) == (f"vault_secret.{SECRET}", LOST)


def test_no_secret_is_asked_for_by_itself_while_all_decrypt(applied: Project, stack: Stack) -> None:
    """Statements are counted by the notices of the server, which logs them to the client here."""
    with role_setting(stack, "log_statement", "all"), connect(stack.url) as conn:
        conn.execute("select vault.create_secret('their secret value', 'theirs')")
        spoil(stack, "theirs")
        seen: list[str] = []
        conn.execute("set client_min_messages = log")
        conn.add_notice_handler(lambda notice: seen.append(notice.message_primary or ""))
        applied.plan(conn)
        usual = sum("decrypted_secrets" in line for line in seen)
        spoil(stack, SECRET)
        seen.clear()
        applied.plan(conn)
        one_by_one = sum("decrypted_secrets" in line for line in seen)
    assert (usual, one_by_one) == (1, 3)


def test_a_tick_says_which_secret_cannot_be_decrypted(
    applied: Project, db: Connection, stack: Stack
) -> None:
    assert applied.plan(db).pending == []
    spoil(stack, SECRET)
    with pytest.raises(psycopg.Error, match=f"cannot decrypt the secret '{SECRET}'") as caught:
        db.execute("select job_queue_trigger_worker()")
    assert caught.value.sqlstate == "JQ005"
    assert caught.value.diag.message_hint == "Write it anew from its source: supaops apply"


@pytest.mark.usefixtures("applied")
def test_vault_does_not_update_what_it_cannot_decrypt(db: Connection, stack: Stack) -> None:
    """Source: supabase_vault 0.3.1, which reads the old value into a variable first."""
    spoil(stack, SECRET)
    update = "select vault.update_secret(id, 'a new value') from vault.secrets where name = %s"
    with pytest.raises(psycopg.errors.DataException, match="invalid ciphertext"):
        db.execute(update, (SECRET,))
