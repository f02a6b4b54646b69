-- The functions of pg_cron 1.6 and the grants that Supabase's script gives.
create function cron.schedule(schedule text, command text)
returns bigint
language plpgsql
strict
set search_path = ''
as $$
begin
  return standin.cron_schedule(null, schedule, command, null, null, true);
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
  return standin.cron_schedule(job_name, schedule, command, null, null, true);
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
  return standin.cron_schedule(job_name, schedule, command, database, username, active);
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
#variable_conflict use_column
begin
  perform standin.cron_require_value('job_id', job_id::text);
  perform standin.cron_require_superuser(username, 'must be superuser to alter username');
  if database is not null then
    perform standin.cron_require_connect(coalesce(username, current_user), database);
  end if;
  if schedule is not null then
    perform standin.cron_require_schedule(schedule);
  end if;
  if num_nonnulls(schedule, command, database, username, active) = 0 then
    raise exception using errcode = 'internal_error', message = 'no updates specified',
      hint = 'You must specify at least one job attribute to change when calling alter_job';
  end if;
  update standin.cron_own_job as j
     set schedule = coalesce(alter_job.schedule, j.schedule),
         command = coalesce(alter_job.command, j.command),
         database = coalesce(alter_job.database, j.database),
         username = coalesce(alter_job.username, j.username),
         active = coalesce(alter_job.active, j.active)
   where j.jobid = alter_job.job_id;
  if not found then
    raise exception using errcode = 'internal_error',
      message = format('Job %s does not exist or you don''t own it', job_id);
  end if;
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
declare
  owner constant text := standin.cron_job_owner(job_id);
begin
  if owner is null then
    raise exception using errcode = 'internal_error',
      message = format('could not find valid entry for job %s', job_id);
  end if;
  if owner <> current_user and not has_table_privilege('cron.job', 'delete') then
    raise exception using errcode = 'insufficient_privilege',
      message = 'permission denied for table job';
  end if;
  delete from standin.cron_own_job as j where j.jobid = job_id;
  return true;
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
  delete from standin.cron_own_job as j
   where j.jobname = job_name and j.username = current_user;
  if not found then
    raise exception using errcode = 'internal_error',
      message = format('could not find valid entry for job ''%s''', job_name);
  end if;
  return true;
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
revoke trigger on cron.job_run_details from postgres;
grant select on cron.job to postgres with grant option;
alter default privileges in schema cron grant all on sequences to postgres with grant option;
alter default privileges in schema cron grant all on tables to postgres with grant option;
alter default privileges in schema cron grant all on functions to postgres with grant option;

select standin.register('pg_cron', '1.6', 'pg_catalog', 'cron');
