-- name: finished
-- Ever-growing counts; what clean-up removes is not taken off.
select t.queue, t.task_type, sum(t.succeeded)::bigint as succeeded,
       sum(t.failed)::bigint as failed, sum(t.cancelled)::bigint as cancelled
  from supaops.total as t
 group by t.queue, t.task_type
 order by t.queue, t.task_type;

-- name: starts
-- Jobs that started within the window, and those that should have started and still wait, by queue;
-- of the newest jobs alone, by primary key. A job of a paused queue does not wait, it rests.
select j.queue, count(*) as due,
       count(*) filter (
         where j.status <> 'pending'
           and j.started_at <= greatest(j.run_at, j.created_at) + %(within)s) as in_time
  from (select n.* from {table} as n order by n.id desc limit %(newest)s) as j
 where (j.status <> 'pending' and j.started_at > now() - %(window)s)
    or (j.status = 'pending' and greatest(j.run_at, j.created_at) < now() - %(within)s
        and not exists (
          select from supaops.pause as p
           where p.queue in ('*', j.queue) and p.task_type in ('*', j.task_type)
             and (p.until is null or p.until > now())
             -- A pause of a cron job that wakes nobody keeps no job waiting.
             and (coalesce(to_jsonb(p) ->> 'how', 'flag') <> 'cron'
                  or exists (
                    select from cron.job as c
                     where to_jsonb(p) -> 'stopped' ? c.jobname
                       and strpos(c.command, '_trigger_worker') > 0))))
 group by j.queue
 order by j.queue;

-- name: posts
-- The newest posts of the window, by how they ended. pg_net stamps an answer with the
-- time at which it began to look for requests, which may be just before the post: hence greatest().
select d.outcome, count(*) as posts,
       array_remove(array_agg(d.latency_s), null) as latencies_s
  from (
    select case
             when n.request_id is null and n.error_msg is null then 'idle'
             when n.request_id is null then 'held'
             when n.responded_at is null then 'waiting'
             when n.timed_out then 'timeout'
             when n.status_code is null then 'error'
             else (n.status_code / 100)::text || 'xx'
           end as outcome,
           extract(epoch from greatest(n.responded_at - n.created_at, interval '0'))::float
             as latency_s
      from supaops.dispatch as n
     where n.created_at > now() - %(window)s
     order by n.created_at desc limit %(newest)s
  ) as d
 group by d.outcome
 order by d.outcome;
