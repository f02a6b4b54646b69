-- Remove everything that tests leave in the database; run as role postgres.
set lock_timeout = '10s';
set client_min_messages = warning;

do $reset$
declare
  statement text;
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

  -- Named before the first drop: `cascade` takes some of them along, hence `if exists`.
  for statement in
    select unnest(array_agg(d.statement order by d.step))
      from (
        select 1 as step, format('drop schema if exists %I cascade', n.nspname) as statement
          from pg_namespace as n
         where n.nspowner = current_user::regrole and n.nspname not in ('public', 'extensions')
        union all
        select case c.relkind when 'S' then 3 else 2 end,
               format('drop %s if exists public.%I cascade', k.kind, c.relname)
          from pg_class as c
          join (values ('r', 'table'), ('p', 'table'), ('v', 'view'), ('m', 'materialized view'),
                       ('f', 'foreign table'), ('S', 'sequence')) as k (relkind, kind)
            on k.relkind = c.relkind::text
         where c.relnamespace = 'public'::regnamespace and c.relowner = current_user::regrole
        union all
        select 4, format('drop routine if exists public.%I(%s) cascade',
                         p.proname, pg_get_function_identity_arguments(p.oid))
          from pg_proc as p
         where p.pronamespace = 'public'::regnamespace and p.proowner = current_user::regrole
        union all
        select 5, format('drop type if exists public.%I cascade', t.typname)
          from pg_type as t
          left join pg_class as c on c.oid = t.typrelid
         where t.typnamespace = 'public'::regnamespace and t.typowner = current_user::regrole
           and t.typtype in ('e', 'd', 'r', 'c') and coalesce(c.relkind, 'c') = 'c'
      ) as d
  loop
    execute statement;
  end loop;
end
$reset$;

reset lock_timeout;
reset client_min_messages;
