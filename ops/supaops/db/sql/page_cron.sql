-- What the page of the cron jobs reads.

-- name: jobs :many
-- Each job of pg_cron, whoever owns it, beside what is recorded of ours.
with live as (
  select j.jobid, j.jobname, coalesce(j.jobname, 'job ' || j.jobid) as name, j.schedule, j.command,
         j.active, j.username::text as owner, j.database::text as database,
         case when j.username = current_user and j.database = current_database()
              then j.jobname end as own_name
    from cron.job as j
), recorded as (
  select substr(r.address, length('cron_job.') + 1) as name, r.address, r.kind, r.sha256,
         r.live_sha256, r.definition, r.live_definition
    from supaops.resource as r where r.kind = 'cron_job'
)
select l.jobid, coalesce(l.name, r.name) as name, l.own_name, l.schedule, l.command, l.active,
       l.owner, l.database, case when r.address is not null then row_to_json(r) end as recorded
  from live as l full join recorded as r on r.name = l.own_name
 order by l.jobid;

-- name: scheduler :one
-- Whether pg_cron's scheduler is there and may start jobs, and whether the database may act.
select exists (
         select from pg_catalog.pg_stat_activity as a
          where a.backend_type = 'pg_cron launcher' or a.application_name = 'pg_cron scheduler'
       ) as is_alive,
       coalesce(nullif(current_setting('cron.launch_active_jobs', true), '')::boolean, true)
         as launches,
       coalesce(nullif(current_setting('cron.log_run', true), '')::boolean, true) as log_run,
       coalesce(nullif(current_setting('cron.timezone', true), ''), 'GMT') as timezone,
       supaops.guard_state() as guard_state, e.disarmed_by, e.disarmed_at, e.disarmed_reason
  from supaops.environment as e;

-- name: runs :many
-- The newest runs of each job among the newest of all, by primary key: the history may be huge. Of
-- jobs that are not ours the latest alone.
with recent as materialized (
  select d.runid, d.jobid from cron.job_run_details as d order by d.runid desc limit 20000
), numbered as (
  select r.runid, r.jobid, row_number() over (partition by r.jobid order by r.runid desc) as number
    from recent as r
), picked as (
  select n.runid from numbered as n
   where n.number <= case when n.jobid = any(%(ours)s) then 30 else 1 end
)
select h.jobid, h.runid, h.cron_status as status, left(h.return_message, 400) as message,
       h.start_time as started_at, extract(epoch from h.end_time - h.start_time)::float as took_s,
       h.http_status, h.http_outcome, h.claimed
  from {cron_history} as h
 where h.runid = any(array(select p.runid from picked as p))  -- few to the planner: by the index
 order by h.jobid, h.runid desc;

-- name: hand_runs :many
-- The newest runs that somebody began from the control room, with what became of their posts.
select substr(r.target, length('cron:') + 1) as job, r.at as ended_at, r.actor, r.reason,
       (r.after ->> 'succeeded')::boolean as succeeded, r.after ->> 'message' as message,
       (r.after ->> 'took_s')::float as took_s,
       h.outcome as http_outcome, h.status_code as http_status, h.claimed
  from unnest(%(jobs)s::text[]) as t (job)
 cross join lateral (
    select * from supaops.audit as a
     where a.target = 'cron:' || t.job and a.action = 'ran' order by a.id desc limit 30
  ) as r
  left join lateral (
    select * from {dispatch_history} as d where d.id = (r.after ->> 'dispatch_id')::bigint
  ) as h on true
 order by r.id desc;
