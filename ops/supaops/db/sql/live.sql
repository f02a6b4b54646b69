-- Live state, one query per kind, so that a plan costs the same round trips for 5 objects and 500.

-- name: settings
-- What the catalogs print, and how values are read, must not depend on the settings of a role or
-- a session. For this transaction alone: a pooler hands the session on.
-- Cron jobs and objects belong to whoever makes them, and another role's apply would schedule each
-- job once more: so whoever may act as the role that applied first does. To compile a query takes
-- longer than any of ours runs, however many jobs there are.
select set_config('search_path', '', true),
       set_config('quote_all_identifiers', 'off', true),
       set_config('intervalstyle', 'postgres', true),
       set_config('datestyle', 'ISO, MDY', true),
       set_config('extra_float_digits', '1', true),
       set_config('jit', 'off', true),
       (select set_config('role', pg_catalog.pg_get_userbyid(n.nspowner)::text, true)
          from pg_catalog.pg_namespace as n
         where n.nspname = 'supaops'
           and pg_catalog.pg_get_userbyid(n.nspowner) <> current_user
           and pg_catalog.pg_has_role(n.nspowner, 'member'));

-- name: facts :one
-- Returns what a plan needs to know of the server before it reads anything else.
select
  current_setting('server_version_num')::integer as server_version_num,
  current_user::text as role,
  current_database()::text as database,
  (select c.system_identifier from pg_catalog.pg_control_system() as c)::text || '/'
    || (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())::text
    as database_id,
  -- Whether a value that an apply writes gets into the server's log: the apply turns that off
  -- where this role may (lock.settings).
  (current_setting('log_statement') = 'all'
     or current_setting('log_min_duration_statement') <> '-1'
     or coalesce(current_setting('pgaudit.log_parameter', true) = 'on', false))
    and current_setting('log_parameter_max_length') <> '0'
    and not has_parameter_privilege('log_parameter_max_length', 'set') as logs_parameters,
  to_regprocedure('cron.schedule(text,text,text)') is not null as has_cron,
  to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is not null as has_net,
  to_regprocedure('vault.create_secret(text,text,text,uuid)') is not null as has_vault,
  to_regclass('supaops.resource') is not null as is_installed,
  to_regclass('supaops.limit') is not null as has_limits,
  to_regclass('supaops.worker') is not null as has_workers,
  exists (
    select from pg_catalog.pg_attribute as a
     where a.attrelid = to_regclass('supaops.pause') and a.attname = 'stopped') as has_pauses,
  array(
    select wanted.role
      from unnest(array['anon', 'authenticated', 'service_role']) as wanted (role)
     where not exists (select from pg_catalog.pg_roles as r where r.rolname = wanted.role)
  ) as missing_roles;

-- name: recorded :many
select address, kind, sha256, live_sha256, definition, live_definition
  from supaops.resource;

-- name: secret_salt :one
select secret_salt from supaops.installation;

-- name: task_types :many
select name, queue, max_attempts, timeout, description, payload_schema,
       retry_base, retry_factor, retry_max, retry_jitter
  from supaops.task_type;

-- name: limits :many
select scope || '.' || name as name, concurrency, rate,
       extract(epoch from period)::double precision as period_s
  from supaops.limit;

-- name: functions :many
-- Every function of schema supaops, and those of the queue's schema that carry its prefix.
-- Overloads of one name are one row: ours has none, so a second one is drift.
select n.nspname || '.' || p.proname as name,
       string_agg(
         pg_catalog.pg_get_functiondef(p.oid)
           || coalesce('-- ' || pg_catalog.obj_description(p.oid, 'pg_proc') || E'\n', ''),
         E'\n' order by p.oid::regprocedure::text
       ) as definition,
       array_agg(p.oid::regprocedure::text order by p.oid::regprocedure::text) as signatures
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where (n.nspname = 'supaops'
        or (n.nspname = %(schema)s and starts_with(p.proname, %(prefix)s || '_')))
   and p.prokind = 'f'
   and not exists (
     select from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
 group by n.nspname, p.proname;

-- name: views :many
select n.nspname || '.' || c.relname as name,
       pg_catalog.pg_get_viewdef(c.oid)
         || coalesce(E'\n-- options: ' || array_to_string(c.reloptions, ', '), '')
         || coalesce(E'\n-- ' || pg_catalog.obj_description(c.oid, 'pg_class'), '') as definition
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where (n.nspname = 'supaops'
        or (n.nspname = %(schema)s and starts_with(c.relname, %(prefix)s || '_')))
   and c.relkind = 'v';

-- name: triggers :many
-- tgenabled is part of the text: a trigger that somebody disabled is drift.
select n.nspname || '.' || c.relname || '.' || t.tgname as name,
       pg_catalog.pg_get_triggerdef(t.oid)
         || E'\n-- enabled: ' || t.tgenabled::text
         || coalesce(E'\n-- ' || pg_catalog.obj_description(t.oid, 'pg_trigger'), '') as definition
  from pg_catalog.pg_trigger as t
  join pg_catalog.pg_class as c on c.oid = t.tgrelid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where (n.nspname = 'supaops' or (n.nspname = %(schema)s and c.relname = %(prefix)s))
   and not t.tgisinternal;

-- name: grants :many
-- Who may use an object, one line per role and privilege: those of its columns and sequences too,
-- whose it is, and whether its row security is on. A null ACL means the built-in default, spelled
-- out. `remedies` maps each line that somebody may have added to the statement that takes it back;
-- its cascade is to whom the privilege was passed on, and drops nothing. Only the owner counts and
-- whom the Data API can act as: what a project grants to a role of its own is its own business.
with judged as (
  select r.oid, r.rolname from pg_catalog.pg_roles as r
   where r.rolname in ('anon', 'authenticated', 'service_role')
      or exists (
           select from pg_catalog.pg_roles as api
            where api.rolname = 'authenticator'
              and pg_catalog.pg_has_role(api.oid, r.oid, 'member'))
  union all
  select 0, 'public'
), relation as (
  select c.*, n.nspname || '.' || c.relname as name, c.oid::regclass::text as reference
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v')
     and (n.nspname = 'supaops'
          or (n.nspname = %(schema)s
              and (c.relname = %(prefix)s or starts_with(c.relname, %(prefix)s || '_'))))
), part as (
  select n.nspname || '.' || p.proname as name, '' as part, '' as columns,
         'function ' || p.oid::regprocedure::text as target, p.proowner as owner,
         coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)) as acl
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
   where p.prokind = 'f'
     and (n.nspname = 'supaops'
          or (n.nspname = %(schema)s and starts_with(p.proname, %(prefix)s || '_')))
  union all
  select r.name, '', '', 'table ' || r.reference, r.relowner,
         coalesce(r.relacl, pg_catalog.acldefault('r', r.relowner))
    from relation as r
  union all
  select r.name, format('column %%I: ', a.attname), format(' (%%I)', a.attname),
         'table ' || r.reference, r.relowner, a.attacl
    from relation as r
    join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attacl is not null
  union all
  select r.name, 'sequence: ', '', 'sequence ' || s.oid::regclass::text, s.relowner,
         coalesce(s.relacl, pg_catalog.acldefault('s', s.relowner))
    from relation as r
    join pg_catalog.pg_depend as d
      on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = r.oid
     and d.classid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')
    join pg_catalog.pg_class as s on s.oid = d.objid and s.relkind = 'S'
  union all
  select n.nspname, '', '', format('schema %%I', n.nspname), n.nspowner,
         coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace as n
   where n.nspname = 'supaops'
), line as (
  select part.name,
         part.part || coalesce(judged.rolname, pg_catalog.pg_get_userbyid(part.owner)) || ': '
           || lower(item.privilege_type)
           || case when item.is_grantable then ' with grant option' else '' end as line,
         case when item.grantee <> part.owner then
           format('revoke %%s%%s on %%s from %%s cascade', item.privilege_type, part.columns, part.target,
                  case when item.grantee = 0 then 'public' else quote_ident(judged.rolname) end)
         end as remedy
    from part
   cross join lateral pg_catalog.aclexplode(part.acl) as item
    left join judged on judged.oid = item.grantee
   where (judged.oid is not null or item.grantee = part.owner)
     -- New in PostgreSQL 17 and always the owner's: an upgrade of the server is no drift.
     and (item.grantee <> part.owner or item.privilege_type <> 'MAINTAIN')
  union all
  -- What belongs to another role than our schema does runs and is changed with that role's rights.
  select part.name, 'owner: ' || pg_catalog.pg_get_userbyid(part.owner),
         format('alter %%s owner to %%I', part.target, pg_catalog.pg_get_userbyid(ours.nspowner))
    from part
    join pg_catalog.pg_namespace as ours on ours.nspname = 'supaops'
   where part.part = '' and part.owner <> ours.nspowner
  union all
  select r.name, 'row security: ' || case when r.relrowsecurity then 'on' else 'off' end,
         case when not r.relrowsecurity then
           format('alter table %%s enable row level security', r.reference) end
    from relation as r
   where r.relkind in ('r', 'p')
)
select line.name,
       string_agg(line.line, E'\n' order by line.line collate "C") as definition,
       coalesce(jsonb_object_agg(line.line, line.remedy) filter (where line.remedy is not null),
                '{}') as remedies
  from line
 group by line.name;

-- name: cron_jobs :many
-- Only the jobs of this role in this database: a job of the same name elsewhere is not ours.
select jobid, jobname as name, schedule, command, active
  from cron.job
 where username = current_user and database = current_database() and jobname is not null;

-- name: paused_jobs :many
-- Returns the cron jobs that an operator has made inactive for the time of a pause.
select unnest(p.stopped) as name from supaops.pause as p where p.how = 'cron';

-- name: vault_secrets :many
-- Salted digests are compared, so that no value travels either way, nor gets into a server's log.
-- Only what is declared is decrypted: one secret that cannot be would fail the whole.
select live.name, live.id, live.description, true as decrypts,
       case when live.name = any(%(names)s) then
         encode(
           sha256(%(salt)s::bytea || convert_to(live.name || ':' || live.decrypted_secret, 'utf8')),
           'hex')
       end as digest,
       case when live.name = any(%(names)s) then live.decrypted_secret = 'PAUSED' else false end
         as is_paused
  from vault.decrypted_secrets as live
 where live.name is not null;

-- name: vault_names :many
-- The same without a look at any value, for a Vault that cannot decrypt them all.
select live.name, live.id, live.description
  from vault.secrets as live
 where live.name is not null;

-- name: vault_digest :one
select encode(
         sha256(%(salt)s::bytea || convert_to(live.name || ':' || live.decrypted_secret, 'utf8')),
         'hex') as digest,
       live.decrypted_secret = 'PAUSED' as is_paused
  from vault.decrypted_secrets as live
 where live.id = %(id)s;
