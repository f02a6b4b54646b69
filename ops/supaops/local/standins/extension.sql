-- What all stand-ins share. Run by supabase_admin, before the first of them.
create schema standin;
grant usage on schema standin to public;
comment on schema standin is 'What the stand-ins for Supabase''s extensions need and the real ones have in C.';

-- A row in pg_extension makes `create extension if not exists pg_cron` of an existing migration
-- succeed, and keeps pg_dump from dumping the members.
create function standin.register(extension name, version text, home name, member_schema name)
returns void
language plpgsql
set search_path = ''
as $$
declare
  member record;
begin
  insert into pg_catalog.pg_extension
    (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  values (
    pg_catalog.pg_nextoid('pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index'),
    register.extension, (select r.oid from pg_catalog.pg_roles as r where r.rolname = current_user),
    register.home::text::regnamespace, false, register.version
  );
  execute pg_catalog.format('comment on extension %I is %L', register.extension,
                            pg_catalog.format('supaops stand-in for %s', register.extension));
  for member in
    select case c.relkind when 'r' then 'table' when 'v' then 'view' when 'c' then 'type'
                          when 'S' then 'sequence' end as kind,
           c.oid::regclass::text as name
      from pg_catalog.pg_class as c
     where c.relnamespace = register.member_schema::text::regnamespace
       and c.relkind in ('r', 'v', 'c', 'S')
    union all
    select 'type', t.oid::regtype::text
      from pg_catalog.pg_type as t
     where t.typnamespace = register.member_schema::text::regnamespace and t.typtype in ('d', 'e')
    union all
    select 'function', p.oid::regprocedure::text
      from pg_catalog.pg_proc as p
     where p.pronamespace = register.member_schema::text::regnamespace
  loop
    execute pg_catalog.format('alter extension %I add %s %s',
                              register.extension, member.kind, member.name);
  end loop;
  if register.home <> register.member_schema then
    execute pg_catalog.format('alter extension %I add schema %I',
                              register.extension, register.member_schema);
  end if;
end
$$;
revoke all on function standin.register from public;
comment on function standin.register is
  'Record an extension and the objects of a schema as its members, as create extension does.';
