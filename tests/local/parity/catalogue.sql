-- What a schema offers, one readable fact a row: everything that a caller can notice and that
-- the real extension and its stand-in have to share. Language and body of a function are left out.
with relation as (
  select c.oid, c.relname as name, c.relkind, c.relpersistence, c.relrowsecurity
    from pg_class as c
   where c.relnamespace = %(schema)s::regnamespace and c.relkind in ('r', 'v', 'S')
), routine as (
  select p.*, format('%%s(%%s)', p.proname, pg_get_function_identity_arguments(p.oid)) as name
    from pg_proc as p
   where p.pronamespace = %(schema)s::regnamespace
), role (name) as (
  values ('public'), ('postgres'), ('anon'), ('authenticated'), ('service_role')
), allowed as (
  -- Rights that a role has of its own, not through another role that it is a member of.
  select coalesce(r.rolname, 'public') as role, o.kind, o.name,
         lower(a.privilege_type) || case when a.is_grantable then '*' else '' end as privilege
    from (
      select 'schema' as kind, n.nspname::text as name, n.nspowner as owner,
             coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
        from pg_namespace as n
       where n.oid = %(schema)s::regnamespace
      union all
      select 'relation', c.relname, c.relowner,
             coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char",
                                           c.relowner))
        from pg_class as c
        join relation as r using (oid)
      union all
      select 'function', p.name, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
        from routine as p
    ) as o (kind, name, owner, acl)
   cross join lateral aclexplode(o.acl) as a
    left join pg_roles as r on r.oid = a.grantee
   where a.grantee <> o.owner
)
select 'relations' as section,
       concat(case when r.relpersistence = 'u' then 'unlogged ' end,
              case r.relkind when 'r' then 'table ' when 'v' then 'view ' else 'sequence ' end,
              r.name, case when r.relrowsecurity then ' with row security' end) as fact
  from relation as r
union all
select 'columns',
       concat(r.name, ' ', row_number() over (partition by r.oid order by a.attnum), ' ',
              a.attname, ' ', format_type(a.atttypid, a.atttypmod),
              case when a.attnotnull then ' not null' end,
              ' default ' || pg_get_expr(d.adbin, d.adrelid))
  from relation as r
  join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef as d on d.adrelid = r.oid and d.adnum = a.attnum
 where r.relkind <> 'S'
union all
select 'indexes', replace(pg_get_indexdef(i.indexrelid), ' USING btree', '')
  from relation as r
  join pg_index as i on i.indrelid = r.oid
union all
select 'constraints', concat(r.name, ': ', c.conname, ' ', pg_get_constraintdef(c.oid))
  from relation as r
  join pg_constraint as c on c.conrelid = r.oid and c.contype <> 'n'
union all
select 'policies',
       concat(r.name, ': ', p.polname, ' for ',
              case p.polcmd when '*' then 'all' else p.polcmd::text end, ' to ',
              (select string_agg(coalesce(g.rolname, 'public'), ', ')
                 from unnest(p.polroles) as u (oid) left join pg_roles as g using (oid)),
              ' using ' || pg_get_expr(p.polqual, r.oid),
              ' with check ' || pg_get_expr(p.polwithcheck, r.oid))
  from relation as r
  join pg_policy as p on p.polrelid = r.oid
union all
select 'triggers', pg_get_triggerdef(t.oid)
  from relation as r
  join pg_trigger as t on t.tgrelid = r.oid and not t.tgisinternal
union all
select 'types',
       concat(case t.typtype when 'e' then 'enum ' when 'd' then 'domain ' else 'composite ' end,
              t.typname, ': ',
              case t.typtype
                when 'e' then (select string_agg(e.enumlabel, ', ' order by e.enumsortorder)
                                 from pg_enum as e where e.enumtypid = t.oid)
                when 'd' then (select format_type(t.typbasetype, t.typtypmod) || ' '
                                      || string_agg(pg_get_constraintdef(c.oid), ' ')
                                 from pg_constraint as c where c.contypid = t.oid)
                else (select string_agg(format('%%s %%s', a.attname,
                                               format_type(a.atttypid, a.atttypmod)), ', '
                                        order by a.attnum)
                        from pg_attribute as a where a.attrelid = t.typrelid and a.attnum > 0)
              end)
  from pg_type as t
  left join pg_class as c on c.oid = t.typrelid
 where t.typnamespace = %(schema)s::regnamespace
   and (t.typtype in ('e', 'd') or c.relkind = 'c')
union all
select 'functions',
       concat(p.proname, '(', pg_get_function_arguments(p.oid), ') returns ',
              pg_get_function_result(p.oid), ', ',
              case p.provolatile when 'v' then 'volatile' when 's' then 'stable'
                                 else 'immutable' end,
              case when p.proisstrict then ', strict' end,
              case when p.prosecdef then ', security definer' end)
  from routine as p
union all
select 'privileges',
       concat(a.role, ': ', string_agg(a.privilege, ' ' order by a.privilege), ' on ', a.kind, ' ',
              a.name)
  from allowed as a
  join role as r on r.name = a.role
 where a.privilege not like 'maintain%%' -- new in PostgreSQL 17
 group by a.role, a.kind, a.name
 order by section, fact
