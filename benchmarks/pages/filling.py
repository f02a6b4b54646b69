"""A queue with a week behind it: a million jobs, runs, posts, few of them still of interest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from supaops.db.connect import Connection

WEEK_S = 7 * 24 * 3600
ERROR = "UpstreamTimeout: no answer from https://mail.example.test in 30 s (message 4711)"
_TYPES = ("sync_catalogue", "send_email", "make_thumbnail")
_QUEUES = ("default", "mail", "media")
_RETRYING, _RUNNING, _FAILED, _OLD_FAILED = 500, 20, 297, 3
_OVERLOOKED = 200
"""One job of so many has failed once before it succeeded."""

_ENQUEUE = "select job_queue_enqueue(%s, %s, max_attempts => %s, priority => %s) as id"
_ENQUEUE_MANY = """
select job_queue_enqueue_many((select jsonb_agg(jsonb_build_object(
  'task_type', (%(types)s::text[])[1 + n %% 3],
  'payload', jsonb_build_object('customer', jsonb_build_object('id', n)),
  'run_at', now() + case when n %% 10 = 0 then interval '3 hours' else interval '0' end))
  from generate_series(1, %(number)s) as n))"""
_CLAIM = "select id, lease_id from job_queue_claim(%s, 'bench-worker', %s, interval '2 hours')"
_COLUMNS = """
select attname as name from pg_catalog.pg_attribute
 where attrelid = 'job_queue'::regclass and attnum > 0 and not attisdropped and attidentity = ''
 order by attnum"""
_COPIES = """
with model as (
  select row_number() over (order by id) - 1 as place, * from job_queue where id = any(%(models)s)
)
insert into job_queue ({names})
select {values}
  from generate_series(1, %(number)s) as n
  join model on model.place = n %% cardinality(%(models)s)
 cross join lateral (
   select now() - %(ago)s * interval '1 second' - (%(number)s - n) * %(step)s * interval '1 second'
 ) as a(at)
 order by n"""
_MOMENTS = ("created_at", "run_at", "started_at", "completed_at")
_PAYLOAD = """jsonb_build_object('customer', jsonb_build_object('id', n %% 5000),
  'token', 'hidden', 'text', repeat('x', 60))"""
_OLD = """update job_queue set created_at = created_at - interval '30 days',
  run_at = run_at - interval '30 days' where id = any(%s)"""
_ATTEMPTS = """
insert into supaops.attempt (job_id, attempt, worker, started_at, finished_at, outcome, error)
select id, 1, 'bench-worker', started_at, started_at + interval '1 second', 'failed', %s
  from job_queue where status = 'succeeded' and id %% %s = 0"""
_SAMPLES = """
insert into supaops.sample
  (at, queue, pending, running, succeeded, failed, cancelled, oldest_ready_at)
select m.at, q.name, 20 + m.n %% 50, 3, 1000000 - m.n * 30, 300, 5, m.at - interval '9 s'
  from (select n, date_trunc('minute', now()) - make_interval(mins => n) as at
          from generate_series(0, 10079) as n) as m, unnest(%s::text[]) as q(name)
on conflict do nothing"""
_AUDIT = """
insert into supaops.audit (at, actor, action, reason, target, before, after, source, request_id)
select now() - (%(number)s - n) * interval '6 seconds',
       (array['vera', 'otto', 'ada'])[1 + n %% 3], (array['retry', 'cancel', 'pause'])[1 + n %% 3],
       case when n %% 2 = 0 then 'upstream is back' end,
       case when n %% 3 = 2 then 'queue:mail' else 'job:' || n end, '{"status": "failed"}',
       '{"status": "pending"}', (array['cli', 'dashboard', 'sql'])[1 + n %% 3], 'request-' || n / 40
  from generate_series(1, %(number)s) as n"""
_RUNS = """
insert into cron.job_run_details
  (jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time)
select j.jobid, n, 10000 + n %% 20000, current_database(), 'postgres', j.command,
       case when n %% 997 = 0 then 'failed' else 'succeeded' end, '1 row', a.at,
       a.at + interval '10 milliseconds'
  from generate_series(1, %(number)s) as n
 cross join lateral (
   select now() - (%(number)s - n) * %(step)s * interval '1 second') as a(at)
  join cron.job as j on j.jobname = case when n %% 5000 = 0 then 'job_queue_cleanup_daily'
    when n %% 12 = 0 then 'job_queue_maintenance' else 'job_queue_worker' end
 order by n"""
_NEXT_RUN = "select setval('cron.runid_seq', (select max(runid) from cron.job_run_details))"
_POSTS = """
insert into supaops.dispatch
  (request_id, backend_pid, created_at, status_code, timed_out, responded_at, claimed, cron_runid)
select n, 10000 + n %% 20000, a.at, case when n %% 1009 = 0 then 503 else 200 end, false,
       a.at + interval '120 milliseconds', n %% 4, n
  from generate_series(1, %(number)s) as n
 cross join lateral (
   select now() - (%(number)s - n) * %(step)s * interval '1 second') as a(at)"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; as many posts as runs."""

    jobs: int
    runs: int
    audit: int


FULL = Size(jobs=1_000_000, runs=1_000_000, audit=100_000)


def fill(db: Connection, admin: Connection, size: Size) -> dict[str, int]:
    """Fill an applied, empty queue; return the ids of some jobs by what they are."""
    models = _models(db)
    ids = {"succeeded": models["succeeded"][0]}
    ids["old_failed"] = _failed(db, "sync_catalogue", _OLD_FAILED, is_old=True)
    ids["rare"] = _succeeded(db, "bench")
    cancelled, pending = size.jobs * 2 // 100, size.jobs // 100
    succeeded = size.jobs - cancelled - pending
    for models_of, number, ago in (
        ("succeeded", succeeded // 2, WEEK_S / 2),
        ("cancelled", cancelled, WEEK_S / 2),
        ("succeeded", succeeded - succeeded // 2, 60.0),
    ):
        _copy(db, models[models_of], number, ago)
    ids["failed"] = _failed(db, "send_email", _FAILED)
    ids["retrying"] = _retrying(db)
    ids["running"] = _running(db)
    db.execute(_ENQUEUE_MANY, {"types": list(_TYPES), "number": pending})
    db.execute(_ATTEMPTS, [ERROR, _OVERLOOKED])
    db.execute(_SAMPLES, [list(_QUEUES)])
    db.execute(_AUDIT, {"number": size.audit})
    _chain(db, admin, size.runs)
    return ids | _ends(db) | {"customer": pending}


def _chain(db: Connection, admin: Connection, number: int) -> None:
    spread = {"number": number, "step": WEEK_S / number}
    admin.execute(_RUNS, spread)
    admin.execute(_NEXT_RUN)
    db.execute(_POSTS, spread)


def _ends(db: Connection) -> dict[str, int]:
    statement = "select max(id) as newest, max(id) / 2 as middle from job_queue"
    [row] = db.execute(statement).fetchall()
    return {name: int(value) for name, value in row.items()}


def _models(db: Connection) -> dict[str, list[int]]:
    cancelled = [_enqueue(db, each) for each in _TYPES]
    db.execute("select job_queue_cancel(%s::bigint[])", [cancelled])
    return {"succeeded": [_succeeded(db, each) for each in _TYPES], "cancelled": cancelled}


def _enqueue(db: Connection, task_type: str, *, attempts: int = 5, priority: int = 0) -> int:
    payload = Jsonb({"customer": {"id": 42}, "token": "hidden"})
    [row] = db.execute(_ENQUEUE, [task_type, payload, attempts, priority]).fetchall()
    return int(row["id"])


def _claim(db: Connection, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = db.execute(_CLAIM, [number, list(_QUEUES)]).fetchall()
    return found


def _succeeded(db: Connection, task_type: str) -> int:
    job_id = _enqueue(db, task_type)
    _claim(db, 1)
    db.execute("select job_queue_mark_succeeded(%s)", [job_id])
    return job_id


def _failed(db: Connection, task_type: str, number: int, *, is_old: bool = False) -> int:
    ids = [_enqueue(db, task_type, attempts=1) for _ in range(number)]
    _claim(db, number)
    db.execute("select job_queue_mark_failed(id, %s) from unnest(%s::bigint[]) as id", [ERROR, ids])
    if is_old:
        db.execute(_OLD, [ids])
    return ids[-1]


def _retrying(db: Connection) -> int:
    ids = [_enqueue(db, "send_email", priority=-9) for _ in range(_RETRYING)]
    _claim(db, _RETRYING)
    db.execute("select job_queue_mark_failed(id, %s) from unnest(%s::bigint[]) as id", [ERROR, ids])
    return ids[-1]


def _running(db: Connection) -> int:
    ids = [_enqueue(db, "make_thumbnail", priority=-8) for _ in range(_RUNNING)]
    _claim(db, _RUNNING)
    return ids[-1]


def _copy(db: Connection, models: list[int], number: int, ago_s: float) -> None:
    """Add copies of some jobs in turn, the newest so many seconds ago."""
    names = [row["name"] for row in db.execute(_COLUMNS).fetchall()]
    statement = _COPIES.format(names=", ".join(names), values=", ".join(map(_value, names)))
    values: Mapping[str, Any] = {
        "models": models,
        "number": number,
        "ago": ago_s,
        "step": WEEK_S / 2 / max(number, 1),
    }
    db.execute(statement.encode(), values)


def _value(name: str) -> str:
    if name == "payload":
        return _PAYLOAD
    return (
        f"case when model.{name} is not null then a.at end" if name in _MOMENTS else f"model.{name}"
    )
