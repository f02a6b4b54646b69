-- What makes a chain work in one project and not in another. Settings are named one by one: others,
-- such as app.settings.*, may hold a secret.

-- name: server :many
select 'version' as name, current_setting('server_version') as value
union all select 'role', current_user::text
union all select 'time zone', current_setting('timezone')
union all
select s.what, case when s.running then 'runs' else 'does not run' end
  from (values
    ('pg_cron''s scheduler', exists (
      select from pg_catalog.pg_stat_activity as a
       where a.backend_type like 'pg_cron%' or a.application_name like 'pg_cron%')),
    ('pg_net''s worker', exists (
      select from pg_catalog.pg_stat_activity as a
       where a.backend_type like 'pg_net%' or a.application_name like 'pg_net%'))
  ) as s (what, running);

-- name: extensions :many
select e.extname::text as name, e.extversion || ' in schema ' || n.nspname as value
  from pg_catalog.pg_extension as e
  join pg_catalog.pg_namespace as n on n.oid = e.extnamespace;

-- name: settings :many
select s.name, s.setting || coalesce(' ' || s.unit, '') as value
  from pg_catalog.pg_settings as s
 where s.name in (
   'cron.database_name', 'cron.enable_superuser_jobs', 'cron.host', 'cron.launch_active_jobs',
   'cron.log_run', 'cron.log_statement', 'cron.max_running_jobs', 'cron.timezone',
   'cron.use_background_workers', 'pg_net.batch_size', 'pg_net.database_name', 'pg_net.ttl',
   'pg_net.username', 'default_transaction_read_only', 'idle_in_transaction_session_timeout',
   'lock_timeout', 'log_min_duration_statement', 'log_statement', 'max_connections',
   'max_worker_processes', 'statement_timeout', 'transaction_timeout');

-- name: role_settings :many
select coalesce(r.rolname, 'every role') || ' ' || split_part(item.setting, '=', 1) as name,
       split_part(item.setting, '=', 2) as value
  from pg_catalog.pg_db_role_setting as s
  left join pg_catalog.pg_roles as r on r.oid = s.setrole
 cross join lateral unnest(s.setconfig) as item (setting)
 where (s.setdatabase = 0
        or s.setdatabase = (select oid from pg_catalog.pg_database where datname = current_database()))
   and (s.setrole = 0
        or r.rolname in ('postgres', 'authenticator', 'anon', 'authenticated', 'service_role'))
   and split_part(item.setting, '=', 1) in (
     'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'search_path',
     'default_transaction_read_only', 'row_security', 'timezone');

-- name: privileges :many
-- What this role needs of others' schemas; null where there is no such thing.
select w.what as name,
       case when w.has is null then 'is not there' when w.has then 'yes' else 'no' end as value
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
    ('select net._http_response', has_table_privilege(to_regclass('net._http_response'), 'select')),
    ('execute vault.create_secret', has_function_privilege(
      to_regprocedure('vault.create_secret(text,text,text,uuid)'), 'execute')),
    ('select vault.decrypted_secrets', has_table_privilege(
      to_regclass('vault.decrypted_secrets'), 'select'))
  ) as w (what, has);
