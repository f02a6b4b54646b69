-- name: cron_commands :many
select coalesce(jobname, 'jobid ' || jobid) as name, command
  from cron.job
 order by jobid;

-- name: runs :many
-- A stretch of the history, newest first, along its only index; equal rows are told once.
select command, coalesce(return_message, '') as message, max(runid) as runid,
       min(runid) as oldest, min(start_time) as earliest, count(*) as count
  from (select runid, command, return_message, start_time
          from cron.job_run_details
         where runid < %(before)s
         order by runid desc
         limit %(limit)s) as stretch
 group by command, message;
