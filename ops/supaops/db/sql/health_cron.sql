-- name: state :one
-- What pg_cron is, which jobs it has and what runs at this moment; the history is not read but for
-- its ends. A job runs in a session of its own, as a client or as a background worker.
with pg_cron as (
  select coalesce(nullif(current_setting('cron.log_run', true), '')::boolean, true) as log_run,
         coalesce(nullif(current_setting('cron.launch_active_jobs', true), '')::boolean, true)
           as launches,
         coalesce(nullif(current_setting('cron.use_background_workers', true), '')::boolean, false)
           as by_workers,
         coalesce(nullif(current_setting('cron.timezone', true), ''), 'GMT') as timezone,
         nullif(current_setting('cron.max_running_jobs', true), '')::integer as max_running_jobs
),
job as (
  select j.jobid, j.schedule, j.active, j.jobname, j.username,
         coalesce(j.jobname, 'job ' || j.jobid) as label,
         r.oid is null as is_ownerless, r.rolcanlogin,
         j.command ~* '\mcopy\M.*\m(to\s+stdout|from\s+stdin)\M' as copies
    from cron.job as j left join pg_catalog.pg_roles as r on r.rolname = j.username
),
run as (
  select a.pid, a.backend_start
    from pg_catalog.pg_stat_activity as a
   where a.backend_type = 'pg_cron'
      or a.backend_type = 'client backend' and a.application_name = 'pg_cron'
),
longest as (
  select r.pid, extract(epoch from clock_timestamp() - r.backend_start)::float as seconds
    from run as r order by r.backend_start limit 1
)
select now() as now,
       exists (
         select from pg_catalog.pg_stat_activity as a
          where a.backend_type = 'pg_cron launcher' or a.application_name = 'pg_cron scheduler'
       ) as scheduler_alive,
       array(
         select j.jobname from job as j
          where j.username = pg_catalog.pg_get_userbyid((
                  select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'))
            and j.active and j.jobname = any(%(active_jobs)s)
       ) as running_jobs,
       array(select j.label from job as j where j.is_ownerless order by j.jobid) as ownerless_jobs,
       array(
         select j.label from job as j, pg_cron as s
          where j.active and not j.rolcanlogin and not s.by_workers order by j.jobid
       ) as loginless_jobs,
       array(select j.label from job as j where j.active and j.copies order by j.jobid)
         as copying_jobs,
       array(select j.schedule from job as j where j.active order by j.jobid) as schedules,
       s.*,
       q.last_value + q.is_called::integer as next_runid,
       coalesce((select max(runid) from cron.job_run_details), 0) as newest_runid,
       case when c.reltuples >= 0 then c.reltuples::bigint
            else pg_catalog.pg_relation_size(c.oid) / 150  -- never analyzed: bytes of a row
       end as history_rows,
       (select count(*) from run) as runs_at_once,
       l.seconds as longest_run_s,
       l.pid as longest_run_pid,
       coalesce((
         select job.label from (
                  select d.jobid, d.job_pid, d.status from cron.job_run_details as d
                   order by d.runid desc limit 2000) as d
           join job using (jobid)
          where d.job_pid = l.pid and d.status = 'running' limit 1), '') as longest_run_job
  from pg_cron as s
  cross join cron.runid_seq as q
  join pg_catalog.pg_class as c on c.oid = 'cron.job_run_details'::regclass
  left join longest as l on true;

-- name: runs :many
-- Each declared job with its runs among the newest of all, by primary key: the history may be huge.
-- A run that failed to start has no time, and is given that of the one before it. Where pg_cron
-- records no runs only the jobs that post are left, for the dispatch ledger knows of those.
with recent as materialized (
  select d.runid, d.jobid, d.status, d.start_time,
         d.status = 'failed' and d.return_message is distinct from 'server restarted' as failed
    from cron.job_run_details as d order by d.runid desc limit 20000
),
timed as materialized (
  select r.*, coalesce(r.start_time, max(r.start_time) over (order by r.runid)) as at
    from recent as r
),
asked as (
  select j.jobid, j.jobname as job, w.posts,
         greatest(
           now() - make_interval(secs => w.window_s),
           (select min(at) from timed),
           pg_catalog.pg_postmaster_start_time() + interval '15 seconds',
           (select r.applied_at + interval '15 seconds' from supaops.resource as r
             where r.address = 'cron_job.' || j.jobname),
           (select max(u.at) + interval '15 seconds' from supaops.audit as u
             where u.action = 'resume' and u.at > now() - make_interval(
               secs => (select max(l.window_s) from unnest(%(windows_s)s::float[]) as l(window_s))))
         ) as since
    from unnest(%(jobs)s::text[], %(windows_s)s::float[], %(posts)s::boolean[])
           as w(job, window_s, posts)
    join cron.job as j on j.jobname = w.job and j.active
     and j.username = pg_catalog.pg_get_userbyid((
           select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'))
),
counted as (
  select a.jobid,
         count(*) filter (where t.at >= a.since) as seen,
         max(t.at) as last_at,
         max(t.runid) filter (where t.status = 'succeeded') as succeeded
    from asked as a join timed as t using (jobid) group by a.jobid
),
failing as (
  select c.jobid, count(*) as failures, min(t.at) as failed_since, max(t.runid) as failed_run
    from counted as c join timed as t using (jobid)
   where t.failed and t.runid > coalesce(c.succeeded, 0)
   group by c.jobid
)
select a.job, a.since, now() as now,
       coalesce(c.seen, 0) as seen, c.last_at,
       coalesce(f.failures, 0) as failures, f.failed_since, f.failed_run,
       case when not s.log_run then (
         select count(distinct d.backend_pid) from supaops.dispatch as d
          where d.created_at >= a.since
       ) end as posted
  from asked as a
  cross join (
    select coalesce(nullif(current_setting('cron.log_run', true), '')::boolean, true) as log_run
  ) as s
  left join counted as c using (jobid)
  left join failing as f using (jobid)
 where s.log_run or a.posts
 order by a.job;

-- name: startup :one
-- Runs of any job in the last hour that did not start, or lost their connection.
with recent as materialized (
  select d.runid, d.start_time, d.return_message
    from cron.job_run_details as d order by d.runid desc limit 20000
),
timed as (
  select r.*, coalesce(r.start_time, max(r.start_time) over (order by r.runid)) as at
    from recent as r
),
failed as (
  select * from timed
   where at > now() - interval '1 hour'
     and (return_message in ('job startup timeout', 'connection failed', 'connection lost')
          or return_message like 'could not start background process%%')
)
select (select count(*) from failed) as failures,
       (select split_part(return_message, ';', 1) from failed order by runid desc limit 1)
         as message,
       (select min(at) from failed) as since;
