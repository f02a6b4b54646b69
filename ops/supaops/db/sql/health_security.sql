-- name: exposures :many
-- What is open that must not be, a row each: the topic, what is open, and to whom or how.
-- A schema that the Data API serves is one of `pgrst.db_schemas` of its role, or of Supabase's
-- defaults where a project has set it elsewhere.
with api as (
  select unnest(array['anon', 'authenticated']::name[]) as role
), served as (
  select btrim(one.name, ' "') as schema
    from regexp_split_to_table(coalesce(
           (select split_part(item.setting, '=', 2)
              from pg_catalog.pg_db_role_setting as s
              join pg_catalog.pg_roles as r on r.oid = s.setrole and r.rolname = 'authenticator'
             cross join lateral unnest(s.setconfig) as item (setting)
             where item.setting like 'pgrst.db_schemas=%%'
               and s.setdatabase in (
                 0, (select d.oid from pg_catalog.pg_database as d where d.datname = current_database()))
             order by s.setdatabase desc
             limit 1),
           'public, graphql_public'), ',') as one (name)
), routine as (
  select p.oid, p.oid::regprocedure::text as signature, p.prosecdef, p.proconfig,
         n.nspname in (select schema from served) as is_served,
         n.nspname = 'supaops'
           or (n.nspname = %(schema)s and starts_with(p.proname, %(prefix)s || '_')) as is_ours
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
   where p.prokind in ('f', 'p')
     and (n.nspname in ('supaops', %(schema)s) or n.nspname in (select schema from served))
     and not exists (
       select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
), relation as (
  select c.oid, n.nspname || '.' || c.relname as name, c.relkind, c.relrowsecurity,
         n.nspname = 'supaops' as is_private
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm')
     and (n.nspname = 'supaops'
          or (n.nspname = %(schema)s
              and (c.relname = %(prefix)s or starts_with(c.relname, %(prefix)s || '_'))))
)
select 'search_path' as topic, r.signature as name,
       case when r.prosecdef then 'security definer' else '' end as detail
  from routine as r
 where (r.is_ours or (r.prosecdef and r.is_served))
   and not exists (
     select from unnest(r.proconfig) as item (setting) where item.setting like 'search_path=%%')
union all
select 'execute', r.signature, string_agg(api.role, ', ' order by api.role)
  from routine as r
 cross join api
 where r.is_ours and has_function_privilege(api.role, r.oid, 'execute')
 group by r.signature
union all
select 'net_functions', r.signature, string_agg(api.role, ', ' order by api.role)
  from routine as r
  join pg_catalog.pg_proc as p on p.oid = r.oid
 cross join api
 where r.prosecdef and r.is_served
   and has_function_privilege(api.role, r.oid, 'execute')
   and coalesce(pg_catalog.pg_get_function_sqlbody(r.oid), p.prosrc) ~* '\mnet\.http_'
 group by r.signature
union all
select 'rls', r.name, case when r.is_private then 'private' else '' end
  from relation as r
 where r.relkind in ('r', 'p') and not r.relrowsecurity
   and (r.is_private or r.name = %(schema)s || '.' || %(prefix)s)
union all
select 'exposed', r.name, string_agg(api.role, ', ' order by api.role)
  from relation as r
 cross join api
 where not r.is_private
   and (has_table_privilege(
          api.role, r.oid, 'select, insert, update, delete, truncate, references, trigger')
        or has_any_column_privilege(api.role, r.oid, 'select, insert, update, references'))
 group by r.name
union all
select 'private_schema', 'supaops', 'usage of ' || caller.role
  from unnest(array['anon', 'authenticated', 'service_role']) as caller (role)
 where has_schema_privilege(caller.role, 'supaops', 'usage')
union all
select 'private_schema', served.schema, 'listed in pgrst.db_schemas'
  from served
 where served.schema in ('supaops', 'cron', 'net', 'vault')
union all
select 'net_readers', r.rolname, ''
  from pg_catalog.pg_roles as r
 where r.rolcanlogin and not r.rolsuper and not r.rolname = any(%(platform)s)
   and r.rolname <> current_user
   and has_schema_privilege(r.oid, 'net', 'usage')
   and has_table_privilege(r.oid, 'net.http_request_queue', 'select')
union all
select 'vault_grants', 'vault.decrypted_secrets', string_agg(reader.role, ', ' order by reader.role)
  from (select role from api union all select 'public') as reader
 where has_table_privilege(reader.role, 'vault.decrypted_secrets', 'select')
having count(*) > 0
 order by 1, 2, 3;
