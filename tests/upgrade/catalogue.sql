-- All that supaops makes, a fact a line; see catalogue.py.
with ours as (
  select n.nspname || '.' || c.relname as name, c.*
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where (n.nspname = 'supaops' and c.relname !~ '^lane_[0-9]+_')
      or (n.nspname = 'public' and starts_with(c.relname, 'job_queue'))
), function as (
  select p.*, p.oid::regprocedure::text as name
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
   where n.nspname = 'supaops' or (n.nspname = 'public' and starts_with(p.proname, 'job_queue'))
), fact as (
  select format('schema %s: owner %s, acl %s', n.nspname, n.nspowner::regrole,
                (select string_agg(a.line, ' ' order by a.line)
                   from (select item::text as line from unnest(n.nspacl) as item) as a)) as line
    from pg_catalog.pg_namespace as n where n.nspname = 'supaops'
  union all
  select format('relation %s: kind %s, owner %s, persistence %s, row security %s %s, options %s, acl %s',
                o.name, o.relkind, o.relowner::regrole, o.relpersistence, o.relrowsecurity,
                o.relforcerowsecurity, o.reloptions,
                (select string_agg(a.line, ' ' order by a.line)
                   from (select item::text as line from unnest(o.relacl) as item) as a))
    from ours as o
  union all
  select format('column %s %s: %s %s, not null %s, default %s, identity %s, generated %s, '
                  || 'storage %s, statistics %s, acl %s',
                o.name, row_number() over (partition by o.oid order by a.attnum), a.attname,
                pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
                a.attstorage, coalesce(a.attstattarget, -1), a.attacl)
    from ours as o
    join pg_catalog.pg_attribute as a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_attrdef as d on d.adrelid = o.oid and d.adnum = a.attnum
   where o.relkind in ('r', 'v', 'p')
  union all
  select format('constraint %s %s: %s', o.name, c.conname, pg_catalog.pg_get_constraintdef(c.oid))
    from ours as o join pg_catalog.pg_constraint as c on c.conrelid = o.oid
  union all
  select format('index %s, valid %s', pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid)
    from ours as o join pg_catalog.pg_index as i on i.indexrelid = o.oid
  union all
  select format('sequence %s: %s', o.name,
                (s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle))
    from ours as o join pg_catalog.pg_sequence as s on s.seqrelid = o.oid
  union all
  select format('policy %s %s: %s %s', o.name, p.polname,
                pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
    from ours as o join pg_catalog.pg_policy as p on p.polrelid = o.oid
  union all
  select format('view %s: %s', o.name, pg_catalog.pg_get_viewdef(o.oid))
    from ours as o where o.relkind = 'v'
  union all
  select format('trigger %s: %s, enabled %s', o.name, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)
    from ours as o join pg_catalog.pg_trigger as t on t.tgrelid = o.oid and not t.tgisinternal
  union all
  select format('function %s: owner %s, acl %s, %s', f.name, f.proowner::regrole,
                (select string_agg(a.line, ' ' order by a.line)
                   from (select item::text as line from unnest(f.proacl) as item) as a),
                pg_catalog.pg_get_functiondef(f.oid))
    from function as f
  union all
  select format('comment %s %s: %s', c.classoid::regclass,
                coalesce(o.name, f.name, t.tgname, n.nspname, k.conname)
                  || coalesce('.' || a.attname, ''), c.description)
    from pg_catalog.pg_description as c
    left join ours as o on c.classoid = 'pg_class'::regclass and o.oid = c.objoid
    left join pg_catalog.pg_attribute as a on a.attrelid = o.oid and a.attnum = c.objsubid and c.objsubid > 0
    left join function as f on c.classoid = 'pg_proc'::regclass and f.oid = c.objoid
    left join (pg_catalog.pg_trigger as t join ours as of_trigger on of_trigger.oid = t.tgrelid)
      on c.classoid = 'pg_trigger'::regclass and t.oid = c.objoid
    left join pg_catalog.pg_namespace as n
      on c.classoid = 'pg_namespace'::regclass and n.oid = c.objoid and n.nspname = 'supaops'
    left join (pg_catalog.pg_constraint as k join ours as of_constraint on of_constraint.oid = k.conrelid)
      on c.classoid = 'pg_constraint'::regclass and k.oid = c.objoid
   where coalesce(o.name, f.name, t.tgname, n.nspname, k.conname) is not null
)
select line from fact order by line collate "C"
