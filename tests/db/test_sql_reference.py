"""docs/reference/sql.md against the database: complete, with right signatures and examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from tests.db.calls import column, enqueue

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "sql.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (job_queue\w+)\n(.*?)(?=^##|\Z)", REFERENCE, re.M | re.S))
EXAMPLES = re.findall(r"```sql\n(.*?)```", REFERENCE, re.S)


def test_every_public_function_and_view_has_its_section_and_no_other_has(
    queue: Connection,
) -> None:
    existing = column(
        queue,
        "select proname::text from pg_proc"
        " where pronamespace = 'public'::regnamespace and proname ~ '^job_queue'"
        " union all select relname::text from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'v' and relname ~ '^job_queue'",
    )
    assert sorted(SECTIONS) == sorted(existing)


def test_each_signature_is_the_one_in_the_database(queue: Connection) -> None:
    rows = queue.execute(
        "select proname, pg_get_function_arguments(oid) as arguments from pg_proc"
        " where pronamespace = 'public'::regnamespace and proname ~ '^job_queue'"
    ).fetchall()
    wrong = {
        row["proname"]: row["arguments"]
        for row in rows
        if _plain(row["arguments"]) != _plain(_documented(row["proname"]))
    }
    assert wrong == {}


def _documented(name: str) -> str:
    [signature] = re.findall(rf"^    {name}\((.*?)\)\s+returns", SECTIONS[name], re.M | re.S)
    return str(signature)


def _plain(arguments: str) -> str:
    """Return an argument list without what the server spells in its own way."""
    text = " ".join(arguments.replace("timestamp with time zone", "timestamptz").split()).lower()
    return re.sub(r"::\w+(\[\])?", "", text)


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_each_section_has_an_example(name: str) -> None:
    assert "```sql\n" in SECTIONS[name]
    assert name in "".join(re.findall(r"```sql\n(.*?)```", SECTIONS[name], re.S))


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_runs(queue: Connection, example: str) -> None:
    enqueue(queue)
    queue.execute("select vault.create_secret('http://127.0.0.1:9/', 'job_queue_worker_endpoint')")
    queue.execute("select vault.create_secret('hush', 'job_queue_runner_secret')")
    with queue.transaction(force_rollback=True):
        queue.execute(example.encode())


def test_each_error_code_of_the_templates_is_documented() -> None:
    templates = (ROOT / "templates" / "sql").rglob("*.j2")
    raised = {code for path in templates for code in re.findall(r"JQ\d{3}", path.read_text())}
    assert raised == set(re.findall(r"^\| `(JQ\d{3})` \|", REFERENCE, re.M))
