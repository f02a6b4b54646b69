-- Remove everything that tests leave in the database; run as role postgres.
set lock_timeout = '10s';
set client_min_messages = warning;

do $reset$
declare
  target record;
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(j.jobid) from cron.job as j where j.username = current_user;
    delete from cron.job_run_details;
  end if;
  perform pg_terminate_backend(a.pid)
     from pg_stat_activity as a
    where a.usename = current_user and a.pid <> pg_backend_pid() and a.state <> 'idle';

  if to_regclass('vault.secrets') is not null then
    delete from vault.secrets;
  end if;
  if to_regclass('net.http_request_queue') is not null then
    delete from net.http_request_queue;
    delete from net._http_response;
  end if;

  for target in
    select n.nspname
      from pg_namespace as n
     where n.nspowner = current_user::regrole and n.nspname not in ('public', 'extensions')
  loop
    execute format('drop schema %I cascade', target.nspname);
  end loop;

  for target in
    select c.oid::regclass as name,
           case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
                          when 'S' then 'sequence' else 'table' end as kind
      from pg_class as c
     where c.relnamespace = 'public'::regnamespace
       and c.relowner = current_user::regrole
       and c.relkind in ('r', 'p', 'v', 'm', 'S')
  loop
    execute format('drop %s if exists %s cascade', target.kind, target.name);
  end loop;

  for target in
    select p.oid::regprocedure as name
      from pg_proc as p
     where p.pronamespace = 'public'::regnamespace and p.proowner = current_user::regrole
  loop
    execute format('drop routine if exists %s cascade', target.name);
  end loop;

  for target in
    select t.oid::regtype as name
      from pg_type as t
     where t.typnamespace = 'public'::regnamespace
       and t.typowner = current_user::regrole
       and t.typtype in ('e', 'd', 'c', 'r') and t.typelem = 0
  loop
    execute format('drop type if exists %s cascade', target.name);
  end loop;
end
$reset$;

reset lock_timeout;
reset client_min_messages;
