-- The apply lock: transaction-scoped, so that it is safe behind a transaction pooler and is
-- released by the server whatever happens to the client.

-- name: settings
select set_config('lock_timeout', %(lock_timeout)s, true),
       set_config('statement_timeout', %(statement_timeout)s, true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('check_function_bodies', 'off', true),
       -- A secret's new value is a parameter; a superuser can grant this, Supabase does not.
       case when has_parameter_privilege('log_parameter_max_length', 'set')
            then set_config('log_parameter_max_length', '0', true) end;

-- name: take
select pg_catalog.pg_advisory_xact_lock(%(class)s, %(object)s);

-- name: holder :one
select a.pid, a.usename::text as role, a.application_name, a.client_addr::text as client,
       date_trunc('second', now() - a.xact_start)::text as held_for
  from pg_catalog.pg_locks as l
  join pg_catalog.pg_stat_activity as a on a.pid = l.pid
 where l.locktype = 'advisory' and l.granted
   and l.classid = %(class)s::integer::oid and l.objid = %(object)s::integer::oid
   and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
 limit 1;

-- name: blocker :one
-- The longest transaction that holds a lock on an object of ours.
select a.pid, a.usename::text as role, a.application_name, a.client_addr::text as client,
       date_trunc('second', now() - a.xact_start)::text as held_for
  from pg_catalog.pg_locks as l
  join pg_catalog.pg_class as c on c.oid = l.relation
  join pg_catalog.pg_stat_activity as a on a.pid = l.pid
 where l.granted and l.pid <> pg_catalog.pg_backend_pid()
   and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
   and (c.relnamespace = to_regnamespace('supaops')
        or (c.relnamespace = to_regnamespace(%(schema)s) and starts_with(c.relname, %(prefix)s)))
 order by a.xact_start
 limit 1;
