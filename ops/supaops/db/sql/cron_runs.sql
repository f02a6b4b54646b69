-- name: since :many
-- The runs of some jobs that are later than a runid, the oldest first.
-- The primary key is the only index there is: the newest 1,000, and single ones that were still running.
select j.jobname as job, r.runid, r.status, r.start_time as started_at, r.end_time as ended_at
  from cron.job_run_details as r
  join cron.job as j on j.jobid = r.jobid
 where (r.runid > greatest(%(after)s, (select max(newest.runid) - 1000 from cron.job_run_details as newest))
        or r.runid = any(%(also)s))
   and j.jobname = any(%(jobs)s)
   and j.username = pg_catalog.pg_get_userbyid((
         select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'))
   and (r.end_time is null or r.end_time > now() - %(within)s)
 order by r.runid;
