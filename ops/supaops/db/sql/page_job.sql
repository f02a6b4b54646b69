-- What the page of one job shows. Each by a key or an index. {table} is the queue.

-- name: job :one
-- Times written by hand, as -infinity, are the nearest that Python knows. A document larger than
-- `most` bytes, as it is stored, is left where it is.
select j.id, j.task_type, j.queue, j.status, j.priority, j.attempts, j.max_attempts, j.worker,
       j.dedup_key, j.traceparent, left(j.last_error, %(longest)s) as last_error,
       greatest(least(j.run_at, '9999-12-30+00'), '0001-01-02+00') as run_at,
       greatest(least(j.created_at, '9999-12-30+00'), '0001-01-02+00') as created_at,
       case when j.started_at is not null
            then greatest(least(j.started_at, '9999-12-30+00'), '0001-01-02+00') end as started_at,
       case when j.completed_at is not null
            then greatest(least(j.completed_at, '9999-12-30+00'), '0001-01-02+00') end as completed_at,
       pg_column_size(j.payload) as payload_size,
       case when pg_column_size(j.payload) <= %(most)s then j.payload::text end as payload,
       pg_column_size(j.result) as result_size,
       case when pg_column_size(j.result) <= %(most)s then j.result::text end as result,
       j.status in ('running', 'succeeded') and supaops.attempt_is_untold(j) as is_untold,
       (select k.id from {table} as k
         where k.queue = j.queue and k.live_key = j.dedup_key and k.id <> j.id) as key_owner,
       (select min(substring(a.target from '^job:([0-9]{{1,18}})$')::bigint)
          from supaops.audit as a
         where a.at = j.created_at and a.action = 'replay'
           and a.after ->> 'new_id' = j.id::text) as origin,
       t.name is not null as is_declared, t.retry_base, t.retry_factor, t.retry_max, t.retry_jitter,
       l.claimed_at, l.expires_at,
       w.name is not null as is_registered, w.started_at as worker_since, w.seen_at as worker_seen,
       left(w.about ->> 'version', 40) as worker_version
  from {table} as j
  left join supaops.task_type as t on t.name = j.task_type
  left join supaops.lease as l
    on l.id = j.lease_id and l.closed_at is null and j.status = 'running'
  left join supaops.worker as w
    on w.name = regexp_replace(j.worker, '#[0-9]+$', '')
 where j.id = %(id)s;

-- name: attempts :many
-- The latest that ended, newest first; `total` is how many there are.
select a.attempt, a.worker,
       case when a.started_at is not null
            then greatest(least(a.started_at, '9999-12-30+00'), '0001-01-02+00') end as started_at,
       greatest(least(a.finished_at, '9999-12-30+00'), '0001-01-02+00') as finished_at,
       a.outcome, left(a.error, %(longest)s) as error, count(*) over () as total
  from supaops.attempt as a
 where a.job_id = %(id)s
 order by a.finished_at desc
 limit %(limit)s;

-- name: posts :many
-- The posts of these ids with the cron runs that made them. A run that was not matched with its post
-- yet is one of the newest: pg_cron's history has no index but its key.
select h.id, h.request_id, h.created_at, h.status_code, h.outcome, r.runid, k.jobname,
       r.start_time as run_at
  from {dispatches} as h
  left join lateral (
    select m.runid, m.jobid, m.start_time from cron.job_run_details as m where m.runid = h.cron_runid
    union all
    select n.runid, n.jobid, n.start_time
      from (select * from cron.job_run_details order by runid desc limit 100) as n
     where h.cron_runid is null and n.job_pid = h.backend_pid
       and h.created_at between n.start_time - interval '1 second'
                            and coalesce(n.end_time, 'infinity') + interval '1 second'
     limit 1
  ) as r on true
  left join cron.job as k on k.jobid = r.jobid
 where h.id = any(%(ids)s);

-- name: pauses :many
select p.queue, p.task_type, p.how, p.reason, p.paused_by, p.until
  from supaops.pause as p
 where p.queue in (%(queue)s, '*') and p.task_type in (%(task_type)s, '*')
   and (p.how <> 'flag' or p.until is null or p.until > now())
 order by p.paused_at;

-- name: limits :many
-- The limits that are about a job, and how many more may start under each.
select m.scope, m.name, m.concurrency, u.running, m.rate, m.period,
       supaops.startable(m.id) as startable
  from supaops.limit as m
 cross join lateral supaops.running_under(m.id) as u
 where m.name = case m.scope when 'queue' then %(queue)s else %(task_type)s end
 order by m.scope;

-- name: same_error :one
-- Attempts of the last day whose error begins with the same line but for its numbers. On a day with
-- more failures than `most`, it looks at the newest of them and says so.
with recent as (
  select a.job_id, a.finished_at, left(split_part(left(a.error, 1000), E'\n', 1), 200) as line
    from supaops.attempt as a
   where a.finished_at > now() - interval '1 day' and a.outcome in ('failed', 'lost')
   order by a.finished_at desc
   limit %(most)s
)
select count(distinct j.id) as jobs, count(*) as attempts,
       count(distinct j.id) filter (where j.status = 'failed') as dead,
       max(r.finished_at) as last_at, (select count(*) from recent) < %(most)s as is_whole
  from recent as r
  join {table} as j on j.id = r.job_id
 where starts_with(r.line, %(start)s)
   and regexp_replace(r.line, '[0-9]+', 'N', 'g') = %(line)s
   and j.task_type = %(task_type)s and j.queue = %(queue)s;

-- name: audit :many
select a.id, a.at, a.actor, a.source, a.action, a.reason, a.request_id,
       coalesce(a.before ->> 'status', a.before ->> 'priority', a.before ->> 'run_at') as before,
       coalesce(a.after ->> 'status', a.after ->> 'priority', a.after ->> 'run_at') as after,
       substring(a.after ->> 'new_id' from '^[0-9]{{1,18}}$')::bigint as new_id
  from supaops.audit as a
 where a.target = 'job:' || %(id)s::text
 order by a.id desc
 limit 50;
