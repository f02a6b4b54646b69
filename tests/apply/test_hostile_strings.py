"""A hostile string in any value is refused in plain words or arrives as it was written."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from supaops.db.connect import Connection
from supaops.errors import ConfigError
from supaops.render.quoting import literal
from tests.projects import Project

pytestmark = pytest.mark.stack

HOSTILE = {
    "quotes": """it's "quoted" ''twice''""",
    "backslashes": r"C:\new\table\'; drop table job_queue; --",
    "dollars": "$$ $function$ $1 $$; select 1; $$",
    "jinja": "{{ worker.secret }} {% raw %} {# c #}",
    "percent": "100% %s %(name)s {0} {}",
    "emoji": "🚀 naïve ☃ \u202e right to left",
    "lines": "first\nsecond\r\n\tthird -- comment /* open",
    "yaml": "yes: [no, {on: off}] & * ! | > @ `",
}

ALONE = "select job_queue_enqueue('hostile', %s)"
IN_A_BATCH = """
select job_queue_enqueue_many(
  jsonb_build_array(jsonb_build_object('task_type', 'hostile', 'payload', %s::jsonb)))
"""


def overlay(text: str) -> str:
    """Return an overlay, as JSON, which is YAML, that says `text` wherever a text may stand."""
    quoted = str(literal(text))
    return json.dumps(
        {
            "queue": {
                "task_types": {
                    "hostile": {
                        "description": text,
                        "payload": {"type": "object", "properties": {text: {"const": text}}},
                    }
                }
            },
            "vault": {
                "secrets": {
                    "hostile": {"description": text, "value": "env(HOSTILE)"},
                }
            },
            "cron": {
                "jobs": {
                    "job_queue_worker": {"active": False, "description": text},
                    "job_queue_cleanup_daily": {"active": False},
                    "job_queue_maintenance": {"active": False},
                    "hostile": {"schedule": "0 0 1 1 *", "sql": f"select {quoted}"},
                }
            },
        },
        ensure_ascii=False,
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_arrives_as_it_was_written(
    project: Project, db: Connection, text: str
) -> None:
    project.environ["HOSTILE"] = text
    project.write_overlay(overlay(text))
    project.apply(db)
    assert project.plan(db).pending == []

    task = one(db, "select * from supaops.task_type where name = 'hostile'")
    assert task["description"] == text
    assert task["payload_schema"]["properties"] == {text: {"const": text}}
    secret = one(db, "select * from vault.decrypted_secrets where name = 'hostile'")
    assert (secret["description"], secret["decrypted_secret"]) == (text, text)
    command = one(db, "select command from cron.job where jobname = 'hostile'")["command"]
    ran = db.execute(f"{command} as said")
    assert ran.nextset()  # the first is the guard's
    assert ran.fetchall() == [{"said": text}]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_in_a_schema_is_compared_as_it_was_written(
    project: Project, db: Connection, text: str
) -> None:
    project.environ["HOSTILE"] = text
    project.write_overlay(overlay(text))
    project.apply(db)
    right, wrong = json.dumps({text: text}), json.dumps({text: f"{text}x"})
    for statement in (ALONE, IN_A_BATCH):
        db.execute(statement, [right])
        with pytest.raises(psycopg.Error, match="expected") as caught:
            db.execute(statement, [wrong])
        assert caught.value.sqlstate == "JQ002"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    "place",
    [
        ("queue", "name"),
        ("queue", "schema"),
        ("queue", "lease"),
        ("worker", "header"),
        ("worker", "secret"),
        ("worker", "endpoint"),
        ("smoke", "task_type"),
        ("database", "url"),
        ("cron", "jobs", "job_queue_worker", "schedule"),
        ("cron", "jobs", "job_queue_worker", "call"),
        ("vault", "secrets", "job_queue_runner_secret", "value"),
    ],
    ids=".".join,
)
def test_a_name_or_number_that_is_hostile_is_refused_with_its_place(
    project: Project, place: tuple[str, ...], text: str
) -> None:
    value: Any = text
    for key in reversed(place):
        value = {key: value}
    project.write_overlay(json.dumps(value))
    with pytest.raises(ConfigError) as caught:
        _ = project.resolved
    assert all(problem.place for problem in caught.value.problems)
    assert any(place[-1] in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(("escape", "complaint"), [(r"\0", "NUL"), (r"\ud83d", "surrogate")])
@pytest.mark.parametrize(
    "place",
    [
        ("vault", "secrets", "job_queue_runner_secret", "description"),
        ("queue", "task_types", "game_platform_sync", "description"),
        ("cron", "jobs", "job_queue_worker", "sql"),
    ],
    ids=".".join,
)
def test_what_postgresql_cannot_store_is_refused_before_it_sees_it(
    project: Project, place: tuple[str, ...], escape: str, complaint: str
) -> None:
    nested = f'"select 1 {escape}"'
    for key in reversed(place):
        nested = f"{{{key}: {nested}}}"
    project.write_overlay(nested)
    with pytest.raises(ConfigError, match=complaint):
        _ = project.config


def one(db: Connection, statement: str) -> dict[str, Any]:
    return db.execute(statement.encode()).fetchone() or {}
