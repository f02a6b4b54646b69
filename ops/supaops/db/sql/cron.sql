-- name: lock  (one scheduler per database; the next waits here)
select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('supaops pg_cron stand-in', 0))

-- name: settings
select pg_catalog.split_part(pg_catalog.current_setting('unix_socket_directories'), ',', 1) as socket,
       pg_catalog.current_setting('port') as port,
       least(32, pg_catalog.current_setting('max_connections')::integer) as max_running_jobs

-- name: mark_interrupted
update cron.job_run_details as r
   set status = 'failed', return_message = 'server restarted'
 where r.status in ('starting', 'running')

-- name: active_jobs
select j.jobid, j.schedule, j.command, j.database, j.username
  from cron.job as j
 where j.active
 order by j.jobid

-- name: begin_run
insert into cron.job_run_details (jobid, database, username, command, status)
values (%(jobid)s, %(database)s, %(username)s, %(command)s, 'starting')
returning runid

-- name: update_run
update cron.job_run_details as r
   set status = %(status)s,
       job_pid = coalesce(%(job_pid)s, r.job_pid),
       return_message = coalesce(%(message)s, r.return_message),
       start_time = coalesce(%(start_time)s, r.start_time),
       end_time = coalesce(%(end_time)s, r.end_time)
 where r.runid = %(runid)s
