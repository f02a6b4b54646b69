-- name: server :one
-- What the server says of itself and of this role. Settings are looked up in pg_settings, which
-- leaves out what this role may not see, where current_setting would fail.
with setting as (
  select s.name, s.setting from pg_catalog.pg_settings as s
   where s.name in ('log_min_duration_statement', 'log_parameter_max_length', 'log_statement',
                    'pgaudit.log', 'pgaudit.log_parameter')
)
select current_setting('server_version_num')::integer as version_num,
       current_setting('server_version') as version,
       pg_catalog.pg_backend_pid() as backend_pid,
       current_user::text as role,
       current_database()::text as database,
       coalesce(host(pg_catalog.inet_server_addr()), '') as server_address,
       case when pg_catalog.pg_has_role('pg_read_all_settings', 'usage') then
         current_setting('cron.database_name', true)
       end as cron_database,
       pg_catalog.pg_is_in_recovery() as is_standby,
       current_setting('default_transaction_read_only') = 'on' as is_read_only,
       (select count(*) from pg_catalog.pg_stat_activity as a
         where a.backend_type = 'client backend') as connections,
       current_setting('max_connections')::integer as max_connections,
       (select jsonb_object_agg(name, setting) from setting) as logging,
       (select jsonb_agg(jsonb_build_array(wanted.name, there.extversion, could.default_version))
          from unnest(%(extensions)s::text[]) as wanted (name)
          left join pg_catalog.pg_extension as there on there.extname = wanted.name
          left join pg_catalog.pg_available_extensions as could on could.name = wanted.name
       ) as extensions,
       -- What the chain needs of others' schemas, and the queue; null where there is no such thing.
       array(
         select needed.what
           from (values
             ('execute cron.schedule', has_function_privilege(
               to_regprocedure('cron.schedule(text,text,text)'), 'execute')),
             ('execute cron.alter_job', has_function_privilege(
               to_regprocedure('cron.alter_job(bigint,text,text,text,text,boolean)'), 'execute')),
             ('select cron.job_run_details', has_table_privilege(
               to_regclass('cron.job_run_details'), 'select')),
             ('execute net.http_post', has_function_privilege(
               to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)'), 'execute')),
             ('insert net.http_request_queue', has_table_privilege(
               to_regclass('net.http_request_queue'), 'insert')),
             ('select net._http_response', has_table_privilege(
               to_regclass('net._http_response'), 'select')),
             ('execute vault.create_secret', has_function_privilege(
               to_regprocedure('vault.create_secret(text,text,text,uuid)'), 'execute')),
             ('execute vault.update_secret', has_function_privilege(
               to_regprocedure('vault.update_secret(uuid,text,text,text,uuid)'), 'execute')),
             ('select vault.decrypted_secrets', has_table_privilege(
               to_regclass('vault.decrypted_secrets'), 'select')),
             ('own ' || %(table)s::text, (
               select pg_catalog.pg_has_role(c.relowner, 'usage')
                 from pg_catalog.pg_class as c where c.oid = to_regclass(%(table)s::text)))
           ) as needed (what, has)
          where not needed.has
          order by needed.what collate "C"
       ) as lacking;

-- name: pulse :one
select pg_catalog.clock_timestamp() as now;
