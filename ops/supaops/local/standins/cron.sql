-- pg_cron 1.6 for servers that lack it; supaops.local.cron_loop runs the jobs.
-- Names, signatures, defaults, error texts and behaviour: pg_cron 1.6.5, its pg_cron--*.sql,
-- src/job_metadata.c and src/entry.c. Grants: Supabase's script after `create extension pg_cron`.
create schema cron;
comment on schema cron is 'Stand-in for pg_cron.';

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default pg_catalog.nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport integer not null default pg_catalog.inet_server_port(),
  database text not null default pg_catalog.current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default pg_catalog.nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details
  using (username = current_user);

-- The loop reads cron.job at every tick, so there is no cache to invalidate.
create function cron.job_cache_invalidate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  return null;
end
$$;

create trigger cron_job_cache_invalidate
  after insert or update or delete or truncate on cron.job
  for each statement execute function cron.job_cache_invalidate();

create function cron.schedule(schedule text, command text)
returns bigint
language plpgsql
strict
set search_path = ''
as $$
begin
  return standin.cron_schedule(current_user, null, schedule, command, null, null, true);
end
$$;
comment on function cron.schedule(text, text) is 'schedule a pg_cron job';

create function cron.schedule(job_name text, schedule text, command text)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  perform standin.cron_require_value('job_name', job_name);
  return standin.cron_schedule(current_user, job_name, schedule, command, null, null, true);
end
$$;
comment on function cron.schedule(text, text, text) is 'schedule a pg_cron job';

create function cron.schedule_in_database(
  job_name text,
  schedule text,
  command text,
  database text,
  username text default null,
  active boolean default true
)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  perform standin.cron_require_value('job_name', job_name);
  return standin.cron_schedule(
    current_user, job_name, schedule, command, database, username, active);
end
$$;
comment on function cron.schedule_in_database is 'schedule a pg_cron job';

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- Not `perform`, which would put a line of its own into the stack.
  altered constant boolean := standin.cron_alter_job(
    current_user, job_id, schedule, command, database, username, active);
begin
end
$$;
comment on function cron.alter_job is
  'Alter the job identified by job_id. Any option left as NULL will not be modified.';

create function cron.unschedule(job_id bigint)
returns boolean
language plpgsql
strict
set search_path = ''
as $$
begin
  return standin.cron_unschedule(current_user, job_id);
end
$$;
comment on function cron.unschedule(bigint) is 'unschedule a pg_cron job';

create function cron.unschedule(job_name text)
returns boolean
language plpgsql
strict
set search_path = ''
as $$
begin
  return standin.cron_unschedule_named(current_user, job_name);
end
$$;
comment on function cron.unschedule(text) is 'unschedule a pg_cron job';

-- pg_cron's own grants, then Supabase's.
grant select on cron.job to public;
grant select, delete on cron.job_run_details to public;
grant select on sequence cron.jobid_seq, cron.runid_seq to public;
revoke all on function cron.alter_job, cron.schedule_in_database from public;

grant usage on schema cron to postgres with grant option;
grant all on all functions in schema cron to postgres with grant option;
grant all on cron.job_run_details to postgres with grant option;
grant select on cron.job to postgres with grant option;
alter default privileges in schema cron grant all on sequences to postgres with grant option;
alter default privileges in schema cron grant all on tables to postgres with grant option;
alter default privileges in schema cron grant all on functions to postgres with grant option;

select standin.register('pg_cron', '1.6', 'pg_catalog', 'cron');
