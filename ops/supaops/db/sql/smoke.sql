-- The way of one job through the chain.

-- name: enqueue :one
-- Priority -32768 is the first of all: a backlog must not decide whether a smoke test passes.
select {enqueue}(
         task_type := %(task_type)s, payload := %(payload)s, priority := -32768,
         max_attempts := 1) as job_id,
       clock_timestamp() as enqueued_at;

-- name: others_wait :one
-- Returns whether any job is neither done nor given up. Cost: an index's first row.
select exists (select from {table} where status in ('pending', 'running')) as others_wait;

-- name: trace :one
-- Returns one row: the job, and the dispatch and cron run that served it, as far as there are any.
-- The worker signs with `#<dispatch id>`, and a tick that was under way when the job came may
-- serve it; until a worker has signed, the first dispatch and run since then are the candidates.
-- A run is joined by its backend's pid, since a running job cannot see its own runid.
-- Cost: primary keys and the newest 100 runs; start_time has no index.
with job as (
  select status, started_at, completed_at, worker, last_error
    from {table} where id = %(job_id)s
), dispatch as (
  select d.*
    from supaops.dispatch as d
   where d.request_id is not null -- not of a tick that had nothing to post for
     and (d.created_at >= %(since)s
          or d.id = (select substring(job.worker from '#([0-9]+)$')::bigint from job))
   order by (d.id = (select substring(job.worker from '#([0-9]+)$')::bigint from job)) desc
            nulls last, d.id
   limit 1
), recent as (
  select r.*,
         r.job_pid = (select backend_pid from dispatch)
           and (select created_at from dispatch)
               between r.start_time and coalesce(r.end_time, 'infinity') as is_sender
    from (select * from cron.job_run_details order by runid desc limit 100) as r
    join cron.job as j on j.jobid = r.jobid
   where j.jobname = any(%(cron_jobs)s)
), run as (
  select runid, job_pid, status, return_message, start_time, end_time
    from recent
   where is_sender or start_time >= %(since)s
   order by is_sender desc nulls last, runid
   limit 1
)
select (select count(*) from net.http_request_queue) as net_backlog,
       (select row_to_json(job) from job) as job,
       (select row_to_json(run) from run) as run,
       (select d.error_msg from supaops.dispatch as d
         where d.request_id is null and d.created_at >= %(since)s
         order by d.id desc limit 1) as held,
       (select json_build_object(
          'id', dispatch.id, 'request_id', dispatch.request_id, 'created_at', dispatch.created_at,
          'is_queued', exists (
            select from net.http_request_queue as q where q.id = dispatch.request_id),
          'status_code', coalesce(response.status_code, dispatch.status_code),
          'error', coalesce(response.error_msg, dispatch.error_msg),
          'timed_out', coalesce(response.timed_out, dispatch.timed_out),
          'responded_at', coalesce(response.created, dispatch.responded_at))
          from dispatch
          left join net._http_response as response on response.id = dispatch.request_id) as dispatch;

-- name: cron_jobs :many
select jobname as name, schedule, active from cron.job
 where jobname = any(%(cron_jobs)s)
   and username = pg_catalog.pg_get_userbyid((
         select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'));

-- name: remove
delete from {table} where id = %(job_id)s;
