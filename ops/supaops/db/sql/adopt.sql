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

-- name: add_lane :one
select supaops.add_lane(%(queue)s, %(priority)s::smallint, %(task_type)s) as id;

-- name: recount :one
select supaops.recount() as jobs;
