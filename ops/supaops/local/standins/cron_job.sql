-- What pg_cron's C functions check and write: src/job_metadata.c of pg_cron 1.6.5.

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

create function standin.cron_require_superuser(username text, message text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if username is not null then
    if not standin.cron_is_superuser(current_user) then
      raise exception using errcode = 'internal_error', message = message;
    end if;
    perform standin.cron_require_login(username);
  end if;
end
$$;
comment on function standin.cron_require_superuser is
  'Fail as pg_cron does when the caller may not name the role that runs a job.';

create function standin.cron_may_change(caller name, owner text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select (caller = owner and has_schema_privilege(caller, 'cron', 'usage'))
         or standin.cron_is_superuser(caller)
$$;
comment on function standin.cron_may_change is 'Tell whether a role may change a job of an owner.';

create function standin.cron_job_owner(id bigint)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select j.username from cron.job as j where j.jobid = id
$$;
comment on function standin.cron_job_owner is 'Return who owns a job, whoever asks.';

-- pg_cron's functions see who calls them and write as the extension's owner. A view does the same:
-- current_user is its caller, the rights on cron.job are its owner's.
create view standin.cron_own_job with (security_barrier) as
  select j.jobid, j.schedule, j.command, j.nodename, j.nodeport, j.database, j.username, j.active,
         j.jobname
    from cron.job as j
   where standin.cron_may_change(current_user, j.username)
  with check option;
-- A default is computed with the caller's rights, who has none on the sequence.
create function standin.cron_next_jobid()
returns bigint
language sql
security definer
set search_path = ''
as $$
  select nextval('cron.jobid_seq')
$$;
comment on function standin.cron_next_jobid is 'Return the id of the next job.';
alter view standin.cron_own_job alter column jobid set default standin.cron_next_jobid();
grant select, insert, update, delete on standin.cron_own_job to public;
comment on view standin.cron_own_job is 'The jobs that the caller may change.';

create function standin.cron_schedule(
  jobname text,
  schedule text,
  command text,
  database text,
  username text,
  active boolean
)
returns bigint
language plpgsql
set search_path = ''
as $$
#variable_conflict use_column
declare
  runner constant text := coalesce(username, current_user);
  target constant text := coalesce(database, 'postgres');
  id bigint;
begin
  perform standin.cron_require_value('schedule', schedule);
  perform standin.cron_require_value('command', command);
  perform standin.cron_require_schedule(schedule);
  perform standin.cron_require_superuser(
    username, 'must be superuser to create a job for another role');
  perform standin.cron_require_connect(runner, target);
  insert into standin.cron_own_job as j
    (schedule, command, nodename, nodeport, database, username, active, jobname)
  values (cron_schedule.schedule, cron_schedule.command, 'localhost',
          current_setting('port')::integer, target, runner,
          coalesce(cron_schedule.active, true), cron_schedule.jobname)
  on conflict (jobname, username) do update
    set schedule = excluded.schedule, command = excluded.command, database = excluded.database
  returning j.jobid into id;
  return id;
end
$$;
comment on function standin.cron_schedule is
  'Create a job, or change schedule, command and database of the caller''s job of that name.';
