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
