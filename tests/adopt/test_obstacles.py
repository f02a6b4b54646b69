"""What cannot be brought over without a loss is refused, all of it at once, with what helps."""

from __future__ import annotations

import pytest

from supaops.adopt import What
from supaops.db.connect import Connection
from supaops.errors import Refused
from tests.adopt.conftest import Import

pytestmark = pytest.mark.stack

T = "alter table public.job_queue"
# What somebody has, and what is said of it. The remedy is then run as it is told.
CURABLE = {
    "a name of ours": (f"{T} add column lane text", "column lane has a name that is kept for"),
    "a value that enqueue does not give": (
        f"{T} alter column tenant set not null, alter column tenant drop default",
        "column tenant must have a value",
    ),
    "a status that is refused": (
        (f"{T} add constraint few check (status in ('pending', 'running', 'succeeded', 'failed', "
        "'cancelled') and status <> 'running')"),
        "constraint few refuses the status running",
    ),
    "a status bound to another column": (
        f"{T} add constraint ends check (status <> 'succeeded' or completed_at is not null)",
        "constraint ends binds the status",
    ),
    "an index with a name of ours": (
        "create index job_queue_ready_idx on public.job_queue (run_at)",
        "the name job_queue_ready_idx is taken",
    ),
    "an unlogged table": (
        ("alter table public.receipt drop constraint receipt_job_id_fkey; "
        f"{T} set unlogged"),
        "a crash would empty it",
    ),
    "a view on a column that changes": (
        "create view public.open_jobs as select id from public.job_queue",
        "view public.open_jobs uses id",
    ),
    "a policy on the status": (
        "create policy mine on public.job_queue using (status <> 'cancelled')",
        "policy mine uses status",
    ),
    "a trigger of the status": (
        ("create function public.f() returns trigger language plpgsql as 'begin return new; end'; "
        "create trigger t before update of status on public.job_queue "
        "for each row execute function public.f()"),
        "trigger t uses status",
    ),
    "a text that holds JSON": (f"{T} alter payload drop default, alter payload type text",
                               "column payload is text, which is not jsonb"),
}  # fmt: skip
INCURABLE = {
    "no task type": (f"{T} rename column task_type to kind", "it has no column task_type"),
    "no id": (f"{T} rename column id to number", "it has no column id"),
    "an array": (
        f"{T} alter last_error type text[] using array[last_error]",
        "column last_error is text[]",
    ),
    "a running job": (
        "update public.job_queue set status = 'running' where id = 1",
        "1 job is running, and no lease tells",
    ),
    "a task type that nobody declared": (
        "update public.job_queue set task_type = 'mail' where id in (1, 2)",
        "2 jobs are waiting with the task type 'mail'",
    ),
    "a number that is too large": (
        f"{T} add column priority bigint default 40000",
        "5 jobs have a priority that smallint cannot hold",
    ),
    "no status": (
        f"{T} alter status drop not null; update public.job_queue set status = null where id = 1",
        "1 job has no status",
    ),
    "the same id twice": (
        ("alter table public.receipt drop constraint receipt_job_id_fkey; "
        f"{T} drop constraint job_queue_pkey; update public.job_queue set id = 1"),
        "1 id is there more than once",
    ),
    "the same key twice": (
        f"{T} add column dedup_key uuid default '00000000-0000-0000-0000-000000000001'",
        "1 dedup_key is of several waiting jobs",
    ),
    "a key twice in a payload": (
        """update public.job_queue set payload = '{"a": [{"b": 1, "b": 2}]}' where id = 1""",
        "1 job has a payload that jsonb would not keep",
    ),
    "a NUL in a payload": (
        r"""update public.job_queue set payload = '{"a": "\\u0000"}' where id = 1""",
        "1 job has a payload that jsonb would not keep",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CURABLE)
def test_an_obstacle_is_told_and_its_remedy_removes_it(
    by_hand: Import, db: Connection, name: str
) -> None:
    edit, reason = CURABLE[name]
    db.execute(edit.encode())
    told = by_hand.obstacles()
    assert [each.reason for each in told if reason in each.reason] == [told[0].reason]
    db.execute(told[0].remedy.encode())
    assert by_hand.table().jobs == 5


@pytest.mark.parametrize("name", INCURABLE)
def test_an_obstacle_that_its_owner_must_decide_on_is_told(
    by_hand: Import, db: Connection, name: str
) -> None:
    edit, reason = INCURABLE[name]
    db.execute(edit.encode())
    wanted = by_hand.wanted(What.TABLE)
    shown = by_hand.discover(wanted)
    assert shown.table
    assert [each for each in shown.table.obstacles if reason in each.reason]
    with pytest.raises(Refused, match="the table stays as it is"):
        by_hand.carry_out(wanted, shown)
    assert db.execute("select to_regnamespace('supaops') as oid").fetchone() == {"oid": None}


def test_every_reason_is_told_at_once(by_hand: Import, db: Connection) -> None:
    for edit in ("add column lane text", "add column version text", "set unlogged"):
        db.execute(b"alter table public.receipt drop constraint if exists receipt_job_id_fkey")
        db.execute(f"{T} {edit}".encode())
    assert len(by_hand.reasons()) == 3
    with pytest.raises(Refused, match="for 3 reasons"):
        by_hand.table()


@pytest.mark.parametrize(
    "made",
    [
        "create view public.job_queue as select 1 as id, 'x' as task_type, 'pending' as status",
        "create table public.job_queue (id int, task_type text, status text) partition by list(id)",
        (
            "create table public.parent (id int, task_type text, status text); "
            "create table public.job_queue () inherits (public.parent)"
        ),
    ],
)
def test_what_is_no_plain_table_is_refused(empty: Import, db: Connection, made: str) -> None:
    db.execute(made.encode())
    assert [each for each in empty.reasons() if "no plain table" in each or "inheritance" in each]


def test_running_jobs_become_pending_only_when_somebody_says_so(
    by_hand: Import, db: Connection
) -> None:
    db.execute("update public.job_queue set status = 'running' where id in (1, 2)")
    assert by_hand.reasons(statuses={"running": "pending"}) == []
    by_hand.table(statuses={"running": "pending"})
    states = (
        "select count(*) as n from public.job_queue where status = 'pending' and ready_at < now()"
    )
    assert db.execute(states.encode()).fetchone() == {"n": 2}


def test_unknown_statuses_become_what_somebody_says(by_hand: Import, db: Connection) -> None:
    db.execute(
        f"{T} alter status drop default; drop index public.job_queue_pending_idx; "
        f"{T} alter status type varchar(20); "
        f"{T} alter status set default 'queued'; "
        "update public.job_queue set status = 'queued' where status = 'pending'; "
        "update public.job_queue set status = 'it''s done' where status = 'succeeded'".encode()
    )
    assert by_hand.reasons() == [
        '1 job is in status "it\'s done", which is none of ours',
        "2 jobs are in status 'queued', which is none of ours",
    ]
    by_hand.table(statuses={"queued": "pending", "it's done": "succeeded"})
    found = db.execute("select status, count(*) as n from public.job_queue group by 1").fetchall()
    assert {row["status"]: row["n"] for row in found} == {
        "pending": 2,
        "succeeded": 1,
        "failed": 1,
        "cancelled": 1,
    }


UUID_KEY = """
drop table public.receipt; drop table public.job_queue;
create table public.job_queue (
  id uuid primary key default gen_random_uuid(), task_type text not null,
  status text not null default 'pending', created_at timestamptz not null default now(),
  run_at timestamptz, payload jsonb);
insert into public.job_queue (task_type, created_at)
select 'game_platform_sync', timestamptz '2026-01-01 00:00+00' - n * interval '1 hour'
  from generate_series(1, 9) n;
"""


def test_uuids_are_refused_unless_the_jobs_may_be_numbered(by_hand: Import, db: Connection) -> None:
    db.execute(UUID_KEY.encode())
    told = by_hand.obstacles()
    assert [each.reason for each in told] == ["its id is uuid; ours are bigint"]
    assert "--rekey" in told[0].remedy
    before = db.execute("select id from public.job_queue order by created_at").fetchall()
    by_hand.table(rekey=True)
    after = db.execute(
        "select legacy_id as id, id as n from public.job_queue order by n"
    ).fetchall()
    assert [{"id": row["id"]} for row in after] == before, "in the order of enqueueing"
    assert [row["n"] for row in after] == list(range(1, 10))
    inserted = "insert into public.job_queue (task_type) values ('game_platform_sync') returning id"
    assert db.execute(inserted.encode()).fetchone() == {"id": 10}


def test_uuids_that_another_table_refers_to_are_kept(by_hand: Import, db: Connection) -> None:
    db.execute(UUID_KEY.encode())
    db.execute("create table public.receipt (job_id uuid references public.job_queue (id))")
    assert by_hand.reasons(rekey=True) == [
        "public.receipt refers to its id, which is uuid and cannot be kept"
    ]
