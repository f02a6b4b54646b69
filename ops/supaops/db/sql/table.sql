-- A table that supaops did not make, as far as its becoming ours depends on it.

-- name: relation :one
-- Nothing where there is no such table.
select c.oid::bigint as oid, c.relkind::text as relkind, c.relispartition as is_partition,
       c.relpersistence::text as persistence, c.relrowsecurity as row_security,
       exists (select from pg_catalog.pg_inherits as i where i.inhparent = c.oid) as has_children,
       exists (select from pg_catalog.pg_inherits as i where i.inhrelid = c.oid) as has_parents,
       pg_catalog.pg_has_role(c.relowner, 'usage') as is_owner,
       pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
       pg_catalog.pg_total_relation_size(c.oid) as bytes,
       current_setting('server_version_num')::integer >= 160000 as has_is_json,
       has_table_privilege('anon', c.oid, 'select')
         or has_table_privilege('authenticated', c.oid, 'select') as is_public
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname = %(schema)s and c.relname = %(name)s;

-- name: columns :many
select a.attname::text as name, format_type(a.atttypid, null) as type, t.typtype::text as kind,
       format_type(a.atttypid, a.atttypmod) as full_type,
       a.attnotnull as is_required, a.attidentity::text as identity,
       a.attgenerated <> '' as is_generated,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) as default,
       (select s.refobjid::regclass::text from pg_catalog.pg_depend as s
          join pg_catalog.pg_class as q on q.oid = s.refobjid and q.relkind = 'S'
         where s.classid = 'pg_catalog.pg_attrdef'::regclass and s.objid = d.oid
           and s.refclassid = 'pg_catalog.pg_class'::regclass limit 1) as default_sequence,
       (select q.relname::text from pg_catalog.pg_depend as s
          join pg_catalog.pg_class as q on q.oid = s.objid and q.relkind = 'S'
         where s.classid = 'pg_catalog.pg_class'::regclass and s.deptype = 'i'
           and s.refclassid = 'pg_catalog.pg_class'::regclass
           and s.refobjid = a.attrelid and s.refobjsubid = a.attnum limit 1) as identity_sequence
  from pg_catalog.pg_attribute as a
  join pg_catalog.pg_type as t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attrelid = %(oid)s and a.attnum > 0 and not a.attisdropped
 order by a.attnum;

-- name: constraints :many
select k.conname::text as name, k.contype::text as type,
       pg_catalog.pg_get_constraintdef(k.oid) as definition,
       pg_catalog.pg_get_expr(k.conbin, k.conrelid) as condition,
       array(
         select a.attname::text from unnest(k.conkey) with ordinality as u (attnum, place)
           join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.attnum
          order by u.place) as columns
  from pg_catalog.pg_constraint as k
 where k.conrelid = %(oid)s and k.contype <> 'n'
 order by k.conname;

-- name: references :many
-- Foreign keys of other tables.
select k.conname::text as name, k.conrelid::regclass::text as table,
       k.confdeltype::text as on_delete,
       array(
         select a.attname::text from unnest(k.confkey) as u (attnum)
           join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.attnum
       ) as columns
  from pg_catalog.pg_constraint as k
 where k.confrelid = %(oid)s and k.contype = 'f' and k.conparentid = 0
 order by k.conrelid::regclass::text, k.conname;

-- name: indexes :many
select c.relname::text as name, pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
       i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null as is_unique,
       exists (select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid
                  and k.contype in ('p', 'u', 'x')) as is_constraint,
       array(
         select a.attname::text from unnest(i.indkey::smallint[]) as u (attnum)
           join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.attnum
       ) as columns
  from pg_catalog.pg_index as i
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
 where i.indrelid = %(oid)s
 order by c.relname;

-- name: dependents :many
-- What PostgreSQL lets nobody change a column's type under: views, policies, triggers that name it
-- and columns computed from it.
select distinct a.attname::text as column,
       case d.classid
         when 'pg_catalog.pg_rewrite'::regclass then 'view ' || (
           select r.ev_class::regclass::text from pg_catalog.pg_rewrite as r where r.oid = d.objid)
         when 'pg_catalog.pg_policy'::regclass then 'policy ' || (
           select quote_ident(p.polname) from pg_catalog.pg_policy as p where p.oid = d.objid)
         when 'pg_catalog.pg_trigger'::regclass then 'trigger ' || (
           select quote_ident(t.tgname) from pg_catalog.pg_trigger as t where t.oid = d.objid)
         else 'column ' || (
           select quote_ident(g.attname) from pg_catalog.pg_attrdef as f
             join pg_catalog.pg_attribute as g on g.attrelid = f.adrelid and g.attnum = f.adnum
            where f.oid = d.objid)
       end as what
  from pg_catalog.pg_depend as d
  join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
 where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = %(oid)s
   and (d.classid in ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_policy'::regclass)
        or d.classid = 'pg_catalog.pg_trigger'::regclass
           and exists (select from pg_catalog.pg_trigger as t
                        where t.oid = d.objid and not t.tgisinternal)
        or d.classid = 'pg_catalog.pg_attrdef'::regclass
           and exists (
             select from pg_catalog.pg_attrdef as f
               join pg_catalog.pg_attribute as g
                 on g.attrelid = f.adrelid and g.attnum = f.adnum and g.attgenerated <> ''
              where f.oid = d.objid))
 order by 1, 2;

-- name: kept :many
-- Triggers and policies of theirs, which stay.
select 'trigger ' || quote_ident(t.tgname) as what from pg_catalog.pg_trigger as t
 where t.tgrelid = %(oid)s and not t.tgisinternal
union all
select 'policy ' || quote_ident(p.polname) from pg_catalog.pg_policy as p where p.polrelid = %(oid)s
 order by 1;

-- name: taken :many
-- Which of these names of relations are taken in the schema, and by what table's index or else.
select c.relname::text as name, coalesce(i.indrelid::bigint, 0) as of_table
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_index as i on i.indexrelid = c.oid
 where n.nspname = %(schema)s and c.relname = any(%(names)s);
