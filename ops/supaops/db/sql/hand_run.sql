-- Running a cron job's command once, beside pg_cron.

-- name: lock
-- Until the end of this transaction: who runs a job at the same time waits, and then sees our record.
select pg_catalog.pg_advisory_xact_lock(
         pg_catalog.hashtextextended('supaops run ' || %(name)s, 0));

-- name: facts :one
-- Returns the live job, whether the database may act, and what of the job goes on already. A run of
-- ours that was begun and did not end counts until its time limit is over.
select j.command, session_user::text as role, current_user::text as owner,
       supaops.guard_state() as guard_state, e.disarmed_reason,
       coalesce(h.action = 'run' and h.at > now() - %(limit)s, false) as is_run_by_hand,
       h.actor as run_by,
       exists (
         select from (
                  select d.jobid, d.job_pid from cron.job_run_details as d
                   where d.status = 'running' and d.runid > (
                     select max(n.runid) - 2000 from cron.job_run_details as n)
                ) as d
           join pg_catalog.pg_stat_activity as a on a.pid = d.job_pid
          where d.jobid = j.jobid) as is_run_by_cron
  from cron.job as j
 cross join supaops.environment as e
  left join lateral (
    select a.action, a.at, a.actor from supaops.audit as a
     where a.target = 'cron:' || j.jobname and a.action in ('run', 'ran')
     order by a.id desc limit 1
  ) as h on true
 where j.jobname = %(name)s and j.username = current_user and j.database = current_database();

-- name: dispatch :one
-- Returns the ledger's entry of a post, by pg_net's number, which begins anew after a crash.
select d.id from supaops.dispatch as d
 where d.request_id = %(request_id)s and d.created_at > now() - interval '1 hour'
 order by d.created_at desc limit 1;

-- name: answer :one
select outcome, status_code, error_msg, claimed from {dispatch_history} where id = %(id)s;
