"""A queue in the middle of its work: every page has something to show.

.venv/bin/python -m tests.web.scene DSN     # into an applied database
"""

from __future__ import annotations

import sys

from psycopg.types.json import Jsonb

from supaops.db.connect import Connection, connect
from tests.db.calls import claim, enqueue

TASK_TYPES = """
queue:
  limits:
    mail: {concurrency: 5, rate: 100/m}
  task_types:
    send_email:
      description: Sends one message.
      queue: mail
      max_attempts: 3
    make_thumbnail:
      queue: media
      max_attempts: 5
"""
"""Part of an overlay: the task types of the scene."""

_FAILURE = """UpstreamTimeout: no answer from https://mail.example.test in 30 s (message 4711)
Traceback (most recent call last):
  File "handlers/mail.py", line 42, in send_email
    response = client.post(url, json=message)
  File "httpx/_client.py", line 1144, in post
    raise ConnectTimeout(message)
UpstreamTimeout: no answer from https://mail.example.test in 30 s (message 4711)"""

# Some minutes of runs and posts, a few of them without an answer that is good. Their numbers are
# below those that pg_cron gives.
_CHAIN = """
with run as (
  insert into cron.job_run_details
    (jobid, runid, job_pid, database, username, command, status, return_message,
     start_time, end_time)
  select j.jobid, -n, 40000 + n, current_database(), current_user, j.command,
         case when n % 14 = 3 then 'failed' else 'succeeded' end,
         case when n % 14 = 3 then 'job startup timeout' else '1 row' end,
         now() - make_interval(secs => 30 * n), now() - make_interval(secs => 30 * n - 0.01)
    from cron.job as j, generate_series(45, 1, -1) as n
   where j.jobname = 'job_queue_worker' and j.username = current_user
  returning runid, job_pid, start_time, status
)
insert into supaops.dispatch
  (request_id, backend_pid, created_at, status_code, error_msg, timed_out, responded_at, claimed,
   cron_runid)
select 900000 + r.runid, r.job_pid, r.start_time,
       case when r.runid % 10 = 1 then 503 when r.runid % 17 = 2 then null else 200 end,
       case when r.runid % 17 = 2 then 'Timeout was reached' end,
       r.runid % 17 = 2, r.start_time + interval '120 ms', -r.runid % 4, r.runid
  from run as r where r.status = 'succeeded'
"""

# A day of counts: busy by day, with an hour in which much failed.
_SAMPLES = """
insert into supaops.sample
  (at, queue, pending, running, succeeded, failed, cancelled, oldest_ready_at)
select m.at, q.name, (20 + 15 * sin(m.n / 90.0) + q.more)::bigint, 3,
       (1440 - m.n) * (4 + q.more), greatest(0, least(60, 400 - m.n)) * q.more / 4, 2,
       m.at - make_interval(secs => 5 + 40 * abs(sin(m.n / 60.0)))
  from (select n, date_trunc('minute', now()) - make_interval(mins => n) as at
          from generate_series(0, 1439) as n) as m,
       (values ('default', 1), ('mail', 4), ('media', 2)) as q(name, more)
on conflict do nothing
"""


def furnish(conn: Connection) -> dict[str, int]:
    """Put jobs of every kind into an applied queue; return the ids of some by what they are."""
    ids = {"failed": _failed(conn), "retrying": _retrying(conn)}
    for number in range(40):
        enqueue(conn, "make_thumbnail", payload=Jsonb({"image": number, "api_key": "hide-me"}))
    done = [row["id"] for row in claim(conn, 30)]
    conn.execute("select job_queue_mark_succeeded(id) from unnest(%s::bigint[]) as id", [done])
    ids["succeeded"] = done[0]
    ids["running"] = enqueue(
        conn, "send_email", payload=Jsonb({"to": "a@example.test"}), priority=-5
    )
    claim(conn, 1)
    ids["pending"] = enqueue(
        conn, "send_email", payload=Jsonb({"to": "b@example.test", "token": "hide-me"})
    )
    ids["scheduled"] = enqueue(conn, "game_platform_sync", payload=Jsonb({"dryRun": True}))
    conn.execute(
        "update job_queue set run_at = now() + interval '3 hours' where id = %s", [ids["scheduled"]]
    )
    ids["cancelled"] = enqueue(conn, "game_platform_sync", payload=Jsonb({"dryRun": False}))
    conn.execute("select job_queue_cancel(array[%s::bigint])", [ids["cancelled"]])
    conn.execute("select job_queue_pause('media', 'the image service is being moved')")
    conn.execute(_CHAIN)
    conn.execute(_SAMPLES)
    return ids


def _failed(conn: Connection) -> int:
    """Return the id of a job that has failed for good, as others did for the same reason."""
    ids = [
        enqueue(conn, "send_email", payload=Jsonb({"to": f"{n}@example.test"}), max_attempts=1)
        for n in range(12)
    ]
    claim(conn, 12)
    conn.execute(
        "select job_queue_mark_failed(id, %s) from unnest(%s::bigint[]) as id", [_FAILURE, ids]
    )
    return ids[0]


def _retrying(conn: Connection) -> int:
    """Return the id of a job that has failed and waits for its next attempt."""
    job_id = enqueue(conn, "send_email", payload=Jsonb({"to": "again@example.test"}), priority=-9)
    claim(conn, 1)
    # Not by the declared backoff of some seconds: it must still wait when a slow test looks.
    failed = "select job_queue_mark_failed(%s, %s, retry_in => interval '10 minutes')"
    conn.execute(failed, [job_id, _FAILURE])
    return job_id


if __name__ == "__main__":
    with connect(sys.argv[1], application_name="scene") as connection:
        print(furnish(connection))  # noqa: T201  the answer of a command
