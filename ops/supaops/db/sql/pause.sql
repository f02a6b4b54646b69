-- Pauses: the flag that claims look at, and the links of the chain that an operator has stopped.

-- name: in_force :many
select p.queue, p.task_type, p.how, p.reason, p.until, p.paused_at, p.paused_by, p.stopped
  from supaops.pause as p
 where p.how <> 'flag' or p.until is null or p.until > now()
 order by p.how, p.queue, p.task_type;

-- name: is_dummy :one
-- Returns whether a secret holds the playbook's dummy; no value leaves the database.
select exists (
  select from vault.decrypted_secrets as s
   where s.name = %(name)s and s.decrypted_secret = 'PAUSED') as is_dummy;

-- name: flag
select {pause}(%(queue)s, %(reason)s, %(until)s, %(task_type)s);

-- name: unflag
select {resume}(%(queue)s, %(task_type)s);

-- name: deactivate :many
select j.jobname as name, cron.alter_job(job_id := j.jobid, active := false)
  from cron.job as j
 where j.jobname = any(%(names)s) and j.active
   and j.username = current_user and j.database = current_database();

-- name: activate :many
select j.jobname as name, cron.alter_job(job_id := j.jobid, active := true)
  from cron.job as j
 where j.jobname = any(%(names)s) and not j.active
   and j.username = current_user and j.database = current_database();

-- name: put_dummy :many
-- The playbook's statement, by name instead of id.
select s.name, vault.update_secret(s.id, new_secret := 'PAUSED')
  from vault.secrets as s
 where s.name = %(name)s;

-- name: put_back :many
select s.name, vault.update_secret(s.id, new_secret := %(value)s)
  from vault.secrets as s
 where s.name = %(name)s;

-- name: begin :one
-- What an earlier pause of the same kind has stopped is still to be put back.
insert into supaops.pause (queue, task_type, how, reason, until, paused_at, paused_by, stopped)
values ('*', '*', %(how)s, %(reason)s, %(until)s, now(), supaops.actor(), %(stopped)s)
    on conflict (queue, task_type, how) do update
   set reason = excluded.reason, until = excluded.until, paused_at = excluded.paused_at,
       paused_by = excluded.paused_by,
       stopped = array(
         select distinct s.name from unnest(supaops.pause.stopped || excluded.stopped) as s (name)
          order by s.name)
returning queue, task_type, how, reason, until, paused_at, paused_by, stopped;

-- name: end :many
delete from supaops.pause as p
 where p.how = %(how)s
returning queue, task_type, how, reason, until, paused_at, paused_by, stopped;

-- name: lock_cron
select from supaops.pause as p where p.how = 'cron' for update;

-- name: cron_jobs :many
-- Each stopped cron job with who stopped it and why: by the latest record of the audit, and by the
-- pause itself where the audit no longer goes back so far.
select p.queue, p.task_type, p.how, coalesce(a.after ->> 'reason', p.reason) as reason,
       case when a.id is null then p.until else (a.after ->> 'until')::timestamptz end as until,
       coalesce(a.at, p.paused_at) as paused_at, coalesce(a.actor, p.paused_by) as paused_by,
       array[s.name] as stopped
  from supaops.pause as p
 cross join unnest(p.stopped) as s (name)
  left join lateral (
    select * from (
      select r.* from supaops.audit as r
       where r.target in ('cron:' || s.name, 'queue:*') and r.action in ('pause', 'resume')
         and (r.target <> 'queue:*' or coalesce(r.after, r.before) ->> 'how' = 'cron'
              and coalesce(r.after, r.before) -> 'stopped' ? s.name)
       order by r.id desc limit 1
    ) as r where r.action = 'pause'
  ) as a on true
 where p.how = 'cron'
 order by s.name;

-- name: keep
update supaops.pause as p
   set stopped = %(stopped)s, reason = %(reason)s, until = %(until)s, paused_at = %(paused_at)s,
       paused_by = %(paused_by)s
 where p.how = 'cron';

-- name: history :one
select http_status from {cron_history} where runid = %(run_id)s;
