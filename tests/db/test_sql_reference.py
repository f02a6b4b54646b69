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


def test_each_result_is_the_one_in_the_database(queue: Connection) -> None:
    rows = queue.execute(
        "select proname, pg_get_function_result(oid) as result from pg_proc"
        " where pronamespace = 'public'::regnamespace and proname ~ '^job_queue'"
    ).fetchall()
    wrong = {row["proname"]: row["result"] for row in rows if _result(row) != _documented_of(row)}
    assert wrong == {}


def _result(row: dict[str, str]) -> str:
    """Return a result without the types of a table's columns, which some sections leave out."""
    return _names_alone(_plain(row["result"]))


def _documented_of(row: dict[str, str]) -> str:
    pattern = r"^    job_queue\w+\(.*?\)\s+returns (table \(.*?\)$|[\w\[\]]+$)"
    [found] = re.findall(pattern, SECTIONS[row["proname"]], re.M | re.S)
    if "<the columns of job_queue_claim>" in found:
        claimed = _documented_of({"proname": "job_queue_claim"})
        columns = claimed.removeprefix("table(").removesuffix(")")
        found = found.replace("<the columns of job_queue_claim>", columns)
    return _names_alone(_plain(found))


def _names_alone(result: str) -> str:
    if not result.startswith("table"):
        return result
    columns = result.removeprefix("table").strip(" ()").split(",")
    return f"table({', '.join(each.split()[0] for each in columns)})"


COLUMNS = """
  select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod) as type,
         col_description(c.oid, a.attnum) as meaning
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'public'::regnamespace and c.relname ~ '^job_queue'
    and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attnum
"""


def test_each_column_is_told_with_its_type_and_the_database_s_own_words(queue: Connection) -> None:
    """A view's columns have no words there, and so any here."""
    rows = queue.execute(COLUMNS.encode()).fetchall()
    untold = [f"{row['relname']}: {_row(row)}" for row in rows if not _is_told(row)]
    assert untold == []
    assert len(re.findall(r"^\| `\w+` \| [a-z]+ \| ", REFERENCE, re.M)) == len(rows)


def _row(row: dict[str, str]) -> str:
    kind = row["type"].replace("timestamp with time zone", "timestamptz")
    return f"| `{row['attname']}` | {kind} | {row['meaning'] or ''}"


def _is_told(row: dict[str, str]) -> bool:
    place = SECTIONS.get(row["relname"]) or REFERENCE.split("## The table")[1].split("## Grants")[0]
    return f"\n{_row(row)}" in place


GRANTS = """
  select p.kind, case p.grantee when 0 then 'everybody else' else p.grantee::regrole::text end
           as role, string_agg(distinct lower(p.privilege_type), ', ') as privileges
  from (
    select case relkind when 'v' then 'the views' else 'the table' end as kind, acl.*
    from pg_class, aclexplode(relacl) acl
    where relnamespace = 'public'::regnamespace and relname ~ '^job_queue' and relkind in ('r', 'v')
    union all
    select 'the functions', acl.* from pg_proc, aclexplode(proacl) acl
    where pronamespace = 'public'::regnamespace and proname ~ '^job_queue'
    union all
    select 'the schema', acl.* from pg_namespace, aclexplode(nspacl) acl where nspname = 'supaops'
  ) p
  where p.grantee <> 'postgres'::regrole
  group by 1, 2
"""
_ROLES = ("service_role", "anon", "authenticated", "everybody else")


def test_the_grants_are_those_of_the_database(queue: Connection) -> None:
    rows = queue.execute(GRANTS.encode()).fetchall()
    real = {(row["kind"], row["role"]): set(row["privileges"].split(", ")) for row in rows}
    assert {key: told for key, told in _told_grants().items() if told} == real


def _told_grants() -> dict[tuple[str, str], set[str]]:
    """Return the privileges of the table of grants, by kind of object and role."""
    section = REFERENCE.split("## Grants")[1].split("\n## ")[0]
    found = re.findall(r"^\| (the \w+)[^|]*\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", section, re.M)
    told: dict[tuple[str, str], set[str]] = {}
    for kind, service, web, others in found:
        for role, cell in zip(_ROLES, (service, web, web, others), strict=True):
            told[kind, role] = set() if cell.strip() == "nothing" else set(cell.split(", "))
    return told


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
