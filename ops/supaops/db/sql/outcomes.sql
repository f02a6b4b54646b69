-- name: runs
-- The runs of some jobs that are later than a runid, the oldest first.
-- The primary key is the only index there is. It is followed from its end: 1,000 runs, among them
-- no more than the newest 10,000, where those of others cannot be seen; and single ones.
-- Where the runids began anew, as after a truncation, all are later.
with latest as (
  select max(runid) as runid from cron.job_run_details
), newest as (
  select * from cron.job_run_details
   where runid > (select case when runid < %(after)s then runid - 10000 else greatest(%(after)s, runid - 10000) end
                    from latest)
   order by runid desc
   limit 1000
), asked as (
  select * from newest
  union all
  select * from cron.job_run_details where runid = any(%(also)s) and runid <= %(after)s
)
select j.jobname as job, r.runid, r.status, r.start_time as started_at, r.end_time as ended_at
  from asked as r
  join cron.job as j on j.jobid = r.jobid
 where j.jobname = any(%(jobs)s)
   and j.username = pg_catalog.pg_get_userbyid((
         select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'))
   and (r.end_time is null or r.end_time > now() - %(within)s)
 order by r.runid;

-- name: lost
-- Jobs that failed for good because nobody reported their last attempt; by attempt_finished_idx.
select j.id, j.task_type, j.queue, j.attempts::integer, j.max_attempts::integer, a.worker, a.finished_at
  from supaops.attempt as a
  join {table} as j on j.id = a.job_id
 where a.finished_at > now() - %(within)s
   and a.outcome = 'lost'
   and j.status = 'failed'
   and j.attempts = a.attempt
 order by a.finished_at desc
 limit 100
