-- What each role can do, tried as that role: what is granted and what happens may differ.
begin;
select plan(12);

-- Runs a statement as a role, and returns its error code, or `done`.
create function pg_temp.tried(role name, statement text) returns text
language plpgsql
as $$
begin
  perform set_config('role', role, true);
  execute statement;
  perform set_config('role', 'none', true);
  return 'done';
exception when others then
  return sqlstate;
end
$$;

select is(pg_temp.tried(r.name, 'select from public.job_queue'), '42501', r.name || ' reads no job')
  from (values ('anon'), ('authenticated')) as r (name);
select is(
  pg_temp.tried(r.name, $$select public.job_queue_enqueue('game_platform_sync')$$),
  '42501', r.name || ' enqueues nothing'
)
  from (values ('anon'), ('authenticated')) as r (name);
select is(
  pg_temp.tried('service_role', statement), 'done', 'a server of yours may: ' || statement
)
  from (values
    ($$select public.job_queue_enqueue('game_platform_sync')$$),
    ($$select from public.job_queue_claim(0)$$),
    ($$select from public.job_queue_stats()$$),
    ($$update public.job_queue set priority = 1 where id = -1$$)
  ) as s (statement);

select schema_privs_are(
  'supaops', r.name, array[]::text[], 'what the functions keep is closed to ' || r.name
)
  from (values ('anon'), ('authenticated'), ('service_role')) as r (name);
select is_empty(
  $$
    select c.relname from pg_class as c
     where c.relnamespace = 'supaops'::regnamespace and c.relkind in ('r', 'p')
       and not c.relrowsecurity
  $$,
  'row security is on for what they keep'
);

select * from finish();
rollback;
