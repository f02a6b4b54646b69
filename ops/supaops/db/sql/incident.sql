-- What somebody wants to know who was just woken up. Nothing here reads more than the newest few
-- thousand rows of a table, by an index.

-- name: failed_attempts :many
-- The newest failed attempts of the window, newest first, each with its job as it is now.
with recent as (
  select a.job_id, a.outcome, a.error, a.finished_at
    from supaops.attempt as a
   where a.finished_at > now() - %(window)s and a.outcome in ('failed', 'lost')
   order by a.finished_at desc
   limit %(attempts)s
)
select r.job_id, j.task_type, j.queue, j.status = 'failed' as is_dead, r.finished_at,
       coalesce(nullif(left(split_part(r.error, E'\n', 1), 500), ''), r.outcome) as error
  from recent as r
  join {table} as j on j.id = r.job_id
 order by r.finished_at desc;

-- name: first_bad_post :one
-- The first post of the present row of bad ones; null when the newest that is known went well.
-- A post without an answer counts as bad once there should have been one.
with newest as (
  select h.id, h.created_at, h.outcome
    from {dispatches} as h
   order by h.id desc
   limit 2000
)
select min(n.created_at) as since
  from newest as n
 where n.outcome in ('http error', 'timed out', 'no connection', 'no evidence')
   and n.id > coalesce((select max(g.id) from newest as g where g.outcome = 'ok'), 0);

-- name: last_posts :one
-- When the chain last posted, and when it was last answered well; null for never.
with newest as (
  select h.id, h.created_at, h.outcome
    from {dispatches} as h
   where h.request_id is not null
   order by h.id desc
   limit 2000
)
select max(n.created_at) as posted_at,
       max(n.created_at) filter (where n.outcome = 'ok') as answered_at
  from newest as n;

-- name: queues :many
select s.queue,
       coalesce(sum(s.jobs) filter (where s.status = 'pending'), 0)::bigint as pending,
       coalesce(sum(s.jobs) filter (where s.status = 'running'), 0)::bigint as running,
       coalesce(sum(s.jobs) filter (where s.status = 'failed'), 0)::bigint as failed,
       extract(epoch from now() - min(s.oldest_ready_at))::float as oldest_ready_s
  from {stats}() as s
 group by s.queue
 order by s.queue;

-- name: pauses :many
select p.queue, p.task_type, p.reason, p.paused_by, p.paused_at, p.until
  from supaops.pause as p
 where (p.until is null or p.until > now())
   -- A pause of a cron job that wakes nobody keeps no job waiting.
   and (p.how <> 'cron' or exists (
     select from cron.job as c
      where c.jobname = any(p.stopped) and strpos(c.command, '_trigger_worker') > 0))
 order by p.paused_at;

-- name: changes :many
-- What was applied and what operators did in the window, newest first; acts on many jobs in one
-- minute are one row with their number.
select r.applied_at as at, r.applied_by as actor, 'apply' as action,
       concat_ws(' ', 'revision', r.id, 'from', coalesce(left(r.git_sha, 8), 'no commit')) as target,
       r.summary as reason, 1::bigint as number
  from (select * from supaops.revision order by id desc limit 20) as r
 where r.applied_at > now() - %(window)s
union all
select max(a.at), a.actor, a.action, min(a.target), a.reason, count(*)
  from (select * from supaops.audit order by id desc limit 2000) as a
 where a.at > now() - %(window)s
 group by a.actor, a.action, a.reason, date_trunc('minute', a.at)
 order by at desc
 limit %(limit)s;
