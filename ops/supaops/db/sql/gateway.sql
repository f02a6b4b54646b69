-- name: functions
-- Those of one name in schema public, with what a caller has to know of them.
select p.proname as name,
       p.proretset as returns_set,
       p.provolatile = 'v' as may_write,
       t.typtype = 'c' or coalesce(p.proargmodes && array['t', 'b', 'o']::"char"[], false) as returns_rows,
       p.prorettype = 'void'::regtype as returns_nothing,
       array(
         select jsonb_build_object(
                  'name', coalesce(a.name, ''),
                  'type', format_type(a.type, null),
                  'is_required', a.place <= p.pronargs - p.pronargdefaults,
                  'is_variadic', a.mode = 'v')
           from (select u.name, u.type, u.mode, row_number() over (order by u.place) as place
                   from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes)
                        with ordinality as u (type, name, mode, place)
                  where coalesce(u.mode, 'i') in ('i', 'b', 'v')) as a
          order by a.place
       ) as arguments
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_type as t on t.oid = p.prorettype
 where p.pronamespace = 'public'::regnamespace
   and p.proname = %(name)s
   and p.prokind = 'f'
   and p.prorettype <> 'trigger'::regtype
 order by p.oid

-- name: names
select distinct p.proname as name
  from pg_catalog.pg_proc as p
 where p.pronamespace = 'public'::regnamespace
   and p.prokind = 'f'
   and p.prorettype <> 'trigger'::regtype
 order by 1

-- name: impersonate
-- The role's own timeout counts from the next statement on; the role comes last, for then it is the caller.
select set_config('transaction_read_only', %(read_only)s, true),
       set_config('search_path', 'public, extensions', true),
       set_config('request.method', %(method)s, true),
       set_config('request.path', %(path)s, true),
       set_config('request.headers', %(headers)s, true),
       set_config('request.jwt.claims', %(claims)s, true),
       set_config('statement_timeout', coalesce(
         (select substr(u.setting, strpos(u.setting, '=') + 1)
            from pg_catalog.pg_db_role_setting as s
            join pg_catalog.pg_roles as r on r.oid = s.setrole
           cross join unnest(s.setconfig) as u (setting)
           where r.rolname = %(role)s and s.setdatabase = 0 and u.setting like 'statement_timeout=%%'),
         current_setting('statement_timeout')), true),
       set_config('role', %(role)s, true)

-- name: call_for_rows
-- Supabase's own most of rows, max_rows in config.toml.
select case when %(many)s then coalesce(json_agg(answer), '[]') else json_agg(answer) -> 0 end::text as body,
       count(*) as rows
  from (select {columns} from {given} {function}({arguments}) as call limit 1000) as answer

-- name: call_for_values
select case when %(many)s then coalesce(json_agg(answer.value), '[]') else json_agg(answer.value) -> 0 end::text as body,
       count(*) as rows
  from (select call.value from {given} {function}({arguments}) as call (value) limit 1000) as answer

-- name: call_for_nothing
select null as body, count(*) as rows from {given} {function}({arguments}) as call

-- name: given
-- Each argument from the key of its name, as its type reads it.
json_to_record(%(body)s::json) as given ({columns}), lateral
