-- name: commands :many
-- What pg_cron is to run, and what it ran of late, newest first and each text once. The history is
-- read along its only index, however long it is.
select true as is_job, j.jobid as id, coalesce(j.jobname, '') as name, j.command,
       j.username::text as role, j.database = current_database() as is_here
  from cron.job as j
union all
select false, max(run.runid), coalesce(max(j.jobname), ''), run.command, '', true
  from (select runid, jobid, command from cron.job_run_details
         order by runid desc limit %(runs)s) as run
  left join cron.job as j on j.jobid = run.jobid
 group by run.jobid, run.command
 order by 1 desc, 2;
