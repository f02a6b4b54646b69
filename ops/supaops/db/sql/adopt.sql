-- What an import cannot take, for it has no name of its own or is not this role's to see.

-- name: unnamed_jobs :many
select jobid, schedule
  from cron.job
 where username = current_user and database = current_database() and jobname is null
 order by jobid;

-- name: other_jobs :one
select count(*) as jobs
  from cron.job
 where username <> current_user or database <> current_database();

-- name: unnamed_secrets :one
select count(*) as secrets from vault.secrets where name is null;

-- name: telltale_jobs :many
-- Jobs whose command has the value of a secret in it. The comparison is made here, so that no value
-- travels; a short value would be found in any text.
select distinct j.jobname as name
  from cron.job as j
  join vault.decrypted_secrets as s
    on length(s.decrypted_secret) >= 8 and position(s.decrypted_secret in j.command) > 0
 where j.username = current_user and j.database = current_database() and j.jobname is not null;

-- name: add_lane :one
select supaops.add_lane(%(queue)s, %(priority)s::smallint, %(task_type)s) as id;

-- name: recount :one
select supaops.recount() as jobs;
