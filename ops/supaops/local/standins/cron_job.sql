-- What pg_cron's C functions do to cron.job: src/job_metadata.c of pg_cron 1.6.5.
-- pg_cron's functions see who calls them and write as the extension's owner. Here each public
-- function runs as its caller and hands that name to a function that runs as the owner and
-- accepts it from the schema cron only.

create function standin.cron_is_superuser(role name)
returns boolean
language sql
stable
set search_path = ''
as $$
  select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = role
$$;
comment on function standin.cron_is_superuser is 'Tell whether a role is a superuser.';

create function standin.cron_require_login(username text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  can_login constant boolean :=
    (select r.rolcanlogin from pg_catalog.pg_roles as r where r.rolname = username);
begin
  if can_login is null then
    raise exception using errcode = 'internal_error',
      message = format('role "%s" does not exist', username);
  elsif not can_login then
    raise exception using errcode = 'internal_error',
      message = format('role "%s" can not log in', username),
      detail = 'Jobs may only be run by roles that have the LOGIN attribute.';
  end if;
end
$$;
comment on function standin.cron_require_login is
  'Fail as pg_cron does on a role that does not exist or cannot log in.';

create function standin.cron_require_connect(username text, database text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not has_database_privilege(username, database, 'connect') then
    raise exception using errcode = 'internal_error',
      message = format('User %s does not have CONNECT privilege on %s', username, database);
  end if;
end
$$;
comment on function standin.cron_require_connect is
  'Fail as pg_cron does when the role may not connect to the database.';

create function standin.cron_require_value(argument text, value text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if value is null then
    raise exception using errcode = 'internal_error',
      message = format('%s can not be NULL', argument);
  end if;
end
$$;
comment on function standin.cron_require_value is 'Fail as pg_cron does on a missing argument.';

create function standin.cron_schedule(
  caller name,
  jobname text,
  schedule text,
  command text,
  database text,
  username text,
  active boolean
)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  stack text;
  runner constant text := coalesce(username, caller);
  target constant text := coalesce(database, 'postgres');
  id bigint;
begin
  get diagnostics stack = pg_context;
  perform standin.require_caller(stack, 'cron');
  perform standin.cron_require_value('schedule', schedule);
  perform standin.cron_require_value('command', command);
  perform standin.cron_require_schedule(schedule);
  if username is not null then
    if not standin.cron_is_superuser(caller) then
      raise exception using errcode = 'internal_error',
        message = 'must be superuser to create a job for another role';
    end if;
    perform standin.cron_require_login(username);
  end if;
  perform standin.cron_require_connect(runner, target);
  insert into cron.job as j
    (schedule, command, nodename, nodeport, database, username, active, jobname)
  values (cron_schedule.schedule, cron_schedule.command, 'localhost',
          current_setting('port')::integer, target, runner,
          coalesce(cron_schedule.active, true), cron_schedule.jobname)
  on conflict on constraint jobname_username_uniq do update
    set schedule = excluded.schedule, command = excluded.command, database = excluded.database
  returning j.jobid into id;
  return id;
end
$$;
comment on function standin.cron_schedule is
  'Create a job, or change schedule, command and database of the caller''s job of that name.';

create function standin.cron_unschedule(caller name, id bigint)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  stack text;
  owner constant text := (select j.username from cron.job as j where j.jobid = id);
begin
  get diagnostics stack = pg_context;
  perform standin.require_caller(stack, 'cron');
  if owner is null then
    raise exception using errcode = 'internal_error',
      message = format('could not find valid entry for job %s', id);
  end if;
  if owner <> caller and not has_table_privilege(caller, 'cron.job', 'delete') then
    raise exception using errcode = 'insufficient_privilege',
      message = 'permission denied for table job';
  end if;
  delete from cron.job as j where j.jobid = id;
  return true;
end
$$;
comment on function standin.cron_unschedule is 'Remove a job that the caller owns.';

create function standin.cron_unschedule_named(caller name, name text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  perform standin.require_caller(stack, 'cron');
  delete from cron.job as j where j.jobname = name and j.username = caller;
  if not found then
    raise exception using errcode = 'internal_error',
      message = format('could not find valid entry for job ''%s''', name);
  end if;
  return true;
end
$$;
comment on function standin.cron_unschedule_named is 'Remove the caller''s job of that name.';

create function standin.cron_alter_job(
  caller name,
  id bigint,
  schedule text,
  command text,
  database text,
  username text,
  active boolean
)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  stack text;
  superuser constant boolean := standin.cron_is_superuser(caller);
begin
  get diagnostics stack = pg_context;
  perform standin.require_caller(stack, 'cron');
  perform standin.cron_require_value('job_id', id::text);
  if username is not null then
    if not superuser then
      raise exception using errcode = 'internal_error',
        message = 'must be superuser to alter username';
    end if;
    perform standin.cron_require_login(username);
  end if;
  if database is not null then
    perform standin.cron_require_connect(coalesce(username, caller), database);
  end if;
  if schedule is not null then
    perform standin.cron_require_schedule(schedule);
  end if;
  if num_nonnulls(schedule, command, database, username, active) = 0 then
    raise exception using errcode = 'internal_error', message = 'no updates specified',
      hint = 'You must specify at least one job attribute to change when calling alter_job';
  end if;
  update cron.job as j
     set schedule = coalesce(cron_alter_job.schedule, j.schedule),
         command = coalesce(cron_alter_job.command, j.command),
         database = coalesce(cron_alter_job.database, j.database),
         username = coalesce(cron_alter_job.username, j.username),
         active = coalesce(cron_alter_job.active, j.active)
   where j.jobid = cron_alter_job.id and (superuser or j.username = caller);
  if not found then
    raise exception using errcode = 'internal_error',
      message = format('Job %s does not exist or you don''t own it', id);
  end if;
  return true;
end
$$;
comment on function standin.cron_alter_job is 'Change the given columns of a job that the caller owns.';
